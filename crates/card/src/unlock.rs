//! INITIALIZE FOR UNLOCK and DEBIT FOR UNLOCK (protocol §6; claim 2): the centre decides.

use crypto::{Online, SessionKey, online};
use nvm::Nvm;
use seeded::{Bug, instead};
use wire::card_command::{DebitForUnlock, Initialize};
use wire::response::InitUnlock;
use wire::{Icc, StatusWord, Tid};

use crate::card::{Answer, Card, done};
use crate::session::{PreUnlock, Session};
use crate::state::{DebitKind, Ending, LastDebit, next_number};

impl<N: Nvm> Card<N> {
    /// 6985 unless P2 is the grey purse · 9403 key · 9402 numbers. No PIN.
    pub(crate) fn initialize_for_unlock(&mut self, command: &Initialize) -> Answer {
        let Initialize { purse, key_index, tid } = *command;
        self.state.grey_in(purse)?;
        let key = self.keys().unlock_key(key_index).ok_or(StatusWord::NO_SUCH_KEY)?.reference();
        let icc = self.draw_icc()?;
        let record = self.state.purse(purse);
        let sesulk = self.unlock_session(icc, record.otc, tid);
        let answer = InitUnlock {
            balance: record.balance,
            ctc: record.ctc,
            otc: record.otc,
            key,
            icc,
            mac1: online::mac1(&sesulk, record.balance, record.ctc, purse, tid),
        };
        self.ram.enter(Session::PreUnlock(PreUnlock { purse, tid, icc }));
        done(&answer.encode())
    }

    /// 9401 amount · 9302 MAC2, counted. Then one commit, which uses CTC n+1 and OTC.
    pub(crate) fn debit_for_unlock(
        &mut self,
        begun: PreUnlock,
        command: &DebitForUnlock,
    ) -> Answer {
        let PreUnlock { purse, tid, icc } = begun;
        self.state.grey_in(purse)?;
        let record = self.state.purse(purse);
        let otc = record.otc;
        let (next_ctc, next_otc) = (next_number(record.ctc)?, next_number(otc)?);
        let next_otc = instead(Bug::UnlockKeepsOtc, next_otc, otc);
        let balance_after = record.balance_after(command.amount)?;
        let attempt = self.count_attempt()?;
        let DebitForUnlock { amount, date, time, mac2 } = *command;
        let unlock = online::Unlock { purse, amount, tid, date, time };
        let sesulk = self.unlock_session(icc, otc, tid);
        let own = unlock.mac2(&sesulk);
        let agreed = attempt.compare(own, instead(Bug::UnlockMac2NotCompared, mac2, own))?;
        let mac3 = unlock.mac3(&self.keys().tac.key.folded(), balance_after, otc);
        let kind = DebitKind::Online(otc);
        let debit = LastDebit { unread: true, kind, purse, tid, amount, date, time, code: mac3 };
        let ending = Ending { balance_after, next_ctc, next_otc, debit };
        self.commit(|state| state.debit(&ending, agreed))?;
        done(&mac3.0)
    }
}

impl<N> Card<N> {
    /// SESULK.
    fn unlock_session(&self, icc: Icc, otc: u16, tid: Tid) -> SessionKey {
        SessionKey::online(Online::Unlock, &self.keys().unlock.key, icc, otc, tid)
    }
}
