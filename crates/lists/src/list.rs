//! Base and changes in memory.

use std::collections::HashMap;

use crate::digest::Digest;
use crate::file::Numbers;

/// So many changes are kept beside the base before they are worked into it.
const MOST_CHANGES: usize = 65_536;

/// Keys that are searched together.
const BLOCK: usize = 64;

/// One change of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change<const K: usize, const V: usize> {
    /// The version that the list has with it.
    pub version: u64,
    /// Which row.
    pub key: [u8; K],
    /// What it holds from now on; without it the row goes.
    pub value: Option<[u8; V]>,
}

/// Why a list stays as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ListError {
    /// Changes are missing between the list and this one.
    #[error(
        "the list has version {has}, and this change makes version {comes}: ask for those between, or for a new base"
    )]
    Gap {
        /// What the list has.
        has: u64,
        /// What the change would make.
        comes: u64,
    },
    /// The list does not hold what it should.
    #[error("the list of version {version} does not hold what its digest says: ask for a new base")]
    Differs {
        /// Which version.
        version: u64,
    },
    /// The row has no place in this layout.
    #[error("the row of version {version} is longer than the list's rows: update greylock")]
    TooLong {
        /// Of which version.
        version: u64,
    },
    /// Rows of a base are not in order, or one is there twice.
    #[error("row {row} of the base does not come after the one before it")]
    Order {
        /// Its number, from 0.
        row: usize,
    },
}

/// Rows by key: keys of `K` bytes, values of `V` bytes.
#[derive(Clone, Debug)]
pub struct List<const K: usize, const V: usize> {
    version: u64,
    digest: Digest,
    len: usize,
    keys: Vec<[u8; K]>,
    values: Vec<[u8; V]>,
    /// The first key of each block: all of them stay in the processor's cache.
    fences: Vec<[u8; K]>,
    /// What is otherwise than in the base.
    since: HashMap<[u8; K], Option<[u8; V]>>,
}

impl<const K: usize, const V: usize> Default for List<K, V> {
    fn default() -> Self {
        let (keys, values, fences, since) = (Vec::new(), Vec::new(), Vec::new(), HashMap::new());
        Self { version: 0, digest: Digest::default(), len: 0, keys, values, fences, since }
    }
}

impl<const K: usize, const V: usize> List<K, V> {
    /// A base: rows in the order of their keys.
    ///
    /// # Errors
    /// They are not in order.
    pub fn base(
        version: u64,
        rows: impl IntoIterator<Item = ([u8; K], [u8; V])>,
    ) -> Result<Self, ListError> {
        let mut list = Self { version, ..Self::default() };
        for (row, (key, value)) in rows.into_iter().enumerate() {
            if list.keys.last().is_some_and(|last| *last >= key) {
                return Err(ListError::Order { row });
            }
            list.keys.push(key);
            list.values.push(value);
            list.digest = list.digest.with(&key, &value);
        }
        list.len = list.keys.len();
        list.fence();
        Ok(list)
    }

    /// The number of its last change.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// What it holds.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Version, rows and digest together.
    #[must_use]
    pub fn numbers(&self) -> Numbers {
        let rows = u64::try_from(self.len).unwrap_or(u64::MAX);
        Numbers { version: self.version, rows, digest: self.digest }
    }

    /// How many rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Without any row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What a row holds.
    #[must_use]
    pub fn get(&self, key: &[u8; K]) -> Option<&[u8; V]> {
        // Most of the time nothing has changed, and this costs nothing.
        if !self.since.is_empty()
            && let Some(changed) = self.since.get(key)
        {
            return changed.as_ref();
        }
        let block = self.fences.partition_point(|fence| fence <= key).checked_sub(1)? * BLOCK;
        let keys = self.keys.get(block..)?;
        let keys = keys.get(..BLOCK).unwrap_or(keys);
        self.values.get(block + keys.binary_search(key).ok()?)
    }

    /// Takes a change. One that the list has already changes nothing: changes may come twice.
    ///
    /// # Errors
    /// Changes before it are missing; the list is as it was.
    pub fn apply(&mut self, change: &Change<K, V>) -> Result<(), ListError> {
        if change.version <= self.version {
            return Ok(());
        }
        if self.version.checked_add(1) != Some(change.version) {
            return Err(ListError::Gap { has: self.version, comes: change.version });
        }
        let before = self.get(&change.key).copied();
        if let Some(before) = before {
            (self.digest, self.len) = (self.digest.without(&change.key, &before), self.len - 1);
        }
        if let Some(value) = change.value {
            (self.digest, self.len) = (self.digest.with(&change.key, &value), self.len + 1);
        }
        self.since.insert(change.key, change.value);
        self.version = change.version;
        if self.since.len() >= MOST_CHANGES {
            self.settle();
        }
        Ok(())
    }

    /// Whether this is the list that somebody else has under this version.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, digest: Digest) -> Result<(), ListError> {
        if self.digest == digest {
            Ok(())
        } else {
            Err(ListError::Differs { version: self.version })
        }
    }

    /// All rows, by key.
    pub fn rows(&self) -> impl Iterator<Item = ([u8; K], [u8; V])> {
        let mut changed: Vec<_> = self.since.iter().map(|(key, value)| (*key, *value)).collect();
        changed.sort_unstable_by_key(|(key, _)| *key);
        let mut changed = changed.into_iter().peekable();
        let mut base = self.keys.iter().copied().zip(self.values.iter().copied()).peekable();
        std::iter::from_fn(move || {
            loop {
                let next = match (base.peek(), changed.peek()) {
                    (Some((old, _)), Some((new, _))) if old < new => {
                        base.next().map(|(key, value)| (key, Some(value)))
                    }
                    (Some((old, _)), Some((new, _))) => {
                        if old == new {
                            base.next();
                        }
                        changed.next()
                    }
                    (Some(_), None) => base.next().map(|(key, value)| (key, Some(value))),
                    (None, _) => changed.next(),
                };
                if let (key, Some(value)) = next? {
                    return Some((key, value));
                }
            }
        })
    }

    /// Works the changes into the base.
    pub fn settle(&mut self) {
        if self.since.is_empty() {
            return;
        }
        let (keys, values) = self.rows().unzip();
        (self.keys, self.values) = (keys, values);
        self.since = HashMap::new();
        self.fence();
    }

    fn fence(&mut self) {
        self.fences = self.keys.iter().step_by(BLOCK).copied().collect();
    }
}
