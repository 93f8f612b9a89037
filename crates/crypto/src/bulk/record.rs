//! What a record in bulk is, and its codes.

use subtle::ConstantTimeEq;
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

/// Which codes of a record are not those that its keys make.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Faults(u8);

impl Faults {
    /// All codes are right.
    pub const NONE: Self = Self(0);
    /// MAC2 is wrong.
    pub const MAC2: Self = Self(1);
    /// GTAC is wrong.
    pub const GTAC: Self = Self(2);
    /// GMAC is wrong.
    pub const GMAC: Self = Self(4);
    /// SAM TAC is wrong.
    pub const SAM_TAC: Self = Self(8);
    /// TAC is wrong.
    pub const TAC: Self = Self(16);

    /// Compares all five codes; how long it takes does not depend on what they are.
    #[must_use]
    pub fn between(own: &Codes, claimed: &Codes) -> Self {
        let pairs = [
            (own.mac2, claimed.mac2, Self::MAC2),
            (own.gtac, claimed.gtac, Self::GTAC),
            (own.gmac, claimed.gmac, Self::GMAC),
            (own.sam_tac, claimed.sam_tac, Self::SAM_TAC),
            (own.tac, claimed.tac, Self::TAC),
        ];
        let fault = |(own, claimed, fault): (Mac, Mac, Self)| {
            fault.0 & (!own.0.ct_eq(&claimed.0)).unwrap_u8().wrapping_neg()
        };
        Self(pairs.into_iter().map(fault).fold(0, |all, fault| all | fault))
    }

    /// True when one of those is among these.
    #[must_use]
    pub const fn any_of(self, those: Self) -> bool {
        self.0 & those.0 != 0
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, those: Self) -> Self {
        Self(self.0 | those.0)
    }

    /// These without those: for a record that has no such code.
    #[must_use]
    pub const fn without(self, those: Self) -> Self {
        Self(self.0 & !those.0)
    }

    /// True when all codes are right.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}
