//! The PSAM as its terminal may rely on it: protocol §8, without bytes in memory.

use crypto::{Debit, Lock};
use wire::psam_command::{DebitGreyUnlock, InitGreyLock};
use wire::response::InitSam;
use wire::{Amount, Asn, Date, Mac, PsamCommand, Purse, Scheme, StatusWord, Tid, Time, Trn, Ttc};

use crate::code;

/// How far a pending lock got.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum State {
    /// With so many wrong MAC2.
    Drawn(u8),
    Certified,
    Given(Amount, Date, Time),
}

/// A pending lock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Pending {
    asn: Asn,
    ttc: Ttc,
    init: (wire::Icc, u16, Amount, Date, Time),
    state: State,
}

/// A PSAM.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Psam {
    pub(crate) tid: Tid,
    pub(crate) next: u32,
    pending: Vec<Pending>,
    pub(crate) dead: bool,
}

type Answer = Result<Vec<u8>, StatusWord>;

impl Psam {
    pub(crate) const fn new(tid: Tid) -> Self {
        Self { tid, next: 1, pending: Vec::new(), dead: false }
    }

    /// The answer to a command, with its status word.
    pub(crate) fn answer(&mut self, command: &PsamCommand<'_>) -> (Vec<u8>, StatusWord) {
        let answer = match command {
            PsamCommand::Select { .. } => Ok(Vec::new()),
            PsamCommand::ReadBinary { .. } => Ok(self.tid.0.to_vec()),
            PsamCommand::InitGreyLock(fields) => Ok(self.init(fields)),
            PsamCommand::CertificateGreyLock { ttc: Some(ttc), mac2 } => self.certify(*ttc, *mac2),
            PsamCommand::DebitGreyUnlock(fields) => self.debit(fields),
            PsamCommand::GetGmac(ttc) => self.gmac(*ttc),
            _ => Err(StatusWord::UNKNOWN_INSTRUCTION),
        };
        answer.map_or_else(|word| (Vec::new(), word), |data| (data, StatusWord::DONE))
    }

    fn init(&mut self, fields: &InitGreyLock) -> Vec<u8> {
        let ttc = Ttc(self.next);
        self.next += 1;
        let InitGreyLock { asn, icc, ctc, balance, date, time, .. } = *fields;
        let state = State::Drawn(0);
        let pending = Pending { asn, ttc, init: (icc, ctc, balance, date, time), state };
        self.pending.push(pending);
        let mac1 = code::mac1(asn, &self.terms(&pending));
        let trn = Trn((0x8000_0000 | ttc.0).to_be_bytes());
        InitSam { ttc, trn, mac1 }.encode().to_vec()
    }

    const fn terms(&self, pending: &Pending) -> Lock {
        let (icc, ctc, balance, date, time) = pending.init;
        let (scheme, purse, tid, ttc) = (Scheme::Seed, Purse::Ed, self.tid, pending.ttc);
        Lock { scheme, purse, balance, ctc, icc, tid, ttc, date, time }
    }

    fn find(&self, ttc: Ttc) -> Result<usize, StatusWord> {
        let found = self.pending.iter().position(|pending| pending.ttc == ttc);
        found.ok_or(StatusWord::UNKNOWN_LOCK)
    }

    /// The third wrong MAC2 drops a lock that was not certified yet.
    fn certify(&mut self, ttc: Ttc, mac2: Mac) -> Answer {
        let at = self.find(ttc)?;
        let pending = self.pending[at];
        let right = code::of_lock(pending.asn, &self.terms(&pending)).mac2 == mac2;
        match (pending.state, right) {
            (State::Drawn(_), true) => self.pending[at].state = State::Certified,
            (State::Drawn(2), false) => {
                self.pending.remove(at);
            }
            (State::Drawn(wrong), false) => self.pending[at].state = State::Drawn(wrong + 1),
            (State::Certified | State::Given(..), _) => {}
        }
        if right { Ok(Vec::new()) } else { Err(StatusWord::WRONG_MAC) }
    }

    fn debit(&mut self, fields: &DebitGreyUnlock) -> Answer {
        let at = self.find(fields.ttc.ok_or(StatusWord::WRONG_LENGTH)?)?;
        let pending = self.pending[at];
        let end = fields.end.ok_or(StatusWord::WRONG_LENGTH)?;
        let (_, ctc, balance, ..) = pending.init;
        if pending.asn != fields.asn || (fields.ctc != ctc && fields.ctc != ctc + 1) {
            return Err(StatusWord::UNKNOWN_LOCK);
        }
        match pending.state {
            State::Drawn(_) => return Err(StatusWord::CONDITIONS),
            State::Certified if fields.amount > balance => {
                return Err(StatusWord::AMOUNT_TOO_LARGE);
            }
            State::Certified => {
                self.pending[at].state = State::Given(fields.amount, end.date, end.time);
            }
            State::Given(amount, date, time) => {
                let same = (amount, date, time) == (fields.amount, end.date, end.time);
                if !same {
                    return Err(StatusWord::CONDITIONS);
                }
            }
        }
        self.gmac(pending.ttc)
    }

    fn gmac(&self, ttc: Ttc) -> Answer {
        let pending = &self.pending[self.find(ttc)?];
        let State::Given(amount, date, time) = pending.state else {
            return Err(StatusWord::CONDITIONS);
        };
        let lock = self.terms(pending);
        let debit = Debit { purse: Purse::Ed, amount, tid: self.tid, ttc, date, time };
        let gmac = code::gmac(pending.asn, &lock, &debit);
        let sam_tac = code::sam_tac(pending.asn, &lock, &debit);
        Ok([gmac.0, sam_tac.0].concat())
    }
}
