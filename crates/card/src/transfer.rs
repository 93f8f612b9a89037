//! INITIALIZE FOR LOAD, CREDIT FOR LOAD, INITIALIZE FOR UNLOAD, DEBIT FOR UNLOAD (protocol §7).

use crypto::{Direction, SessionKey, Transfer};
use nvm::Nvm;
use wire::card_command::{Decided, InitializeAmount};
use wire::response::{InitLoad, Proof};
use wire::{Amount, Icc, Mac, StatusWord};

use crate::card::{Answer, Card, done, require};
use crate::profile::{CardKey, CardKeys};
use crate::session::{PreTransfer, Session};
use crate::state::{Booking, PurseRecord, Sequence, next_number};

impl PurseRecord {
    /// A load above 7FFFFFFF is 6A80, an unload above the balance 9401.
    fn after_transfer(&self, transfer: &Transfer) -> Result<Amount, StatusWord> {
        match transfer.direction {
            Direction::Load => {
                self.balance.checked_add(transfer.amount).ok_or(StatusWord::WRONG_DATA)
            }
            Direction::Unload => self.balance_after(transfer.amount),
        }
    }
}

/// DLK, or DUNK.
const fn transfer_key(keys: &CardKeys, direction: Direction) -> &CardKey {
    match direction {
        Direction::Load => &keys.load,
        Direction::Unload => &keys.unload,
    }
}

impl<N: Nvm> Card<N> {
    /// INITIALIZE FOR LOAD and UNLOAD: 6985 grey · 6982 PIN · 9403 key · 9402 numbers · 6A80 or 9401 amount.
    pub(crate) fn begin_transfer(
        &mut self,
        direction: Direction,
        command: InitializeAmount,
    ) -> Answer {
        let InitializeAmount { purse, key_index, amount, tid } = command;
        let transfer = Transfer { direction, purse, amount, tid };
        require(self.state.grey().is_none(), StatusWord::CONDITIONS)?;
        require(self.ram.pin_verified(), StatusWord::PIN_NOT_VERIFIED)?;
        let key = transfer_key(self.keys(), direction);
        let key = self.keys().money_key(key, key_index).ok_or(StatusWord::NO_SUCH_KEY)?;
        let key = key.reference();
        self.state.check_otc_left(purse)?;
        self.state.purse(purse).after_transfer(&transfer)?;
        let icc = self.draw_icc()?;
        let record = self.state.purse(purse);
        let session = self.transfer_session(&transfer, icc, record.otc);
        let mac1 = transfer.mac1(&session, record.balance);
        let answer = InitLoad { balance: record.balance, otc: record.otc, key, icc, mac1 };
        self.ram.enter(Session::PreTransfer(PreTransfer { transfer, icc }));
        done(&answer.encode())
    }

    /// CREDIT FOR LOAD, DEBIT FOR UNLOAD: 9302 MAC2, counted. Then one commit, which uses the OTC.
    pub(crate) fn transfer(&mut self, begun: PreTransfer, command: Decided) -> Answer {
        let PreTransfer { transfer, icc } = begun;
        let Decided { date, time, mac2 } = command;
        let record = self.state.purse(transfer.purse);
        let (otc, limit) = (record.otc, record.limit);
        let balance_after = record.after_transfer(&transfer)?;
        let sequence = Sequence::Online { used: otc, next: next_number(otc)? };
        let attempt = self.count_attempt()?;
        let session = self.transfer_session(&transfer, icc, otc);
        let agreed = attempt.compare(transfer.mac2(&session, date, time), mac2)?;
        let tac_key = self.keys().tac.key.folded();
        let tac = transfer.tac(&tac_key, balance_after, otc, date, time);
        let booking = Booking {
            tag: transfer.direction.of(transfer.purse),
            sequence,
            balance_after,
            limit_after: limit,
            amount: transfer.amount,
            tid: transfer.tid,
            date,
            time,
            proof: Proof { mac2: Mac::default(), tac },
        };
        self.commit(|state| state.book(&booking, agreed))?;
        done(&tac.0)
    }
}

impl<N> Card<N> {
    /// SESLK, or SESUNK.
    fn transfer_session(&self, transfer: &Transfer, icc: Icc, otc: u16) -> SessionKey {
        let Transfer { direction, tid, .. } = *transfer;
        let key = &transfer_key(self.keys(), direction).key;
        SessionKey::online(direction.session(), key, icc, otc, tid)
    }
}
