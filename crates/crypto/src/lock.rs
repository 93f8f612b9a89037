//! The codes of the grey lock (protocol §4; claims 4 and 8).
//!
//! Under one key no padded input equals another or begins it, for all dates and times that
//! the card accepts; `tests/inputs.rs` holds that. Add no layout without adding it there.

use wire::{Amount, Asn, Buf, Date, Icc, Kind, Mac, Purse, Scheme, Tid, Time, Ttc};

use crate::key::{Key, TacKey};
use crate::session::SessionKey;

/// What MAC1, MAC2 and GTAC of a lock are made over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lock {
    /// The scheme of the consumption key.
    pub scheme: Scheme,
    /// The purse.
    pub purse: Purse,
    /// The balance when it was locked.
    pub balance: Amount,
    /// CTC n.
    pub ctc: u16,
    /// The card's random number.
    pub icc: Icc,
    /// The terminal.
    pub tid: Tid,
    /// The PSAM's number.
    pub ttc: Ttc,
    /// Date of LOCK.
    pub date: Date,
    /// Time of LOCK.
    pub time: Time,
}

/// What GMAC, TAC and SAM TAC of a debit are made over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Debit {
    /// The purse.
    pub purse: Purse,
    /// What is debited.
    pub amount: Amount,
    /// TID of the lock.
    pub tid: Tid,
    /// TTC of the lock.
    pub ttc: Ttc,
    /// date', the end of the service.
    pub date: Date,
    /// time', the end of the service.
    pub time: Time,
}

/// Room for the longest input.
type Input = Buf<36>;

impl Lock {
    /// `91 || TID || TTC || date || time`; *field*: without TTC.
    #[must_use]
    pub fn mac1_input(&self) -> Input {
        let mut input = Input::new().with(&[Kind::Lock.of(self.purse).byte()]).with(&self.tid.0);
        if self.scheme == Scheme::Seed {
            input.push(&self.ttc.to_bytes());
        }
        input.with(&self.date.to_bytes()).with(&self.time.to_bytes())
    }

    /// `balance ||` the input of MAC1.
    #[must_use]
    pub fn mac2_input(&self) -> Input {
        Input::new().with(&self.balance.to_bytes()).with(&self.mac1_input())
    }

    /// `X = A1 || CTC || balance || TID || TTC || date || time`.
    fn characterized(&self) -> Input {
        Input::new()
            .with(&[Kind::Characterized.of(self.purse).byte()])
            .with(&self.ctc.to_be_bytes())
            .with(&self.balance.to_bytes())
            .with(&self.tid.0)
            .with(&self.ttc.to_bytes())
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
    }

    /// `X || ICC`, under the TAC key: what a stolen PSAM cannot make.
    #[must_use]
    pub fn gtac_inner_input(&self) -> Input {
        self.characterized().with(&self.icc.0)
    }

    /// `X || MAC(TAC key, X || ICC)`, under the locking source.
    #[must_use]
    pub fn gtac_input(&self, tac_key: &TacKey) -> Input {
        self.characterized().with(&tac_key.0.mac(&self.gtac_inner_input()).0)
    }

    /// MAC1, the second code of claim 4: the PSAM proves itself. The first code is the card's
    /// own over the same input, compared and never sent.
    #[must_use]
    pub fn mac1(&self, source: &SessionKey) -> Mac {
        source.0.mac(&self.mac1_input())
    }

    /// MAC2: proves card and balance to the terminal.
    #[must_use]
    pub fn mac2(&self, source: &SessionKey) -> Mac {
        source.0.mac(&self.mac2_input())
    }

    /// GTAC, the grey lock characterized code: only a card can make one.
    #[must_use]
    pub fn gtac(&self, source: &SessionKey, tac_key: &TacKey) -> Mac {
        source.0.mac(&self.gtac_input(tac_key))
    }
}

impl Debit {
    /// `amount || 93 || TID || TTC || date' || time'`.
    #[must_use]
    pub fn tac_input(&self) -> Input {
        Input::new()
            .with(&self.amount.to_bytes())
            .with(&[Kind::Debit.of(self.purse).byte()])
            .with(&self.tid.0)
            .with(&self.ttc.to_bytes())
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
    }

    /// The input of TAC; *field*: the amount alone.
    #[must_use]
    pub fn gmac_input(&self, scheme: Scheme) -> Input {
        match scheme {
            Scheme::Seed => self.tac_input(),
            Scheme::Field => Input::new().with(&self.amount.to_bytes()),
        }
    }

    /// GMAC, the third code of claim 4; the fourth is the card's own over the same input.
    #[must_use]
    pub fn gmac(&self, source: &SessionKey, scheme: Scheme) -> Mac {
        source.0.mac(&self.gmac_input(scheme))
    }

    /// TAC of DEBIT FOR REFUEL.
    #[must_use]
    pub fn tac(&self, tac_key: &TacKey) -> Mac {
        tac_key.0.mac(&self.tac_input())
    }

    /// `93 || ASN || CTC n || amount || TID || TTC || date' || time'`; *field*: the end of the
    /// service zero.
    #[must_use]
    pub fn sam_tac_input(&self, scheme: Scheme, asn: Asn, ctc: u16) -> Input {
        let (date, time) = match scheme {
            Scheme::Seed => (self.date, self.time),
            Scheme::Field => (Date::ZERO, Time::ZERO),
        };
        Input::new()
            .with(&[Kind::Debit.of(self.purse).byte()])
            .with(&asn.0)
            .with(&ctc.to_be_bytes())
            .with(&self.amount.to_bytes())
            .with(&self.tid.0)
            .with(&self.ttc.to_bytes())
            .with(&date.to_bytes())
            .with(&time.to_bytes())
    }

    /// SAM TAC under the PSAM's own record key.
    #[must_use]
    pub fn sam_tac(&self, dsk: &Key, scheme: Scheme, asn: Asn, ctc: u16) -> Mac {
        dsk.folded().0.mac(&self.sam_tac_input(scheme, asn, ctc))
    }
}
