//! A station's journal, and the power and disk it hangs on.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use station::{Index, Outbox, Records};
use terminal::{Journal, JournalFailed, Progress};
use wire::{ClaimedRecord, Entry, LockId, Tid, Ttc};

use crate::mishap::{Kind, Oracle};
use crate::world::number_of;

/// The journal of a station.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
struct Kept {
    index: Index,
    records: u64,
}

/// A journal, shared by the states that have it, and what it hashes to.
#[derive(Clone, Debug)]
pub(crate) struct SharedJournal {
    kept: Arc<Kept>,
    number: u64,
}

impl Default for SharedJournal {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}

impl SharedJournal {
    fn new(kept: Arc<Kept>) -> Self {
        let number = number_of(|hasher| kept.hash(hasher));
        Self { kept, number }
    }

    pub(crate) fn index(&self) -> &Index {
        &self.kept.index
    }

    fn take(&mut self, entry: &Entry) -> Result<(), JournalFailed> {
        let mut kept = Arc::clone(&self.kept);
        let changed = Arc::make_mut(&mut kept);
        changed.records += 1;
        changed.index.take(entry, changed.records).map_err(|_| JournalFailed)?;
        *self = Self::new(kept);
        Ok(())
    }
}

impl Hash for SharedJournal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// The journal under a script.
pub(crate) struct JournalWire<'a> {
    pub(crate) kept: &'a mut SharedJournal,
    pub(crate) oracle: &'a RefCell<Oracle>,
}

const APPEND: &[Kind] = &[Kind::Crash, Kind::CrashAfter, Kind::Full];

impl Journal for JournalWire<'_> {
    fn append(&mut self, entry: &Entry) -> Result<(), JournalFailed> {
        if self.oracle.borrow().crashed {
            return Err(JournalFailed);
        }
        if self.kept.index().knows(entry) {
            return Ok(());
        }
        let (during, menu) = match entry {
            Entry::Lock { step, .. } => (step.name(), APPEND),
            Entry::Purchase { step, .. } => (step.name(), APPEND),
            Entry::TacSeen { .. } => ("TAC seen", APPEND),
            Entry::Refused(_) | Entry::RefusedRecord { .. } => ("refused", APPEND),
            Entry::Reported { .. } => ("reported", &[][..]),
        };
        let kind = self.oracle.borrow_mut().choose(during, menu);
        if kind == Some(Kind::Crash) {
            self.oracle.borrow_mut().crashed = true;
        }
        if matches!(kind, Some(Kind::Crash | Kind::Full)) {
            return Err(JournalFailed);
        }
        self.kept.take(entry)?;
        if kind == Some(Kind::CrashAfter) {
            self.oracle.borrow_mut().crashed = true;
        }
        Ok(())
    }

    fn progress(&self, tid: Tid, ttc: Ttc) -> Option<Progress> {
        self.kept.index().progress(tid, ttc)
    }

    fn highest_ttc(&self, tid: Tid) -> Option<Ttc> {
        self.kept.index().highest_ttc(tid)
    }

    fn next_open(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        self.kept.index().next_open(after)
    }

    fn totalizer_before(&self, tid: Tid, ttc: Ttc, nozzle: u8) -> Option<u64> {
        self.kept.index().totalizer_before(tid, ttc, nozzle)
    }

    fn next_given_up(&self, tid: Tid, after: Option<Ttc>) -> Option<Ttc> {
        self.kept.index().next_given_up(tid, after)
    }

    fn is_refused(&self, record: &ClaimedRecord) -> bool {
        self.kept.index().is_refused(record)
    }

    fn has_refused(&self, lock: &LockId) -> bool {
        self.kept.index().has_refused(lock)
    }
}

impl Records for JournalWire<'_> {
    fn record_of(&self, lock: &LockId) -> Option<ClaimedRecord> {
        self.kept.index().record_of(lock).copied()
    }

    fn unreported(&self) -> Outbox {
        self.kept.kept.index.unreported(self.kept.kept.records)
    }

    /// What was taken goes up again all the same: repeats must change nothing.
    fn mark_reported(&mut self, _: u64) -> Result<(), JournalFailed> {
        Ok(())
    }
}
