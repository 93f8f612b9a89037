//! The on-line unlock (claim 2; protocol §9): the card proves where it stands, the centre
//! decides from what it knows, and the decision is in the books before MAC2 leaves.

use std::collections::BTreeSet;

use crypto::online::Unlock;
use crypto::{Lock, check};
use seeded::{Bug, instead};
use serde::{Deserialize, Serialize};
use wire::response::InitUnlock;
use wire::{Amount, Asn, Date, GreyState, GreyStatus, LockId, Mac, Stamp, StatusMore, Tid, Time};

use crate::books::Books;
use crate::centre::Centre;
use crate::clock::next_second;
use crate::codec;
use crate::codes::{Codes, LockSource, OnlineSession, UnlockStand};
use crate::facts::{DecisionRow, Ground, Shown, Sighting};
use crate::notice::{About, Code};
use crate::refusal::Refusal;
use crate::seen::lock_of;
use crate::standing::{Standing, is_final, standing};

/// What a station sends for a grey card of which it has no record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct UnlockRequest {
    /// The TID that INITIALIZE FOR UNLOCK carried: the terminal at which the card is now.
    #[serde(with = "codec::text")]
    pub tid: Tid,
    /// The card.
    #[serde(with = "codec::text")]
    pub asn: Asn,
    /// GET GREY STATUS with P1 = 02.
    #[serde(with = "codec::bytes")]
    pub status: GreyStatus,
    /// The response of INITIALIZE FOR UNLOCK.
    #[serde(with = "codec::bytes")]
    pub init: InitUnlock,
    /// The centre's time.
    #[serde(with = "codec::bytes")]
    pub now: Stamp,
}

/// What DEBIT FOR UNLOCK carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decision {
    /// What is debited; 0 only unlocks.
    pub amount: Amount,
    /// The decision's date.
    pub date: Date,
    /// The decision's time.
    pub time: Time,
    /// The centre's word.
    pub mac2: Mac,
}

/// The centre's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnlockAnswer {
    /// Send DEBIT FOR UNLOCK.
    Decided(Decision),
    /// The card stays grey for now.
    Wait(Code),
}

/// The session that a right MAC1 proves.
struct Proved {
    shown: Shown,
    session: OnlineSession,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Answers a station that has a grey card. A repeated request gets the same answer; a new
    /// session of the card is decided anew from what is known by then.
    pub fn unlock(&mut self, request: &UnlockRequest) -> Result<UnlockAnswer, Refusal> {
        self.card(request.asn)?;
        let proved = self.prove(request)?;
        self.learn_version(request.asn, proved.session.version, request.now);
        if let Some(row) = self.answered(request) {
            return Ok(UnlockAnswer::Decided(decision_of(&row)));
        }
        self.psam_serves(request.tid)?;
        let Shown { lock, balance, otc, .. } = proved.shown;
        self.sight(Sighting { lock, balance, otc }, request.now);
        self.settle(lock, request.now)?;
        match standing(&self.books, &proved.shown) {
            Standing::Answer { lock, amount, .. } if amount > balance => {
                Ok(self.wait(lock, &proved.shown, Code::AmountExceedsBalance, request.now))
            }
            Standing::Answer { lock, amount, ground } => {
                self.decide(request, &proved, (lock, amount, ground))
            }
            Standing::Wait { lock, reason } => {
                Ok(self.wait(lock, &proved.shown, reason, request.now))
            }
        }
    }

    /// MAC1 proves balance, CTC and OTC; GTAC proves the lock; both must be of one moment.
    fn prove(&self, request: &UnlockRequest) -> Result<Proved, Refusal> {
        let UnlockRequest { asn, status, init, .. } = request;
        if status.state != GreyState::Grey {
            return Err(Refusal::StatusNotGrey);
        }
        let more = status.more.ok_or(Refusal::StatusTooShort)?;
        if self.vault.suite(init.key.version) != Some(init.key.algorithm) {
            return Err(Refusal::KeyVersionUnknown);
        }
        let (version, icc, otc) = (init.key.version, init.icc, init.otc);
        let session = OnlineSession { asn: *asn, version, icc, otc };
        let (balance, ctc, purse, tid) = (init.balance, init.ctc, status.purse, request.tid);
        let own = self.vault.unlock_mac1(&session, &UnlockStand { balance, ctc, purse, tid });
        let own = own.ok_or(Refusal::KeyVersionUnknown)?;
        let given = instead(Bug::UnlockMac1Trusted, init.mac1, own);
        check(own, given).ok_or(Refusal::Mac1Wrong)?;
        let ctc = status.ctc.checked_sub(1).ok_or(Refusal::GtacWrong)?;
        let lock = lock_of(*asn, status, ctc, more.ttc);
        self.prove_gtac(status, &more, lock)?;
        if (init.balance, init.ctc) != (status.balance, status.ctc) {
            return Err(Refusal::StatusAndMac1Disagree);
        }
        let (balance, date, time) = (status.balance, status.date, status.time);
        Ok(Proved { shown: Shown { lock, balance, date, time, otc: Some(otc) }, session })
    }

