//! The journal as the terminal sees it: what is appended is durable, and can be looked up.

use wire::{ClaimedRecord, Entry, LockId, Tid, Ttc};

use crate::progress::Progress;
use crate::purchase::PurchaseProgress;

/// The entry is not durable (disk full, I/O error, power). The act that needed it must not
/// happen. The journal itself keeps the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JournalFailed;

/// A station's journal.
pub trait Journal {
    /// Appends an entry; it is durable when this returns `Ok`.
    fn append(&mut self, entry: &Entry) -> Result<(), JournalFailed>;

    /// How far a lock got, by (TID, TTC).
    fn progress(&self, tid: Tid, ttc: Ttc) -> Option<Progress>;

    /// The highest TTC of this PSAM that the journal knows, of a lock or a purchase; `None` when
    /// it knows none.
    fn highest_ttc(&self, tid: Tid) -> Option<Ttc>;

    /// The next lock of any PSAM, after `after`, on which something is still to be done
    /// (see [`Progress::is_open`]).
    fn next_open(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)>;

    /// Where the journal knew the totalizer of this nozzle to stand when it took the last step of
    /// this lock: the reading before that. `None` when it knew none.
    fn totalizer_before(&self, tid: Tid, ttc: Ttc, nozzle: u8) -> Option<u64>;

    /// The next lock of this PSAM, after `after`, that ended as `no_dispense`: it needs no slot
    /// in the PSAM any more.
    fn next_given_up(&self, tid: Tid, after: Option<Ttc>) -> Option<Ttc>;

    /// True when a card answered 9302 to this record here: it is never tried again.
    fn is_refused(&self, record: &ClaimedRecord) -> bool;

    /// True when a card answered 9302 here to any record of this lock: those on papers and of neighbours are then not
    /// tried any more, so that they cost a card no more than one of its errors.
    fn has_refused(&self, lock: &LockId) -> bool;

    /// How far a purchase got, by (TID, TTC). A journal that keeps none knows none.
    fn purchase(&self, _tid: Tid, _ttc: Ttc) -> Option<PurchaseProgress> {
        None
    }

    /// The next purchase of any PSAM, after `after`, of which nobody knows whether the card paid.
    fn next_open_purchase(&self, _after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        None
    }
}
