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
//! | … | the rows, key and value, by key |

use crate::digest::Digest;
use crate::list::{List, ListError};

const MAGIC: &[u8; 8] = b"GREYLIST";
const LAYOUT: u8 = 1;
const HEAD: usize = 60;

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
    /// It does not hold what it says.
    #[error("{0}; the file is damaged: fetch it again")]
    Content(#[from] ListError),
}

/// The list as bytes.
#[must_use]
pub fn encode<const K: usize, const V: usize>(kind: Kind, list: &List<K, V>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + list.len() * (K + V));
    bytes.extend(MAGIC);
    bytes.extend([LAYOUT, kind as u8, width(K), width(V)]);
    bytes.extend(list.version().to_be_bytes());
    bytes.extend(u64::try_from(list.len()).unwrap_or(u64::MAX).to_be_bytes());
    bytes.extend(list.digest().to_bytes());
    for (key, value) in list.rows() {
        bytes.extend(key);
        bytes.extend(value);
    }
    bytes
}

fn width(bytes: usize) -> u8 {
    u8::try_from(bytes).unwrap_or(u8::MAX)
}

/// The bytes as a list.
///
/// # Errors
/// They are none, or damaged.
pub fn decode<const K: usize, const V: usize>(
    kind: Kind,
    bytes: &[u8],
) -> Result<List<K, V>, FileError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(FileError::NoList)?;
    let ([layout, found, key, value], rest) = rest.split_first_chunk().ok_or(FileError::Length)?;
    if *layout != LAYOUT {
        return Err(FileError::Layout(*layout));
    }
    if [*found, *key, *value] != [kind as u8, width(K), width(V)] {
        return Err(FileError::OtherKind);
    }
    let (version, rest) = rest.split_first_chunk().ok_or(FileError::Length)?;
    let (len, rest) = rest.split_first_chunk().ok_or(FileError::Length)?;
    let (digest, rows) = rest.split_first_chunk::<32>().ok_or(FileError::Length)?;
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
    Ok(list)
}
