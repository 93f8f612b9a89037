//! Books for the length of one transaction: rows are fetched when the rules ask for them, and what the rules
//! write is kept until the end of it.
//!
//! The rules know no storage errors. After one, the sheet answers like empty books and remembers the error; its
//! transaction is then rolled back, so nothing of what was computed on wrong answers is ever kept or shown.

mod books;
mod fetch;
mod flush;
mod keep;
mod known;
mod lookups;
mod prefetch;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use host::{MemoryBooks, PrepaidName};
use wire::{Asn, Tid, Ttc};

use crate::changes::Changes;
use crate::database::{Database, Put};
use crate::error::StoreError;

pub(crate) use flush::Listing;
use known::Known;

/// Books over one transaction of a database, as the rules see them.
pub struct Sheet<'d> {
    inner: RefCell<Inner<'d>>,
}

struct Inner<'d> {
    database: &'d mut dyn Database,
    /// The rows that were fetched, with what was written since.
    rows: MemoryBooks,
    known: Known,
    /// The record of a fetched case as it stands on the grey list that stations have.
    listed: BTreeMap<(Tid, Ttc), Option<String>>,
    /// What was on prepaid accounts when they were fetched.
    prepaid: BTreeMap<PrepaidName, i64>,
    /// Cards that were on the blacklist when they were fetched.
    blacklisted: BTreeSet<Asn>,
    /// Numbers of postings that are drawn and not used yet.
    numbers: Vec<i64>,
    changes: Changes,
    /// Rows that are made and not sent yet.
    puts: Vec<Put>,
    failed: Option<StoreError>,
}

impl<'d> Sheet<'d> {
    pub(crate) fn new(database: &'d mut dyn Database) -> Self {
        Self {
            inner: RefCell::new(Inner {
                database,
                rows: MemoryBooks::forgetful(),
                known: Known::default(),
                listed: BTreeMap::new(),
                prepaid: BTreeMap::new(),
                blacklisted: BTreeSet::new(),
                numbers: Vec::new(),
                changes: Changes::default(),
                puts: Vec::new(),
                failed: None,
            }),
        }
    }

    /// The error that makes all that was computed here worthless.
    pub(crate) fn failure(&self) -> Result<(), StoreError> {
        self.inner.borrow().failed.clone().map_or(Ok(()), Err)
    }

    /// Asks the rows once they were fetched; `otherwise` when they cannot be.
    fn ask<T>(
        &self,
        fetch: impl FnOnce(&mut Inner<'d>) -> Result<(), StoreError>,
        answer: impl FnOnce(&MemoryBooks) -> T,
    ) -> T {
        let mut inner = self.inner.borrow_mut();
        inner.attempt(fetch);
        answer(&inner.rows)
    }
}

impl Inner<'_> {
    fn attempt(&mut self, act: impl FnOnce(&mut Self) -> Result<(), StoreError>) {
        if self.failed.is_none()
            && let Err(error) = act(self)
        {
            self.failed = Some(error);
        }
    }
}
