//! What a list holds, as 32 bytes.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// The sum over SHA-256 of each row, modulo 2^256: rows can come and go in any order. It finds damage and missing rows; it
/// proves nothing against somebody who chooses the rows, so a list comes over an authenticated line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Digest([u64; 4]);

impl Digest {
    /// With this row.
    #[must_use]
    pub fn with(self, key: &[u8], value: &[u8]) -> Self {
        Self(added(self.0, row(key, value)))
    }

    /// Without this row.
    #[must_use]
    pub fn without(self, key: &[u8], value: &[u8]) -> Self {
        Self(taken(self.0, row(key, value)))
    }

    /// The rows of both, where no row is in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(added(self.0, other.0))
    }

    /// Without the rows of another, all of which are in this one.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(taken(self.0, other.0))
    }

    /// 32 bytes, the lowest first.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (place, part) in bytes.chunks_exact_mut(8).zip(self.0) {
            place.copy_from_slice(&part.to_le_bytes());
        }
        bytes
    }
}

fn added(mut sum: [u64; 4], other: [u64; 4]) -> [u64; 4] {
    let mut carry = false;
    for (part, add) in sum.iter_mut().zip(other) {
        let (first, over) = part.overflowing_add(add);
        let (second, again) = first.overflowing_add(carry.into());
        (*part, carry) = (second, over || again);
    }
    sum
}

fn taken(mut difference: [u64; 4], other: [u64; 4]) -> [u64; 4] {
    let mut borrow = false;
    for (part, take) in difference.iter_mut().zip(other) {
        let (first, under) = part.overflowing_sub(take);
        let (second, again) = first.overflowing_sub(borrow.into());
        (*part, borrow) = (second, under || again);
    }
    difference
}

/// The parts of a row's hash, the lowest first. Its key goes with its length, so that no key and value make another row.
fn row(key: &[u8], value: &[u8]) -> [u64; 4] {
    let length = u64::try_from(key.len()).unwrap_or(u64::MAX);
    let hash = Sha256::new()
        .chain_update(length.to_le_bytes())
        .chain_update(key)
        .chain_update(value)
        .finalize();
    let mut parts = [0; 4];
    for (part, bytes) in parts.iter_mut().zip(hash.chunks_exact(8)) {
        *part = bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    }
    parts
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not a digest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a digest has 64 hex digits")]
pub struct DigestError;

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(DigestError);
        }
        let mut parts = [0; 4];
        for (part, digits) in parts.iter_mut().zip(text.as_bytes().chunks_exact(16)) {
            let digits = str::from_utf8(digits).map_err(|_| DigestError)?;
            *part = u64::from_str_radix(digits, 16).map_err(|_| DigestError)?.swap_bytes();
        }
        Ok(Self(parts))
    }
}

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut parts = [0; 4];
        for (part, bytes) in parts.iter_mut().zip(bytes.chunks_exact(8)) {
            *part = bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        }
        Self(parts)
    }
}
