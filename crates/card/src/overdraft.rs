//! INITIALIZE FOR UPDATE and UPDATE OVERDRAW LIMIT (protocol §7): of ED, the one purse with an overdraft limit.

use crypto::overdraft::{self, Change};
use crypto::{Online, SessionKey};
use nvm::Nvm;
use wire::card_command::UpdateOverdrawLimit;
use wire::response::{InitUpdate, Proof};
use wire::{Amount, Icc, Kind, Limit, Mac, Purse, StatusWord, Tid};

use crate::card::{Answer, Card, done, require};
use crate::session::{PreUpdate, Session};
use crate::state::{Booking, PurseRecord, Sequence, next_number};

const PURSE: Purse = Purse::Ed;

impl PurseRecord {
    /// Changing the limit by d changes the balance by d (protocol §2). 6A80 above 7FFFFFFF; 9401 below nothing, where
    /// the limit that would go has been spent.
    fn after_limit(&self, limit: Limit) -> Result<Amount, StatusWord> {
        let (old, new) = (self.limit.as_amount(), limit.as_amount());
        match new.checked_sub(old) {
            Some(more) => self.balance.checked_add(more).ok_or(StatusWord::WRONG_DATA),
            None => self.balance_after(old.checked_sub(new).unwrap_or_default()),
        }
    }
}

impl<N: Nvm> Card<N> {
    /// 6985 grey · 9403 key · 9402 numbers. No PIN: the centre decides.
    pub(crate) fn initialize_for_update(&mut self, key_index: u8, tid: Tid) -> Answer {
        require(self.state.grey().is_none(), StatusWord::CONDITIONS)?;
        let key = self.keys().money_key(&self.keys().overdraft, key_index);
        let key = key.ok_or(StatusWord::NO_SUCH_KEY)?.reference();
        self.state.check_otc_left(PURSE)?;
        let icc = self.draw_icc()?;
        let record = self.state.purse(PURSE);
        let (balance, otc, limit) = (record.balance, record.otc, record.limit);
        let sesodk = self.overdraft_session(icc, otc, tid);
        let mac1 = overdraft::mac1(&sesodk, balance, limit, PURSE, tid);
        self.ram.enter(Session::PreUpdate(PreUpdate { tid, icc }));
        done(&InitUpdate { balance, otc, limit, key, icc, mac1 }.encode())
    }

    /// 6A80 or 9401 limit · 9302 MAC2, counted. Then one commit, which uses the OTC.
    pub(crate) fn update_overdraw_limit(
        &mut self,
        begun: PreUpdate,
        command: UpdateOverdrawLimit,
    ) -> Answer {
        let PreUpdate { tid, icc } = begun;
        let UpdateOverdrawLimit { limit, date, time, mac2 } = command;
        let record = self.state.purse(PURSE);
        let otc = record.otc;
        let balance_after = record.after_limit(limit)?;
        let sequence = Sequence::Online { used: otc, next: next_number(otc)? };
        let attempt = self.count_attempt()?;
        let sesodk = self.overdraft_session(icc, otc, tid);
        let change = Change { purse: PURSE, limit, tid, date, time };
        let agreed = attempt.compare(change.mac2(&sesodk), mac2)?;
        let tac = change.tac(&self.keys().tac.key.folded(), balance_after, otc);
        let booking = Booking {
            tag: Kind::Overdraft.of(PURSE),
            sequence,
            balance_after,
            limit_after: limit,
            amount: limit.as_amount(),
            tid,
            date,
            time,
            proof: Proof { mac2: Mac::default(), tac },
        };
        self.commit(|state| state.book(&booking, agreed))?;
        done(&tac.0)
    }
}

impl<N> Card<N> {
    /// SESODK.
    fn overdraft_session(&self, icc: Icc, otc: u16, tid: Tid) -> SessionKey {
        SessionKey::online(Online::Overdraft, &self.keys().overdraft.key, icc, otc, tid)
    }
}
