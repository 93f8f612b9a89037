//! The journal of protocol §9 for all PSAMs of a station: an append-only log, and in memory
//! how far each lock got.

use std::collections::BTreeSet;

use nvm::{Kind, Log, Nvm, NvmError, OpenError, Spec, frame_len, identify};
use seeded::Bug;
use terminal::{Journal, JournalFailed, OutOfOrder, Progress, PurchaseProgress};
use wire::{ClaimedRecord, Entry, LockId, Tid, Ttc};

use crate::index::{Fold, Index, Outbox, Records, TacSeen};

/// Longest entry in bytes.
const MOST: usize = 256;
/// Bytes of the journal's identity in its fixed section: random, so that records of another
/// journal never fit this one.
pub const IDENTITY_LEN: usize = 16;
/// Version of the entries' layout. Version 2 knows purchases, version 3 which record was refused; a journal of an earlier
/// one goes on with all that it knows: it takes no purchases, and names a refused record by its lock.
pub const VERSION: u8 = 3;
/// The oldest version that is read.
const OLDEST: u8 = 1;

const fn spec(version: u8) -> Spec {
    Spec { kind: Kind::Journal, version, fixed_len: IDENTITY_LEN }
}

/// Why a journal cannot be opened: nothing of it was used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The log itself is damaged or is no journal.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// A record is whole, but is no entry of this version.
    #[error(
        "journal record {record} is no entry of its version: the file was altered; keep it aside"
    )]
    NoEntry {
        /// Its number, from 1.
        record: u64,
    },
    /// A record is whole, but cannot follow those before it.
    #[error("journal record {record}: {source}; the file was altered; keep it aside")]
    OutOfOrder {
        /// Its number, from 1.
        record: u64,
        /// What does not fit.
        source: OutOfOrder,
    },
}

/// A station's journal on a medium.
pub struct StationJournal<N> {
    log: Log<N, { frame_len(MOST) }>,
    index: Index,
    version: u8,
    last_error: Option<NvmError>,
    watcher: Option<Watcher>,
}

/// Somebody who is told of every entry once it is durable, before the act that it allows.
pub type Watcher = Box<dyn FnMut(&Entry)>;

impl<N: Nvm> StationJournal<N> {
    /// An empty journal over whatever the medium holds.
    pub fn format(medium: N, identity: &[u8; IDENTITY_LEN]) -> Result<Self, NvmError> {
        let log = Log::format(medium, spec(VERSION), identity)?;
        let index = Index::default();
        Ok(Self { log, index, version: VERSION, last_error: None, watcher: None })
    }

    /// Opens a journal, checks every record and folds them.
    pub fn open(mut medium: N) -> Result<Self, JournalError> {
        let known = OLDEST..=VERSION;
        // What is no journal, or one of another version, is told by the log itself.
        let found = identify(&mut medium).map(|header| header.version);
        let version = found.ok().filter(|found| known.contains(found)).unwrap_or(VERSION);
        let mut index = Index::default();
        let mut wrong = None;
        let log = Log::open(medium, spec(version), &mut [0; IDENTITY_LEN], |record, bytes| {
            if wrong.is_none() {
                wrong = take_bytes(&mut index, version, record, bytes).err();
            }
        })?;
        match wrong {
            Some(error) => Err(error),
            None => Ok(Self { log, index, version, last_error: None, watcher: None }),
        }
    }

    /// False for a journal of a version that knows no purchases: they need a new one.
    pub const fn takes_purchases(&self) -> bool {
        self.version >= 2
    }

    /// Every purchase, by (TID, TTC).
    pub fn purchases(&self) -> impl Iterator<Item = ((Tid, Ttc), &PurchaseProgress)> {
        self.index.purchases()
    }

    /// Tells somebody of every entry from now on.
    pub fn watch(&mut self, watcher: Watcher) {
        self.watcher = Some(watcher);
    }

    /// Number of records.
    pub fn records(&self) -> u64 {
        self.log.records()
    }

