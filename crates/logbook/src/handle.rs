//! One nozzle's handle on the logbook.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::thread::JoinHandle;

use station::{Index, Outbox, Records};
use terminal::{Journal, JournalFailed, Progress, PurchaseProgress};
use wire::{Asn, ClaimedRecord, Date, Entry, LockId, Report, Stamp, Step, Tid, Ttc};

use crate::database::{Database, LogbookError};
use crate::derived::{Fill, Held};
use crate::retention::Forgotten;
use crate::room::Room;
use crate::vehicle::{Key, Vehicle};
use crate::writer::{Append, Job, Reply, write};

/// The thread that writes is gone.
const GONE: &str = "the logbook is closed";
/// Rows that are read at a time.
const ROWS: u32 = 1000;
/// Entries that may wait.
const QUEUE: usize = 256;

/// What all handles share.
pub(crate) struct Shared {
    pub(crate) held: RwLock<Held>,
    last_record: AtomicU64,
    room: Room,
    /// Why nobody knows what is on the disk, until it was read again.
    broken: Mutex<Option<String>>,
}

/// The way to the thread that writes. It ends with the last handle, and the file is free then.
struct Desk {
    queue: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has the file no more, either.
            let _ = writer.join();
        }
    }
}

impl Shared {
    pub(crate) fn last_record(&self) -> u64 {
        self.last_record.load(Ordering::Acquire)
    }

    pub(crate) fn set_last_record(&self, record: u64) {
        self.last_record.store(record, Ordering::Release);
    }

    pub(crate) fn broken(&self) -> MutexGuard<'_, Option<String>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was read from the disk takes the place of what was held.
    pub(crate) fn hold(&self, held: Held, last: u64) {
        let mut before = self.held.write().unwrap_or_else(PoisonError::into_inner);
        *before = held;
        self.set_last_record(last);
        drop(before);
        *self.broken() = None;
    }

    /// A lock is begun only while everything that is open could still come to its end.
    pub(crate) fn has_room(&self, entry: &Entry) -> Result<(), String> {
        match entry {
            Entry::Lock { step: Step::LockSent(_), .. } => {
                self.room.for_a_new_lock().map_err(|little| little.to_string())
            }
            _ => Ok(()),
        }
    }
}

/// One nozzle's handle; a copy is another nozzle's.
#[derive(Clone)]
pub struct Logbook {
    shared: Arc<Shared>,
    desk: Arc<Desk>,
    key: Key,
    vehicle: Option<Vehicle>,
    last_error: Option<String>,
}

impl Logbook {
    /// Opens a logbook, or makes it. Every row is read and folded.
    ///
    /// # Errors
    /// It is in use, damaged, or of another version.
    pub fn open(path: &Path, room: Room) -> Result<Self, LogbookError> {
        Self::over(Database::open(path)?, path, room)
    }

    /// Over an open database.
    pub(crate) fn over(
        mut database: Database,
        path: &Path,
        room: Room,
    ) -> Result<Self, LogbookError> {
        let (held, last) = database.fold()?;
        let key = Key::of(&mut database)?;
        let (queue, jobs) = sync_channel(QUEUE);
        let (held, last_record) = (RwLock::new(held), AtomicU64::new(last));
        let shared = Arc::new(Shared { held, last_record, room, broken: Mutex::default() });
        let path = path.to_owned();
        let of_writer = Arc::clone(&shared);
        let writer = std::thread::Builder::new().name("logbook".to_owned());
        let writer = writer
            .spawn(move || write(database, &path, &of_writer, &jobs))
            .map_err(LogbookError::Thread)?;
        let desk = Arc::new(Desk { queue: Some(queue), writer: Some(writer) });
        Ok(Self { shared, desk, key, vehicle: None, last_error: None })
    }

    /// Why the last append of this handle failed.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }

    /// Why nothing is written now, after an error of the disk; it is opened again by itself, every second.
    #[must_use]
    pub fn broken(&self) -> Option<String> {
        self.shared.broken().clone()
    }

