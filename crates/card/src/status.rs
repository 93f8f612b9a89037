//! GET GREY STATUS (protocol §6): what every unlock begins with.

use nvm::Nvm;
use seeded::Bug;
use wire::card_command::StatusMode;
use wire::{Date, GreyState, GreyStatus, Icc, KeyRef, Mac, StatusMore, Tid, Time, Trn, Ttc};

use crate::card::{Answer, Card, done};
use crate::state::{DebitKind, GreyLock, LastDebit, State};

impl<N: Nvm> Card<N> {
    /// P1 = 01 clears TACUF, and answers as it stood before.
    pub(crate) fn grey_status(&mut self, mode: StatusMode) -> Answer {
        let full = self.state.status();
        let more = full.more.filter(|_| mode == StatusMode::ReadMore);
        let answer = GreyStatus { more, ..full };
        let clears = mode == StatusMode::ReadAndClear || seeded::is(Bug::TacufClearedByRead);
        if clears && self.state.unread_debit().is_some() {
            self.commit(State::clear_unread)?;
        }
        done(&answer.encode())
    }
}

impl State {
    /// The table of protocol §6, long form.
    pub(crate) fn status(&self) -> GreyStatus {
        match (self.grey(), self.unread_debit()) {
            (Some(lock), _) => self.grey_lock_status(lock),
            (None, Some(debit)) => self.unread_status(debit),
            (None, None) => self.unlocked_status(),
        }
    }

    /// 00.
    fn unlocked_status(&self) -> GreyStatus {
        let purse = self.last_locked.unwrap_or_default();
        let record = self.purse(purse);
        GreyStatus {
            state: GreyState::Unlocked,
            purse,
            balance: record.balance,
            ctc: record.ctc,
            tid: Tid::default(),
            date: Date::ZERO,
            time: Time::ZERO,
            a: [0; 4],
            b: Mac::default(),
            more: Some(StatusMore::default()),
        }
    }

    /// 01, tag 91: the CTC is the number that the debit must carry.
    fn grey_lock_status(&self, lock: &GreyLock) -> GreyStatus {
        let terms = &lock.terms;
        GreyStatus {
            state: GreyState::Grey,
            purse: terms.purse,
            balance: terms.balance,
            ctc: self.purse(terms.purse).ctc,
            tid: terms.tid,
            date: terms.date,
            time: terms.time,
            a: lock.mac2.0,
            b: lock.gtac,
            more: Some(StatusMore { ttc: terms.ttc, icc: terms.icc, trn: lock.trn, key: lock.key }),
        }
    }

    /// 10, tag 93 or 95. Whatever changes a purse clears TACUF, so balance and CTC are still those of the debit.
    fn unread_status(&self, debit: &LastDebit) -> GreyStatus {
        let (state, ttc) = match debit.kind {
            DebitKind::Terminal(ttc) => (GreyState::Debited, ttc),
            DebitKind::Online(otc) => (GreyState::UnlockedOnline, Ttc(otc.into())),
        };
        let record = self.purse(debit.purse);
        GreyStatus {
            state,
            purse: debit.purse,
            balance: record.balance,
            ctc: record.ctc,
            tid: debit.tid,
            date: debit.date,
            time: debit.time,
            a: debit.amount.to_bytes(),
            b: debit.code,
            more: Some(StatusMore {
                ttc,
                icc: Icc::default(),
                trn: Trn::default(),
                key: KeyRef::default(),
            }),
        }
    }
}
