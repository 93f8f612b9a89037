//! How far a purchase got: its steps, folded.

use wire::response::PurchaseAnswer;
use wire::{LockId, PurchaseStep, PurchaseTerms, Report};

use crate::progress::OutOfOrder;

/// The steps of one purchase so far.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PurchaseProgress {
    /// DEBIT FOR PURCHASE may have gone out, and no goods were given.
    Sent(PurchaseTerms),
    /// The card answered, or showed it afterwards; another answer is kept beside the first, since
    /// only the centre knows which one is the card's.
    Paid(PurchaseTerms, PurchaseAnswer, Option<PurchaseAnswer>),
    /// The card did not carry it out.
    Void(PurchaseTerms),
}

impl PurchaseProgress {
    /// The purchase after one more step; `before` is `None` for its first.
    pub fn after(before: Option<Self>, step: &PurchaseStep) -> Result<Self, OutOfOrder> {
        match (before, *step) {
            (None, PurchaseStep::Sent(terms)) => Ok(Self::Sent(terms)),
            (Some(Self::Sent(terms)), PurchaseStep::Paid(answer)) => {
                Ok(Self::Paid(terms, answer, None))
            }
            (Some(Self::Paid(terms, first, None)), PurchaseStep::Paid(other)) if first != other => {
                Ok(Self::Paid(terms, first, Some(other)))
            }
            (Some(Self::Sent(terms)), PurchaseStep::Void) => Ok(Self::Void(terms)),
            (before, step) => {
                Err(OutOfOrder { before: before.map(|p| p.name()), step: step.name() })
            }
        }
    }

    /// The name of the last step.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sent(_) => "purchase_sent",
            Self::Paid(..) => "purchased",
            Self::Void(_) => "purchase_void",
        }
    }

    /// The terms.
    #[must_use]
    pub const fn terms(&self) -> &PurchaseTerms {
        match self {
            Self::Sent(terms) | Self::Paid(terms, ..) | Self::Void(terms) => terms,
        }
    }

    /// True while nobody knows whether the card paid.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Sent(_))
    }

    /// What the centre hears of this purchase.
    pub fn reports(&self) -> impl Iterator<Item = Report> + use<> {
        let (first, other) = match *self {
            Self::Sent(terms) => (Report::PurchaseUnknown(terms), None),
            Self::Paid(terms, answer, other) => {
                (Report::Purchase(terms, answer), other.map(|other| Report::Purchase(terms, other)))
            }
            // What the card showed is proved by nothing: with the terms, its balances can belie it.
            Self::Void(terms) => {
                let LockId { tid, ttc, .. } = terms.id;
                (Report::PurchaseUnknown(terms), Some(Report::Void(tid, ttc)))
            }
        };
        core::iter::once(first).chain(other)
    }
}