    /// Whether an operator should make room on the disk.
    #[must_use]
    pub fn is_low(&self) -> Option<crate::Little> {
        self.shared.room.is_low()
    }

    /// How many entries there are.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.shared.last_record()
    }

    /// Looks at what all nozzles wrote.
    pub fn look<T>(&self, look: impl FnOnce(&Index) -> T) -> T {
        look(&self.held().index)
    }

    /// What the centre has not taken yet, in the order of the journal, each with the number of its newest entry; and the
    /// number up to which these are all.
    #[must_use]
    pub fn pending(&self) -> (u64, Vec<(u64, Report)>) {
        let held = self.held();
        // No entry becomes visible while the index is read.
        (self.shared.last_record(), held.pending())
    }

    /// Of what the centre has not taken yet the TACs that were seen, which a visit asks about, and at most one lock or
    /// purchase: a visit need not make the reports of days.
    #[must_use]
    pub fn some_unreported(&self) -> Outbox {
        let held = self.held();
        held.some_unreported(self.shared.last_record())
    }

    /// Locks on which something is still to be done.
    #[must_use]
    pub fn open_locks(&self) -> Vec<Progress> {
        let held = self.held();
        held.open().iter().filter_map(|(tid, ttc)| held.index.progress(*tid, *ttc)).collect()
    }

    /// What was delivered to a card on one day, by the local date of each delivery's end.
    #[must_use]
    pub fn fills(&self, asn: Asn, day: Date) -> Vec<Fill> {
        self.held().fills(asn, day).to_vec()
    }

    /// A PSAM is in a slot of this station: it is the station's own from now on. Durable when this returns.
    ///
    /// # Errors
    /// It could not be written: ask [`Logbook::is_own`] later, and say it again.
    pub fn own_psam(&self, tid: Tid) -> Result<(), String> {
        self.ask(|reply| Job::OwnPsam(tid, reply))
    }

    /// Whether a PSAM was ever in a slot of this station, or made a lock here.
    #[must_use]
    pub fn is_own(&self, tid: Tid) -> bool {
        self.held().is_own(tid)
    }

    /// Somebody who knows the time says that the clock is right, which shows this now: later times that stand in earlier
    /// entries do not count any more. Durable when this returns.
    ///
    /// # Errors
    /// It could not be written; they count still.
    pub fn trust_clock(&self, now: Stamp) -> Result<(), String> {
        self.ask(|reply| Job::TrustClock(now, reply))
    }

    /// A vehicle by its plate, as this logbook knows it.
    #[must_use]
    pub fn vehicle(&self, plate: &str) -> Vehicle {
        self.key.vehicle(plate)
    }

    /// Locks that this handle begins from now on are for this vehicle: durable with each lock, before LOCK goes out.
    pub const fn set_vehicle(&mut self, vehicle: Option<Vehicle>) {
        self.vehicle = vehicle;
    }

    /// What was delivered to a vehicle on one day, by the local date of each delivery's end and with whatever card;
    /// and what it may come to where it is being delivered to.
    #[must_use]
    pub fn fills_of(&self, vehicle: Vehicle, day: Date) -> Vec<Fill> {
        self.held().fills_of(vehicle, day)
    }

    /// The latest time that any entry carries, of those that count.
    #[must_use]
    pub fn newest(&self) -> Option<Stamp> {
        self.held().newest()
    }

    /// Whether a new lock may be begun.
    ///
    /// # Errors
    /// The disk has too little room left.
    pub fn has_room(&self) -> Result<(), crate::Little> {
        self.shared.room.for_a_new_lock()
    }

    /// Bytes that the disk still takes, where that is known.
    #[must_use]
    pub fn free(&self) -> Option<u64> {
        self.shared.room.free()
    }

    fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, String> {
        let (reply, answered) = sync_channel(1);
        let queue = self.desk.queue.as_ref().ok_or(GONE)?;
        queue.send(job(reply)).map_err(|_| GONE)?;
        answered.recv().unwrap_or_else(|_| Err(GONE.to_owned()))
    }

    /// Keeps a value under a name, in place of the one before: durable when this returns.
    ///
    /// # Errors
    /// It could not be written; the one before is still there.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.ask(|reply| Job::Keep(name.to_owned(), bytes.to_vec(), reply))
    }

    /// A value that was kept.
    ///
    /// # Errors
    /// It could not be read.
    pub fn kept(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        self.ask(|reply| Job::Kept(name.to_owned(), reply))
    }

    /// Every entry behind a record, in order and with its number, while others go on to write. What was forgotten is
    /// left out; `take` may break off.
    ///
    /// # Errors
    /// They could not be read.
    pub fn each(
        &self,
        mut after: u64,
        mut take: impl FnMut(u64, &Entry) -> ControlFlow<()>,
    ) -> Result<(), String> {
        loop {
            let rows = self.ask(|reply| Job::Rows { after, most: ROWS, reply })?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            after = *last;
            for (record, entry) in &rows {
                if take(*record, entry).is_break() {
                    return Ok(());
                }
            }
        }
    }

    /// Drops locks and purchases that ended before a day and that the centre has, oldest first and not more than `most`;
    /// how many. What is open, unreported, the newest of a PSAM or needed for recovery stays.
    ///
    /// # Errors
    /// They could not be dropped; nothing was.
    pub fn forget(&self, before: Date, most: usize) -> Result<usize, String> {
        self.ask(|reply| Job::Forget { before, most, reply })
    }

    /// What was dropped in all.
    ///
    /// # Errors
    /// It could not be read.
    pub fn forgotten(&self) -> Result<Forgotten, String> {
        let kept = self.kept(crate::retention::NAME)?;
        Ok(kept.and_then(|bytes| Forgotten::from_bytes(&bytes)).unwrap_or_default())
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.shared.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for Logbook {
    fn append(&mut self, entry: &Entry) -> Result<(), JournalFailed> {
        let (reply, answered) = sync_channel(1);
        let begins = matches!(entry, Entry::Lock { step: Step::LockSent(_), .. });
        let vehicle = self.vehicle.filter(|_| begins);
        let sent =
            self.desk.queue.as_ref().map(|queue| {
                queue.send(Job::Append(Append { entry: *entry, vehicle, reply })).is_ok()
            });
        let answer = match sent {
            Some(true) => answered.recv().unwrap_or_else(|_| Err(GONE.to_owned())),
            _ => Err(GONE.to_owned()),
        };
        answer.map_err(|words| {
            self.last_error = Some(words);
            JournalFailed
        })
    }

    fn progress(&self, tid: Tid, ttc: Ttc) -> Option<Progress> {
        self.held().index.progress(tid, ttc)
    }

    fn highest_ttc(&self, tid: Tid) -> Option<Ttc> {
        self.held().index.highest_ttc(tid)
    }

    fn next_open(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        self.held().next_open(after)
    }

    fn totalizer_before(&self, tid: Tid, ttc: Ttc, nozzle: u8) -> Option<u64> {
        self.held().index.totalizer_before(tid, ttc, nozzle)
    }

    fn next_given_up(&self, tid: Tid, after: Option<Ttc>) -> Option<Ttc> {
        self.held().index.next_given_up(tid, after)
    }

    fn is_refused(&self, record: &ClaimedRecord) -> bool {
        self.held().index.is_refused(record)
    }

    fn has_refused(&self, lock: &LockId) -> bool {
        self.held().index.has_refused(lock)
    }

    fn purchase(&self, tid: Tid, ttc: Ttc) -> Option<PurchaseProgress> {
        self.held().index.purchase(tid, ttc)
    }

    fn next_open_purchase(&self, after: Option<(Tid, Ttc)>) -> Option<(Tid, Ttc)> {
        self.held().index.next_open_purchase(after)
    }
}

impl Records for Logbook {
    fn record_of(&self, lock: &LockId) -> Option<ClaimedRecord> {
        self.held().index.record_of(lock).copied()
    }

    fn unreported(&self) -> Outbox {
        let held = self.held();
        // No entry becomes visible while the index is read, so this is the number of the newest one in it.
        held.unreported(self.shared.last_record())
    }
}
