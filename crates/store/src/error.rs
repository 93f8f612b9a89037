//! What goes wrong between the rules and the database, and what helps.

use std::fmt;

/// What to do about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Another host was at the same rows: do the whole transaction again, now.
    Conflict,
    /// The database is away, full, locked or slow. Nothing was done, but when the connection was lost while it committed:
    /// the same may be done again.
    Unavailable,
    /// Rows that this version cannot read, or a schema that is not its own.
    Damaged,
    /// A statement of ours that the database does not take.
    OurBug,
}

/// A transaction that did not happen, or whose end is not known.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}")]
pub struct StoreError {
    /// What to do about it.
    pub kind: Kind,
    /// What happened, in words.
    pub what: String,
}

impl StoreError {
    pub(crate) fn new(kind: Kind, what: impl fmt::Display) -> Self {
        Self { kind, what: what.to_string() }
    }

    /// Somebody waited in vain.
    pub fn unavailable(what: impl fmt::Display) -> Self {
        Self::new(Kind::Unavailable, what)
    }

    pub(crate) fn damaged(what: impl fmt::Display) -> Self {
        Self::new(Kind::Damaged, what)
    }
}
