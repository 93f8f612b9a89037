//! DEBIT FOR REFUEL (protocol §6; claims 1, 4, 8): debit and unlock in one step, on a freshly inserted card too.

use crypto::Debit;
use nvm::Nvm;
use seeded::{Bug, instead};
use wire::card_command::DebitForRefuel;
use wire::{Amount, StatusWord};

use crate::card::{Answer, Card, done, require};
use crate::state::{DebitKind, Ending, GreyLock, LastDebit, PurseRecord, next_number};

impl PurseRecord {
    /// What is left after a debit; 9401 where the amount is above the balance.
    pub(crate) fn balance_after(&self, amount: Amount) -> Result<Amount, StatusWord> {
        self.balance.checked_sub(amount).ok_or(StatusWord::AMOUNT_TOO_LARGE)
    }
}

impl<N: Nvm> Card<N> {
    /// 6985 not grey, or another purse · 9406 CTC · 9401 amount · 9302 GMAC, the only one counted.
    pub(crate) fn debit_for_refuel(&mut self, command: &DebitForRefuel) -> Answer {
        let lock = self.state.grey_in(command.purse)?.clone();
        let record = self.state.purse(command.purse);
        let (ctc, otc) = (record.ctc, record.otc);
        require(command.ctc == ctc, StatusWord::WRONG_CTC)?;
        let balance_after = record.balance_after(command.amount)?;
        let next_ctc = next_number(ctc)?;
        let attempt = self.count_attempt()?;
        let debit = stored_terms(&lock, command);
        let own = debit.gmac(&lock.source, lock.terms.scheme);
        let agreed = attempt.compare(own, instead(Bug::GmacNotCompared, command.gmac, own))?;
        let debit = instead(Bug::TacOfCommand, debit, command_terms(&lock, command));
        let tac = debit.tac(&self.keys().tac.key.folded());
        let outcome = LastDebit {
            unread: true,
            kind: DebitKind::Terminal(debit.ttc),
            purse: debit.purse,
            tid: debit.tid,
            amount: debit.amount,
            date: debit.date,
            time: debit.time,
            code: tac,
        };
        if seeded::is(Bug::DebitInTwoCommits) {
            self.commit(|state| state.purses[debit.purse.index()].balance = balance_after)?;
        }
        let ending = Ending { balance_after, next_ctc, next_otc: otc, debit: outcome };
        self.commit(|state| state.debit(&ending, agreed))?;
        done(&tac.0)
    }
}

/// GMAC, TAC, log and status name the stored lock, whatever TID and TTC the command carries (protocol §4, §6).
const fn stored_terms(lock: &GreyLock, command: &DebitForRefuel) -> Debit {
    Debit {
        purse: lock.terms.purse,
        amount: command.amount,
        tid: lock.terms.tid,
        ttc: lock.terms.ttc,
        date: command.date,
        time: command.time,
    }
}

/// What [`Bug::TacOfCommand`] takes in their place.
const fn command_terms(lock: &GreyLock, command: &DebitForRefuel) -> Debit {
    Debit { tid: command.tid, ttc: command.ttc, ..stored_terms(lock, command) }
}
