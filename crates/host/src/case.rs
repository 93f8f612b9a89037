//! What is known of one lock, under (TID, TTC) (protocol §9).

use serde::{Deserialize, Serialize};
use wire::{Amount, Certified, ClaimedRecord, Delivery, LockId, LockTerms, Mac, Report, Tid, Ttc};

use crate::codec;
use crate::notice::Code;

/// How a lock ended for its terminal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    /// LOCK never went out.
    Void,
    /// Nothing was delivered and nothing will be.
    NoDispense,
    /// Delivered, no GMAC.
    Unproved,
    /// The record is claimed; the debit is not proved by a TAC.
    Grey,
    /// The record is claimed and the card's TAC is held.
    Sale,
    /// A purchase, and the card's TAC is held.
    Purchase,
    /// A purchase that went out, and nobody knows whether the card paid.
    PurchaseUnknown,
}

impl Outcome {
    /// The name, as the interface shows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Void => "void",
            Self::NoDispense => "no_dispense",
            Self::Unproved => "unproved",
            Self::Grey => "grey",
            Self::Sale => "sale",
            Self::Purchase => "purchase",
            Self::PurchaseUnknown => "purchase_unknown",
        }
    }
}

/// A claimed record that verified, with what the centre recomputed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct HeldRecord {
    /// As the station sent it.
    #[serde(with = "codec::bytes")]
    pub record: ClaimedRecord,
    /// GTAC as the card must have made it.
    #[serde(with = "codec::text")]
    pub gtac: Mac,
    /// True when the card answered that very GTAC: only a card can.
    pub card_proved: bool,
}

impl HeldRecord {
    /// True when both are one record. The stored GTAC and the scheme do not count: nobody at the
    /// station can check them, and the centre has repaired the scheme.
    #[must_use]
    pub fn is_same_record(&self, other: &ClaimedRecord) -> bool {
        let mut own = self.record;
        own.certified.gtac = other.certified.gtac;
        own.terms.scheme = other.terms.scheme;
        own == *other
    }

    /// What the station is owed.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        self.record.delivery.amount
    }
}

/// A delivery whose MAC2 verified and which no GMAC proves.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct HeldUnproved {
    /// The lock.
    #[serde(with = "codec::bytes")]
    pub terms: LockTerms,
    /// The card's proof.
    #[serde(with = "codec::bytes")]
    pub certified: Certified,
    /// The service.
    #[serde(with = "codec::bytes")]
    pub delivery: Delivery,
}

impl HeldUnproved {
    /// True when nothing flowed and nothing is owed. What flowed for less than the smallest unit,
    /// and a totalizer that ran backwards, are something.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        let Delivery { quantity, amount, totalizer_after, .. } = self.delivery;
        let unmoved = totalizer_after == self.certified.totalizer_before;
        quantity == 0 && amount == Amount::ZERO && unmoved
    }
}

/// A report that was kept aside.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Quarantined {
    /// As the station sent it.
    #[serde(with = "codec::bytes")]
    pub report: Report,
    /// What did not verify.
    pub reason: Code,
}

/// Everything that the owner of a TID said about one of its TTCs.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Case {
    /// The terminal.
    #[serde(with = "codec::text")]
    pub tid: Tid,
    /// Its PSAM's number.
    #[serde(with = "codec::number")]
    pub ttc: Ttc,
    /// The claimed record.
    pub record: Option<HeldRecord>,
    /// The delivery without a GMAC.
    pub unproved: Option<HeldUnproved>,
    /// The notice that nothing was delivered.
    #[serde(with = "codec::maybe_bytes")]
    pub no_dispense: Option<LockTerms>,
    /// The notice that LOCK never went out.
    pub void: bool,
    /// What did not verify; it counts as unheard.
    pub quarantined: Vec<Quarantined>,
}

impl Case {
    /// Nothing heard yet.
    #[must_use]
    pub const fn new(tid: Tid, ttc: Ttc) -> Self {
        Self {
            tid,
            ttc,
            record: None,
            unproved: None,
            no_dispense: None,
            void: false,
            quarantined: Vec::new(),
        }
    }

    /// The terms that count: of the record, else of the unproved delivery, else of the notice.
    #[must_use]
    pub fn terms(&self) -> Option<&LockTerms> {
        let record = self.record.as_ref().map(|held| &held.record.terms);
        let unproved = self.unproved.as_ref().map(|held| &held.terms);
        record.or(unproved).or(self.no_dispense.as_ref())
    }

    /// The lock id that counts.
    #[must_use]
    pub fn lock_id(&self) -> Option<LockId> {
        self.terms().map(|terms| terms.id)
    }

    /// The lock id of what claims money: the record, else the unproved delivery.
    #[must_use]
    pub fn claimed_lock(&self) -> Option<LockId> {
        let record = self.record.as_ref().map(|held| held.record.terms.id);
        record.or(self.unproved.as_ref().map(|held| held.terms.id))
    }

    /// What the station says it is owed.
    #[must_use]
    pub fn claimed_amount(&self) -> Option<Amount> {
        let record = self.record.as_ref().map(HeldRecord::amount);
        record.or(self.unproved.as_ref().map(|held| held.delivery.amount))
    }

    /// The outcome, given whether the card's TAC is held; `None` while nothing verified.
    #[must_use]
    pub const fn outcome(&self, tac_held: bool) -> Option<Outcome> {
        match self {
            Self { record: Some(_), .. } if tac_held => Some(Outcome::Sale),
            Self { record: Some(_), .. } => Some(Outcome::Grey),
            Self { unproved: Some(_), .. } => Some(Outcome::Unproved),
            Self { no_dispense: Some(_), .. } => Some(Outcome::NoDispense),
            Self { void: true, .. } => Some(Outcome::Void),
            _ => None,
        }
    }

    /// True when the TTC is no hole: something verified.
    #[must_use]
    pub const fn is_heard(&self) -> bool {
        self.outcome(false).is_some()
    }

    /// True when the case claims money and a notice says that there is none.
    #[must_use]
    pub const fn contradicts_itself(&self) -> bool {
        (self.record.is_some() || self.unproved.is_some())
            && (self.no_dispense.is_some() || self.void)
    }
}
