//! The journal of protocol §9 for all PSAMs of a station: an append-only log, and in memory
//! how far each lock got.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use nvm::{Kind, Log, Nvm, NvmError, OpenError, Spec, frame_len};
use terminal::{Journal, JournalFailed, OutOfOrder, Progress};
use wire::{Asn, ClaimedRecord, Entry, GreyStatus, LockId, Report, Step, Tid, Ttc};

/// Longest entry in bytes.
const MOST: usize = 256;
/// Bytes of the journal's identity in its fixed section: random, so that records of another
/// journal never fit this one.
pub const IDENTITY_LEN: usize = 16;
/// Version of the entries' layout.
pub const VERSION: u8 = 1;

const SPEC: Spec = Spec { kind: Kind::Journal, version: VERSION, fixed_len: IDENTITY_LEN };

/// Why a journal cannot be opened: nothing of it was used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The log itself is damaged or is no journal.
    #[error(transparent)]
    Log(#[from] OpenError),
    /// A record is whole, but is no entry of this version.
    #[error(
        "journal record {record} is no entry of version 1: the file was altered; keep it aside"
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

/// A lock in the journal.
#[derive(Clone, Copy, Debug)]
struct Known {
    progress: Progress,
    /// Number of the record that changed it last.
    record: u64,
}

/// A TAC that a card showed and somebody must hear of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TacSeen {
    /// The card.
    pub asn: Asn,
    /// What it showed.
    pub status: GreyStatus,
    /// Number of the journal record.
    pub record: u64,
}

/// What goes up to the centre.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outbox {
    /// The journal record up to which these are all.
    pub through: u64,
    /// The reports, by lock; TACs seen last.
    pub reports: Vec<Report>,
}

/// What the journal says, folded.
#[derive(Clone, Debug, Default)]
struct Index {
    locks: BTreeMap<(Tid, Ttc), Known>,
    refused: BTreeSet<LockId>,
    tacs: Vec<TacSeen>,
    reported: u64,
}

/// A station's journal on a medium.
pub struct StationJournal<N> {
    log: Log<N, { frame_len(MOST) }>,
    index: Index,
    last_error: Option<NvmError>,
    watcher: Option<Watcher>,
}

/// Somebody who is told of every entry once it is durable, before the act that it allows.
pub type Watcher = Box<dyn FnMut(&Entry)>;

impl<N: Nvm> StationJournal<N> {
    /// An empty journal over whatever the medium holds.
    pub fn format(medium: N, identity: &[u8; IDENTITY_LEN]) -> Result<Self, NvmError> {
        let log = Log::format(medium, SPEC, identity)?;
        Ok(Self { log, index: Index::default(), last_error: None, watcher: None })
    }

    /// Opens a journal, checks every record and folds them.
    pub fn open(medium: N) -> Result<Self, JournalError> {
        let mut index = Index::default();
        let mut wrong = None;
        let log = Log::open(medium, SPEC, &mut [0; IDENTITY_LEN], |record, bytes| {
            if wrong.is_none() {
                wrong = index.take_bytes(record, bytes).err();
            }
        })?;
        match wrong {
            Some(error) => Err(error),
            None => Ok(Self { log, index, last_error: None, watcher: None }),
        }
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
        self.index.locks.iter().map(|(key, known)| (*key, &known.progress))
    }

    /// TACs that cards showed here, oldest first.
    pub fn tacs_seen(&self) -> &[TacSeen] {
        &self.index.tacs
    }

    /// Records that a card refused here, which are never tried again.
    pub fn refused(&self) -> impl Iterator<Item = &LockId> {
        self.index.refused.iter()
    }

    /// The TIDs whose locks this journal holds.
    pub fn tids(&self) -> BTreeSet<Tid> {
        self.index.locks.keys().map(|(tid, _)| *tid).collect()
    }

    /// The record that could unlock a card showing this lock, settled or not: a TAC that was
    /// answered by somebody else than the card does not make the record useless.
    pub fn record_of(&self, lock: &LockId) -> Option<&ClaimedRecord> {
        let known = self.index.locks.get(&(lock.tid, lock.ttc))?;
        known.progress.record().filter(|record| record.terms.id == *lock)
    }

    /// What the centre has not taken yet.
    pub fn unreported(&self) -> Outbox {
        let index = &self.index;
        let outcomes = index
            .locks
            .iter()
            .filter(|(_, known)| known.record > index.reported)
            .filter_map(|((tid, ttc), known)| known.progress.report(*tid, *ttc));
        let tacs = index.tacs.iter().filter(|seen| seen.record > index.reported);
        let tacs = tacs.map(|seen| Report::TacSeen(seen.asn, seen.status));
        Outbox { through: self.log.records(), reports: outcomes.chain(tacs).collect() }
    }

