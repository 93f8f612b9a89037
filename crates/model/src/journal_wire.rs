//! A station's journal, and the power and disk it hangs on.

use std::cell::RefCell;
use std::sync::Arc;

use station::{Index, Outbox, Records};
use terminal::{Journal, JournalFailed, Progress};
use wire::{ClaimedRecord, Entry, LockId, Tid, Ttc};

use crate::mishap::{Kind, Oracle};

/// The journal of a station.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) index: Index,
    records: u64,
}

/// The journal under a script.
pub(crate) struct JournalWire<'a> {
    pub(crate) kept: &'a mut Arc<Kept>,
    pub(crate) oracle: &'a RefCell<Oracle>,
}

const APPEND: &[Kind] = &[Kind::Crash, Kind::CrashAfter, Kind::Full];

impl Journal for JournalWire<'_> {
    fn append(&mut self, entry: &Entry) -> Result<(), JournalFailed> {
        if self.oracle.borrow().crashed {
            return Err(JournalFailed);
        }
        if self.kept.index.knows(entry) {
            return Ok(());
        }
        let (during, menu) = match entry {
            Entry::Lock { step, .. } => (step.name(), APPEND),
            Entry::TacSeen { .. } => ("TAC seen", APPEND),
            Entry::Refused(_) => ("refused", APPEND),
            Entry::Reported { .. } => ("reported", &[][..]),
        };
        let kind = self.oracle.borrow_mut().choose(during, menu);
        if kind == Some(Kind::Crash) {
            self.oracle.borrow_mut().crashed = true;
        }
        if matches!(kind, Some(Kind::Crash | Kind::Full)) {
            return Err(JournalFailed);
        }
        let kept = Arc::make_mut(self.kept);
        kept.records += 1;
        kept.index.take(entry, kept.records).map_err(|_| JournalFailed)?;
        if kind == Some(Kind::CrashAfter) {
            self.oracle.borrow_mut().crashed = true;
        }
        Ok(())
    }

    fn progress(&self, tid: Tid, ttc: Ttc) -> Option<Progress> {
        self.kept.index.progress(tid, ttc)
    }

    fn highest_ttc(&self, tid: Tid) -> Option<Ttc> {
        self.kept.index.highest_ttc(tid)
    }

    fn next_open(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        self.kept.index.next_open(after)
    }

    fn totalizer_before(&self, tid: Tid, ttc: Ttc, nozzle: u8) -> Option<u64> {
        self.kept.index.totalizer_before(tid, ttc, nozzle)
    }

    fn next_given_up(&self, tid: Tid, after: Option<Ttc>) -> Option<Ttc> {
        self.kept.index.next_given_up(tid, after)
    }

    fn is_refused(&self, lock: &LockId) -> bool {
        self.kept.index.is_refused(lock)
    }
}

impl Records for JournalWire<'_> {
    fn record_of(&self, lock: &LockId) -> Option<&ClaimedRecord> {
        self.kept.index.record_of(lock)
    }

    fn unreported(&self) -> Outbox {
        self.kept.index.unreported(self.kept.records)
    }

    /// What was taken goes up again all the same: repeats must change nothing.
    fn mark_reported(&mut self, _: u64) -> Result<(), JournalFailed> {
        Ok(())
    }
}
