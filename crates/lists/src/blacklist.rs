//! Cards that get no new lock; they are unlocked all the same (protocol §9).

use wire::Asn;

use crate::cursor::Cursor;
use crate::file::{self, FileError, Kind};
use crate::list::{Change, List, ListError};

/// An ASN.
const KEY: usize = 8;

/// Cards that get no new lock.
#[derive(Clone, Debug, Default)]
pub struct Blacklist(List<KEY, 0>);

impl Blacklist {
    /// A base.
    #[must_use]
    pub fn base(version: u64, mut cards: Vec<Asn>) -> Self {
        cards.sort_unstable();
        cards.dedup();
        let rows = cards.into_iter().map(|asn| (asn.0, []));
        Self(List::base(version, rows).unwrap_or_default())
    }

    /// A row as it stands in a list, and as its digest counts it.
    #[must_use]
    pub const fn row(asn: Asn) -> ([u8; KEY], [u8; 0]) {
        (asn.0, [])
    }

    /// Whether a card is on it.
    #[must_use]
    pub fn contains(&self, asn: Asn) -> bool {
        self.0.get(&asn.0).is_some()
    }

    /// A card comes onto it, or off it.
    ///
    /// # Errors
    /// Changes before this one are missing.
    pub fn apply(&mut self, version: u64, asn: Asn, listed: bool) -> Result<(), ListError> {
        self.0.apply(&Change { version, key: asn.0, value: listed.then_some([]) })
    }

    /// The rows with their version and digest.
    #[must_use]
    pub const fn list(&self) -> &List<KEY, 0> {
        &self.0
    }

    /// As bytes, with up to where the events are in it.
    #[must_use]
    pub fn to_bytes(&self, cursor: &Cursor) -> Vec<u8> {
        file::encode(Kind::Blacklist, cursor, &self.0)
    }

    /// From bytes.
    ///
    /// # Errors
    /// They are no such list, or a damaged one.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Cursor), FileError> {
        file::decode(Kind::Blacklist, bytes).map(|(list, cursor)| (Self(list), cursor))
    }
}
