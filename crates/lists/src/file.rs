//! A list as bytes: what a station keeps beside its journal, and what a centre hands out as a base.
//!
//! | bytes | hold |
//! |---|---|
//! | 8 | `GREYLIST` |
//! | 1 | layout version, 1 |
//! | 1 | what list: 1 blacklist, 2 grey list |
//! | 2 | length of a key, of a value, one byte each |
//! | 8 | version of the list, big-endian |
//! | 8 | number of rows, big-endian |
//! | 32 | digest |
//! | 2 | length of the cursor, big-endian |
//! | … | the cursor, as text: up to where the centre's events are in the list |
//! | … | the rows, key and value, by key |
//!
//! The digest is of the rows. A cursor that was altered is found by the centre, which is asked for its digest there.

use crate::cursor::Cursor;
use crate::digest::Digest;
use crate::list::{List, ListError};

const MAGIC: &[u8; 8] = b"GREYLIST";
const LAYOUT: u8 = 1;

/// Which list it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Cards that get no new lock.
    Blacklist = 1,
    /// Grey records.
    GreyList = 2,
}

/// The bytes are no list, or not that one. Nothing of them was used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FileError {
    /// Other bytes.
    #[error("this is no list of a station")]
    NoList,
    /// A list of another layout.
    #[error("this list has layout {0}, and layout 1 is known here: update greylock")]
    Layout(u8),
    /// Another list.
    #[error("this is another list")]
    OtherKind,
    /// Bytes are missing, or there are too many.
    #[error("the list is cut off or has bytes behind its end: fetch it again")]
    Length,
    /// It does not say up to where it goes.
    #[error("the list does not say up to where its changes go: fetch it again")]
    Cursor,
    /// It does not hold what it says.
    #[error("{0}; the file is damaged: fetch it again")]
    Content(#[from] ListError),
}

/// What stands before the rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// Which list.
    pub kind: Kind,
    /// Up to where the events are in it.
    pub cursor: Cursor,
    /// Version, rows and digest.
    pub numbers: Numbers,
}

/// How a list stands.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Numbers {
    /// Counts its changes.
    pub version: u64,
    /// How many rows.
    pub rows: u64,
    /// What it holds.
    pub digest: Digest,
}

impl Kind {
    /// Bytes of a key and of a value.
    const fn widths(self) -> [u8; 2] {
        match self {
            Self::Blacklist => [8, 0],
            Self::GreyList => [21, 144],
        }
    }
}

impl Head {
    /// The bytes before the rows: whoever writes a list row by row begins with them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let [key, value] = self.kind.widths();
        let mut bytes = MAGIC.to_vec();
        bytes.extend([LAYOUT, self.kind as u8, key, value]);
        bytes.extend(self.numbers.version.to_be_bytes());
        bytes.extend(self.numbers.rows.to_be_bytes());
        bytes.extend(self.numbers.digest.to_bytes());
        let cursor = self.cursor.to_string();
        bytes.extend(u16::try_from(cursor.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend(cursor.into_bytes());
        bytes
    }
}

/// The list as bytes.
#[must_use]
pub fn encode<const K: usize, const V: usize>(
    kind: Kind,
    cursor: &Cursor,
    list: &List<K, V>,
) -> Vec<u8> {
    let head = Head { kind, cursor: cursor.clone(), numbers: list.numbers() };
    let mut bytes = head.to_bytes();
    bytes.reserve(list.len() * (K + V));
    for (key, value) in list.rows() {
        bytes.extend(key);
        bytes.extend(value);
    }
    bytes
}

/// The bytes as a list, and up to where the events are in it.
///
/// # Errors
/// They are none, or damaged.
pub fn decode<const K: usize, const V: usize>(
    kind: Kind,
    bytes: &[u8],
) -> Result<(List<K, V>, Cursor), FileError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(FileError::NoList)?;
    let ([layout, found @ ..], rest) = rest.split_first_chunk::<4>().ok_or(FileError::Length)?;
    if *layout != LAYOUT {
        return Err(FileError::Layout(*layout));
    }
    let [key, value] = kind.widths();
    if *found != [kind as u8, key, value] {
        return Err(FileError::OtherKind);
    }
    let (version, rest) = rest.split_first_chunk().ok_or(FileError::Length)?;
    let (len, rest) = rest.split_first_chunk().ok_or(FileError::Length)?;
    let (digest, rest) = rest.split_first_chunk::<32>().ok_or(FileError::Length)?;
    let (cursor, rest) = rest.split_first_chunk().ok_or(FileError::Length)?;
    let cursor = usize::from(u16::from_be_bytes(*cursor));
    let (cursor, rows) = rest.split_at_checked(cursor).ok_or(FileError::Length)?;
    let cursor = str::from_utf8(cursor).ok().and_then(|text| text.parse().ok());
    let cursor = cursor.ok_or(FileError::Cursor)?;
    let (version, len) = (u64::from_be_bytes(*version), u64::from_be_bytes(*len));
    let whole = usize::try_from(len).ok().and_then(|len| len.checked_mul(K + V));
    if whole != Some(rows.len()) {
        return Err(FileError::Length);
    }
    let rows = rows.chunks_exact(K + V).filter_map(|row| {
        let (key, value) = row.split_first_chunk()?;
        Some((*key, *value.first_chunk()?))
    });
    let list = List::base(version, rows)?;
    list.check(Digest::from_bytes(digest))?;
    Ok((list, cursor))
}
