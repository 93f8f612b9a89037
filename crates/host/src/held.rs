//! What books hold of locks, piece by piece: what a table of outcomes is written from.

use wire::{Date, LockId};

use crate::case::Case;
use crate::facts::{DecisionRow, TacFact};

/// One piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Held {
    /// What the owner of a TID said about one of its TTCs, and the TACs seen under that number.
    Case(Box<Case>, Vec<TacFact>),
    /// A TAC under whose number the owner of the TID said nothing.
    Tac(TacFact),
    /// An answer to an on-line unlock whose MAC3 was seen.
    Unlock(DecisionRow),
}

/// A piece, and whether it is of the past.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// What is held.
    pub held: Held,
    /// The day on which the service of its lock ended, where a record says so and the lock is settled.
    pub settled: Option<Date>,
}

impl Piece {
    /// A case with what was seen under its number.
    #[must_use]
    pub fn of_case(case: Case, tacs: Vec<TacFact>, is_open: impl Fn(&LockId) -> bool) -> Self {
        Self { settled: settled(Some(&case), is_open), held: Held::Case(Box::new(case), tacs) }
    }

    /// A TAC without a case.
    #[must_use]
    pub const fn of_tac(fact: TacFact) -> Self {
        Self { held: Held::Tac(fact), settled: None }
    }

    /// An answer, with the case of its lock; nothing while no MAC3 was seen.
    #[must_use]
    pub fn of_decision(
        row: DecisionRow,
        case: Option<&Case>,
        is_open: impl Fn(&LockId) -> bool,
    ) -> Option<Self> {
        row.mac3?;
        Some(Self { settled: settled(case, is_open), held: Held::Unlock(row) })
    }
}

/// What no record claims is never taken for settled: its record may still come.
fn settled(case: Option<&Case>, is_open: impl Fn(&LockId) -> bool) -> Option<Date> {
    let record = &case?.record.as_ref()?.record;
    (!is_open(&record.terms.id)).then_some(record.delivery.at.date)
}