    fn prove_gtac(
        &self,
        status: &GreyStatus,
        more: &StatusMore,
        lock: LockId,
    ) -> Result<(), Refusal> {
        let version = more.key.version;
        let scheme = self.vault.scheme(version).ok_or(Refusal::KeyVersionUnknown)?;
        if self.vault.suite(version) != Some(more.key.algorithm) {
            return Err(Refusal::KeyVersionUnknown);
        }
        let LockId { asn, purse, ctc, tid, ttc } = lock;
        let (balance, icc) = (status.balance, more.icc);
        let (date, time) = (status.date, status.time);
        let lock = Lock { scheme, purse, balance, ctc, icc, tid, ttc, date, time };
        let own = self.vault.lock_codes(&LockSource { asn, version, trn: more.trn, lock });
        let own = own.ok_or(Refusal::KeyVersionUnknown)?.gtac;
        let given = instead(Bug::UnlockGtacTrusted, status.b, own);
        check(own, given).map(drop).ok_or(Refusal::GtacWrong)
    }

    /// The answer that this session got already. No card draws an ICC twice.
    fn answered(&self, request: &UnlockRequest) -> Option<DecisionRow> {
        let UnlockRequest { asn, init, status, tid, .. } = request;
        let session = (init.icc, init.otc, status.purse, *tid);
        let mut rows = self.books.decisions_of(*asn).into_iter();
        rows.find(|row| (row.icc, row.otc, row.purse(), row.tid) == session)
    }

    /// The decision is in the books before its MAC2 is in the answer. It only reserves.
    fn decide(
        &mut self,
        request: &UnlockRequest,
        proved: &Proved,
        answer: (LockId, Amount, Ground),
    ) -> Result<UnlockAnswer, Refusal> {
        let (filed, amount, ground) = answer;
        let Shown { lock, balance, .. } = proved.shown;
        let at = self.free_second(request.asn, request.now)?;
        let (date, time, tid) = (at.date, at.time, request.tid);
        let unlock = Unlock { purse: lock.purse, amount, tid, date, time };
        let mac2 = self.vault.unlock_mac2(&proved.session, &unlock);
        let mac2 = mac2.ok_or(Refusal::KeyVersionUnknown)?;
        let (otc, icc) = (request.init.otc, request.init.icc);
        let row = DecisionRow {
            lock,
            balance,
            otc,
            icc,
            tid,
            amount,
            date,
            time,
            mac2,
            ground,
            mac3: None,
        };
        if !seeded::is(Bug::DecisionNotKept) {
            self.books.put_decision(row.clone());
        }
        if filed != lock {
            let detail = format!("record {filed}");
            self.tell(Code::TtcHighHalfAltered, About::lock(lock), request.now, detail);
        }
        self.settle(lock, request.now)?;
        Ok(UnlockAnswer::Decided(decision_of(&row)))
    }

    fn wait(&mut self, lock: LockId, shown: &Shown, reason: Code, now: Stamp) -> UnlockAnswer {
        if !is_final(reason) {
            self.books.put_waiting(lock, *shown);
        }
        let detail = format!("shown {}", shown.lock);
        self.tell(reason, About::lock(lock), now, detail);
        UnlockAnswer::Wait(reason)
    }

    /// The first second from `now` on that this card was never given: a MAC3 fits one decision.
    pub(crate) fn free_second(&self, asn: Asn, now: Stamp) -> Result<Stamp, Refusal> {
        let rows = self.books.decisions_of(asn);
        let mut taken: BTreeSet<(Date, Time)> =
            rows.iter().map(|row| (row.date, row.time)).collect();
        taken.extend(self.books.transfers_of(asn).iter().map(|row| (row.date, row.time)));
        let mut at = now;
        while taken.contains(&(at.date, at.time)) && !seeded::is(Bug::SecondTwice) {
            at = next_second(at).ok_or(Refusal::NoFreeSecond)?;
        }
        Ok(at)
    }
}

const fn decision_of(row: &DecisionRow) -> Decision {
    Decision { amount: row.amount, date: row.date, time: row.time, mac2: row.mac2 }
}
