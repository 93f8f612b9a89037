//! How far a lock got: the steps of protocol §9, folded.

use core::fmt;

use seeded::Bug;
use wire::{Certified, ClaimedRecord, Delivery, LockTerms, Mac, Report, Step, Tid, Ttc};

/// The steps of one lock so far.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Progress {
    /// LOCK may have gone out.
    LockSent(LockTerms),
    /// Certified: the nozzle may have opened.
    Locked(LockTerms, Certified),
    /// The amount is known, no GMAC yet.
    Delivered(LockTerms, Certified, Delivery),
    /// The grey record is whole: any terminal can finish the debit.
    Claimed(ClaimedRecord),
    /// A TAC was answered.
    Settled(ClaimedRecord, Mac),
    /// Final: the nozzle never opens on this lock.
    NoDispense(LockTerms),
    /// LOCK never went out; nothing more is known when the TTC was only found missing.
    Void(Option<LockTerms>),
}

/// A step that cannot follow what the journal holds: the journal is damaged or was mixed up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfOrder {
    /// The step before, if there is one.
    pub before: Option<&'static str>,
    /// The step that does not fit.
    pub step: &'static str,
}

impl fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = self.before.unwrap_or("the beginning");
        write!(f, "step {} cannot follow {before}", self.step)
    }
}

impl core::error::Error for OutOfOrder {}

impl Progress {
    /// The lock after one more step; `before` is `None` for its first.
    pub fn after(before: Option<Self>, step: &Step) -> Result<Self, OutOfOrder> {
        match (before, *step) {
            (None, Step::LockSent(terms)) => Ok(Self::LockSent(terms)),
            (None, Step::Void) => Ok(Self::Void(None)),
            (Some(Self::LockSent(terms)), Step::Locked(certified)) => {
                Ok(Self::Locked(terms, certified))
            }
            (Some(Self::LockSent(terms)), Step::NoDispense) => Ok(Self::NoDispense(terms)),
            (Some(Self::LockSent(terms)), Step::Void) => Ok(Self::Void(Some(terms))),
            (Some(Self::Locked(terms, certified)), Step::Delivered(delivery)) => {
                Ok(Self::Delivered(terms, certified, delivery))
            }
            (Some(Self::Delivered(terms, certified, delivery)), Step::Claimed(claim)) => {
                Ok(Self::Claimed(ClaimedRecord { terms, certified, delivery, claim }))
            }
            (Some(Self::Claimed(record)), Step::Settled(tac)) => Ok(Self::Settled(record, tac)),
            (before, step) => {
                Err(OutOfOrder { before: before.map(|p| p.name()), step: step.name() })
            }
        }
    }

    /// The name of the last step.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LockSent(_) => "lock_sent",
            Self::Locked(..) => "locked",
            Self::Delivered(..) => "delivered",
            Self::Claimed(_) => "claimed",
            Self::Settled(..) => "settled",
            Self::NoDispense(_) => "no_dispense",
            Self::Void(_) => "void",
        }
    }

    /// The lock's terms, unless only its TTC is known.
    #[must_use]
    pub const fn terms(&self) -> Option<&LockTerms> {
        match self {
            Self::LockSent(terms)
            | Self::Locked(terms, _)
            | Self::Delivered(terms, ..)
            | Self::NoDispense(terms) => Some(terms),
            Self::Claimed(record) | Self::Settled(record, _) => Some(&record.terms),
            Self::Void(terms) => terms.as_ref(),
        }
    }

    /// The grey record, once it is whole.
    #[must_use]
    pub const fn record(&self) -> Option<&ClaimedRecord> {
        match self {
            Self::Claimed(record) | Self::Settled(record, _) => Some(record),
            _ => None,
        }
    }

    /// The nozzle, and what its totalizer showed at this step; `None` for steps that read none.
    #[must_use]
    pub const fn reading(&self) -> Option<(u8, u64)> {
        match self {
            Self::Locked(_, certified) => Some((certified.nozzle, certified.totalizer_before)),
            Self::Delivered(_, certified, delivery) => {
                Some((certified.nozzle, delivery.totalizer_after))
            }
            _ => None,
        }
    }

    /// True while the station itself still has a step to take without the card.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::LockSent(_) | Self::Locked(..) | Self::Delivered(..))
    }

    /// What the centre hears of this lock; `None` while its outcome is not known yet.
    /// A delivery without GMAC is reported as unproved, and later reported again when the
    /// PSAM gave the GMAC after all.
    #[must_use]
    pub fn report(&self, tid: Tid, ttc: Ttc) -> Option<Report> {
        match self {
            Self::Locked(terms, _) if seeded::is(Bug::NoticeOfOpenLock) => {
                Some(Report::NoDispense(*terms))
            }
            Self::LockSent(_) | Self::Locked(..) => None,
            Self::Delivered(terms, certified, delivery) => {
                Some(Report::Unproved(*terms, *certified, *delivery))
            }
            Self::Claimed(record) => Some(Report::Grey(*record)),
            Self::Settled(record, tac) => Some(Report::Sale(*record, *tac)),
            Self::NoDispense(terms) => Some(Report::NoDispense(*terms)),
            Self::Void(_) => Some(Report::Void(tid, ttc)),
        }
    }
}