    /// Why the last append failed.
    pub const fn last_error(&self) -> Option<NvmError> {
        self.last_error
    }

    /// Every lock, by (TID, TTC).
    pub fn locks(&self) -> impl Iterator<Item = ((Tid, Ttc), &Progress)> {
        self.index.locks()
    }

    /// TACs that cards showed here, oldest first.
    pub fn tacs_seen(&self) -> &[TacSeen] {
        self.index.tacs_seen()
    }

    /// Records that a card refused here, which are never tried again.
    pub fn refused(&self) -> impl Iterator<Item = &LockId> {
        self.index.refused()
    }

    /// The TIDs whose locks and purchases this journal holds.
    pub fn tids(&self) -> BTreeSet<Tid> {
        let locks = self.index.locks().map(|((tid, _), _)| tid);
        locks.chain(self.index.purchases().map(|((tid, _), _)| tid)).collect()
    }

    /// Gives the medium back.
    pub fn into_medium(self) -> N {
        self.log.into_nvm()
    }

    /// The medium, for whoever cuts its power.
    pub fn medium_mut(&mut self) -> &mut N {
        self.log.nvm_mut()
    }
}

impl<N: Nvm> Records for StationJournal<N> {
    fn record_of(&self, lock: &LockId) -> Option<ClaimedRecord> {
        self.index.record_of(lock).copied()
    }

    fn unreported(&self) -> Outbox {
        self.index.unreported(self.log.records())
    }
}

impl<N: Nvm> Journal for StationJournal<N> {
    fn append(&mut self, entry: &Entry) -> Result<(), JournalFailed> {
        if self.index.knows(entry) {
            return Ok(());
        }
        let entry = &entry.in_version(self.version).ok_or(JournalFailed)?;
        // What would not fold must not be written either: it would make the journal unreadable.
        let fold = Fold::of(&self.index, entry).map_err(|_| JournalFailed)?;
        let appended = self.log.append(&entry.to_bytes());
        let next = self.log.records() + 1;
        let appended =
            if seeded::is(Bug::FullDiskSucceeds) { appended.or(Ok(next)) } else { appended };
        let record = appended.map_err(|error| {
            self.last_error = Some(error);
            JournalFailed
        })?;
        fold.apply(&mut self.index, record);
        if let Some(watcher) = &mut self.watcher {
            watcher(entry);
        }
        Ok(())
    }

    fn progress(&self, tid: Tid, ttc: Ttc) -> Option<Progress> {
        self.index.progress(tid, ttc)
    }

    fn highest_ttc(&self, tid: Tid) -> Option<Ttc> {
        self.index.highest_ttc(tid)
    }

    fn next_open(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        self.index.next_open(after)
    }

    fn totalizer_before(&self, tid: Tid, ttc: Ttc, nozzle: u8) -> Option<u64> {
        self.index.totalizer_before(tid, ttc, nozzle)
    }

    fn next_given_up(&self, tid: Tid, after: Option<Ttc>) -> Option<Ttc> {
        self.index.next_given_up(tid, after)
    }

    fn is_refused(&self, record: &ClaimedRecord) -> bool {
        self.index.is_refused(record)
    }

    fn has_refused(&self, lock: &LockId) -> bool {
        self.index.has_refused(lock)
    }

    fn purchase(&self, tid: Tid, ttc: Ttc) -> Option<PurchaseProgress> {
        self.index.purchase(tid, ttc)
    }

    fn next_open_purchase(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        self.index.next_open_purchase(after)
    }
}

fn take_bytes(
    index: &mut Index,
    version: u8,
    record: u64,
    bytes: &[u8],
) -> Result<(), JournalError> {
    let entry = Entry::from_bytes(bytes).filter(|entry| entry.since_version() <= version);
    let entry = entry.ok_or(JournalError::NoEntry { record })?;
    index.take(&entry, record).map_err(|source| JournalError::OutOfOrder { record, source })
}