    /// The centre has taken everything of an outbox; what was appended since goes up later.
    pub fn mark_reported(&mut self, through: u64) -> Result<(), JournalFailed> {
        self.append(&Entry::Reported { through })
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

impl<N: Nvm> Journal for StationJournal<N> {
    fn append(&mut self, entry: &Entry) -> Result<(), JournalFailed> {
        if self.index.knows(entry) {
            return Ok(());
        }
        // What would not fold must not be written either: it would make the journal unreadable.
        let mut index_after = Fold::of(&self.index, entry).map_err(|_| JournalFailed)?;
        let record = self.log.append(&entry.to_bytes()).map_err(|error| {
            self.last_error = Some(error);
            JournalFailed
        })?;
        index_after.apply(&mut self.index, record);
        if let Some(watcher) = &mut self.watcher {
            watcher(entry);
        }
        Ok(())
    }

    fn progress(&self, tid: Tid, ttc: Ttc) -> Option<Progress> {
        self.index.locks.get(&(tid, ttc)).map(|known| known.progress)
    }

    fn highest_ttc(&self, tid: Tid) -> Option<Ttc> {
        let of_tid = (tid, Ttc(0))..=(tid, Ttc(u32::MAX));
        self.index.locks.range(of_tid).next_back().map(|((_, ttc), _)| *ttc)
    }

    fn next_open(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut later = self.index.locks.range((from, Bound::Unbounded));
        later.find(|(_, known)| known.progress.is_open()).map(|(number, _)| *number)
    }

    fn next_given_up(&self, tid: Tid, after: Option<Ttc>) -> Option<Ttc> {
        let from = after.map_or(Bound::Included((tid, Ttc(0))), |ttc| Bound::Excluded((tid, ttc)));
        let of_tid = self.index.locks.range((from, Bound::Included((tid, Ttc(u32::MAX)))));
        let mut given_up =
            of_tid.filter(|(_, known)| matches!(known.progress, Progress::NoDispense(_)));
        given_up.next().map(|((_, ttc), _)| *ttc)
    }

    fn is_refused(&self, lock: &LockId) -> bool {
        self.index.refused.contains(lock)
    }
}

/// What one entry changes in the index, worked out before it is written.
enum Fold {
    Lock((Tid, Ttc), Progress),
    Tac(Asn, GreyStatus),
    Refused(LockId),
    Reported(u64),
}

impl Fold {
    fn of(index: &Index, entry: &Entry) -> Result<Self, OutOfOrder> {
        Ok(match entry {
            Entry::Lock { tid, ttc, step } => {
                Self::Lock((*tid, *ttc), index.after(*tid, *ttc, step)?)
            }
            Entry::TacSeen { asn, status } => Self::Tac(*asn, *status),
            Entry::Refused(lock) => Self::Refused(*lock),
            Entry::Reported { through } => Self::Reported(*through),
        })
    }

    fn apply(&mut self, index: &mut Index, record: u64) {
        match *self {
            Self::Lock(key, progress) => {
                index.locks.insert(key, Known { progress, record });
            }
            Self::Tac(asn, status) => index.tacs.push(TacSeen { asn, status, record }),
            Self::Refused(lock) => {
                index.refused.insert(lock);
            }
            Self::Reported(through) => index.reported = index.reported.max(through),
        }
    }
}

impl Index {
    /// True when a status is kept already: a card shows the same one at every visit.
    fn knows(&self, entry: &Entry) -> bool {
        let Entry::TacSeen { asn, status } = entry else { return false };
        self.tacs.iter().any(|seen| (seen.asn, seen.status) == (*asn, *status))
    }

    fn after(&self, tid: Tid, ttc: Ttc, step: &Step) -> Result<Progress, OutOfOrder> {
        let before = self.locks.get(&(tid, ttc)).map(|known| known.progress);
        Progress::after(before, step)
    }

    fn take_bytes(&mut self, record: u64, bytes: &[u8]) -> Result<(), JournalError> {
        let entry = Entry::from_bytes(bytes).ok_or(JournalError::NoEntry { record })?;
        let fold = Fold::of(self, &entry);
        fold.map_err(|source| JournalError::OutOfOrder { record, source })?.apply(self, record);
        Ok(())
    }
}
