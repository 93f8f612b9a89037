//! What a record in bulk is, and its codes.

use wire::{Amount, Asn, Date, Icc, Mac, Purse, Scheme, Tid, Time, Trn, Ttc};

use crate::lock::{Debit, Lock};

/// What the five codes of a claimed record are made over: a lock, and the debit that ends it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// The card.
    pub asn: Asn,
    /// The purse.
    pub purse: Purse,
    /// CTC n of the lock.
    pub ctc: u16,
    /// The terminal.
    pub tid: Tid,
    /// The PSAM's number.
    pub ttc: Ttc,
    /// The card's random number.
    pub icc: Icc,
    /// The PSAM's random number.
    pub trn: Trn,
    /// The balance when it was locked.
    pub balance: Amount,
    /// Date of LOCK.
    pub lock_date: Date,
    /// Time of LOCK.
    pub lock_time: Time,
    /// What is debited.
    pub amount: Amount,
    /// date', the end of the service.
    pub end_date: Date,
    /// time', the end of the service.
    pub end_time: Time,
}

impl Record {
    /// The lock, in the scheme of the consumption key.
    #[must_use]
    pub const fn lock(&self, scheme: Scheme) -> Lock {
        let Self { purse, ctc, tid, ttc, icc, balance, .. } = *self;
        Lock {
            scheme,
            purse,
            balance,
            ctc,
            icc,
            tid,
            ttc,
            date: self.lock_date,
            time: self.lock_time,
        }
    }

    /// The debit.
    #[must_use]
    pub const fn debit(&self) -> Debit {
        let Self { purse, tid, ttc, amount, .. } = *self;
        Debit { purse, amount, tid, ttc, date: self.end_date, time: self.end_time }
    }
}

/// The five codes of a record (protocol §4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Codes {
    /// Proves the card and its balance to the terminal.
    pub mac2: Mac,
    /// The grey lock characterized code.
    pub gtac: Mac,
    /// The PSAM's, which the card obeys.
    pub gmac: Mac,
    /// The PSAM's, under its own record key.
    pub sam_tac: Mac,
    /// The card's receipt for the debit.
    pub tac: Mac,
}

impl Codes {
    /// All zeros: room for codes to come.
    pub const ZERO: Self = Self {
        mac2: Mac([0; 4]),
        gtac: Mac([0; 4]),
        gmac: Mac([0; 4]),
        sam_tac: Mac([0; 4]),
        tac: Mac([0; 4]),
    };
}
