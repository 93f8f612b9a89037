//! A reader and what is in it, as `greylock readers` shows them.

use wire::{Asn, Tid};

/// A reader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inside {
    /// Its name.
    pub name: String,
    /// The answer to reset of what is in it; empty when nothing is.
    pub atr: Vec<u8>,
    /// What is in it.
    pub is: InsideIs,
}

/// What is in a reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InsideIs {
    /// Nothing.
    Empty,
    /// A card on which our application answers.
    Card(Asn),
    /// A PSAM that answers.
    Psam(Tid),
    /// A blank chip, which waits for its personalisation.
    Blank,
    /// A chip without our application, or with an application that is blocked for good.
    Other,
    /// Something that does not answer.
    Mute,
    /// Another program uses it.
    InUse,
    /// The service cannot use the reader.
    Unavailable,
}

impl InsideIs {
    /// In one word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Card(_) => "card",
            Self::Psam(_) => "psam",
            Self::Blank => "blank",
            Self::Other => "other",
            Self::Mute => "mute",
            Self::InUse => "in_use",
            Self::Unavailable => "unavailable",
        }
    }
}
