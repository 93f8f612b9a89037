//! Grey records of other stations: with one of them any terminal frees its card (claim 5).

use wire::record::{decode, encode};
use wire::{ClaimedRecord, LockId};

use crate::cursor::Cursor;
use crate::file::{self, FileError, Kind};
use crate::list::{Change, List, ListError};

/// A lock id: ASN 8, purse 1, CTC 2, TID 6, TTC 4.
const KEY: usize = 21;
/// A record, behind one byte with its length.
const VALUE: usize = 144;

type Key = [u8; KEY];
type Value = [u8; VALUE];

/// Grey records by their lock ids.
#[derive(Clone, Debug, Default)]
pub struct GreyList(List<KEY, VALUE>);

impl GreyList {
    /// A base. Of two records of one lock the first one stays.
    ///
    /// # Errors
    /// A record is longer than a row.
    pub fn base(
        version: u64,
        records: impl IntoIterator<Item = ClaimedRecord>,
    ) -> Result<Self, ListError> {
        let rows = records.into_iter().map(|record| Self::row(&record));
        let rows: Option<Vec<(Key, Value)>> = rows.collect();
        let mut rows = rows.ok_or(ListError::TooLong { version })?;
        rows.sort_by_key(|(key, _)| *key);
        rows.dedup_by_key(|(key, _)| *key);
        List::base(version, rows).map(Self)
    }

    /// A row as it stands in a list, and as its digest counts it; nothing when the record is longer than a row.
    #[must_use]
    pub fn row(record: &ClaimedRecord) -> Option<([u8; KEY], [u8; VALUE])> {
        key(&record.terms.id).zip(value(record))
    }

    /// The record of a lock.
    #[must_use]
    pub fn get(&self, lock: &LockId) -> Option<ClaimedRecord> {
        read(self.0.get(&key(lock)?)?)
    }

    /// A record comes onto the list.
    ///
    /// # Errors
    /// Changes before this one are missing.
    pub fn add(&mut self, version: u64, record: &ClaimedRecord) -> Result<(), ListError> {
        let (key, value) = Self::row(record).ok_or(ListError::TooLong { version })?;
        self.0.apply(&Change { version, key, value: Some(value) })
    }

    /// A lock ended: its record goes.
    ///
    /// # Errors
    /// Changes before this one are missing.
    pub fn remove(&mut self, version: u64, lock: &LockId) -> Result<(), ListError> {
        let key = key(lock).ok_or(ListError::TooLong { version })?;
        self.0.apply(&Change { version, key, value: None })
    }

    /// The rows with their version and digest.
    #[must_use]
    pub const fn list(&self) -> &List<KEY, VALUE> {
        &self.0
    }

    /// As bytes, with up to where the events are in it.
    #[must_use]
    pub fn to_bytes(&self, cursor: &Cursor) -> Vec<u8> {
        file::encode(Kind::GreyList, cursor, &self.0)
    }

    /// From bytes.
    ///
    /// # Errors
    /// They are no such list, or a damaged one.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Cursor), FileError> {
        file::decode(Kind::GreyList, bytes).map(|(list, cursor)| (Self(list), cursor))
    }
}

fn key(lock: &LockId) -> Option<Key> {
    encode(lock).as_slice().try_into().ok()
}

fn value(record: &ClaimedRecord) -> Option<Value> {
    let bytes = encode(record);
    let mut value = [0; VALUE];
    let (length, rest) = value.split_first_mut()?;
    *length = u8::try_from(bytes.as_slice().len()).ok()?;
    rest.get_mut(..bytes.as_slice().len())?.copy_from_slice(bytes.as_slice());
    Some(value)
}

fn read(value: &Value) -> Option<ClaimedRecord> {
    let (length, rest) = value.split_first()?;
    decode(rest.get(..usize::from(*length))?)
}
