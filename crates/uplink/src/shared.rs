//! What nozzles and threads of the line share.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use client::{Client, Heard, Limits, Switch};
use forecourt::{Feed, Flushed};
use logbook::Logbook;
use wire::Tid;

use crate::held::Held;
use crate::line::{LineState, Part};
use crate::neighbours::Neighbours;
use crate::pace::Pace;
use crate::papers::Papers;
use crate::setup::{UplinkError, Way};

/// Clients of the centre: one with patience, one for a customer who waits, one for a stream.
#[derive(Clone)]
pub(crate) struct Centre {
    pub(crate) patient: Client,
    pub(crate) quick: Client,
    pub(crate) stream: Client,
    /// Ends the stream when others take the place of these.
    pub(crate) retired: Switch,
}

impl Centre {
    /// What each of them heard of the centre's time.
    pub(crate) fn heard(&self) -> impl Iterator<Item = Heard> {
        [&self.patient, &self.quick, &self.stream].into_iter().filter_map(Client::heard_time)
    }
}

impl Centre {
    pub(crate) fn of(way: &Way, pace: Pace, stop: &Switch) -> Result<Self, UplinkError> {
        let failed = |error| UplinkError::Way { name: "the centre".to_owned(), error };
        let retired = Switch::default();
        let quick = Limits { connect: pace.neighbour, call: pace.neighbour, ..Limits::default() };
        Ok(Self {
            patient: way.client(Limits::default(), &[stop]).map_err(failed)?,
            quick: way.client(quick, &[stop]).map_err(failed)?,
            stream: way.client(Limits::default(), &[stop, &retired]).map_err(failed)?,
            retired,
        })
    }
}

/// Everything.
pub(crate) struct Shared {
    pub(crate) centre: RwLock<Option<Centre>>,
    pub(crate) account: Option<String>,
    pub(crate) held: Held,
    pub(crate) line: LineState,
    pub(crate) neighbours: RwLock<Arc<Neighbours>>,
    pub(crate) papers: Papers,
    pub(crate) logbook: Logbook,
    pub(crate) pace: Pace,
    pub(crate) feed: Arc<Feed>,
    pub(crate) remarks: Mutex<Remarks>,
    pub(crate) bell: Bell,
    /// Ends every call at once.
    pub(crate) stop: Switch,
}

/// What the centre has against reports.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Remarks {
    /// How many it refused, and need not be sent again.
    pub(crate) refused: u64,
    /// How many it does not take yet.
    pub(crate) held: u64,
    /// Of the last of them.
    pub(crate) words: String,
}

impl Shared {
    pub(crate) fn centre(&self) -> Option<Centre> {
        self.centre.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn neighbours(&self) -> Arc<Neighbours> {
        Arc::clone(&self.neighbours.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether a PSAM was ever in a slot here: nobody else's word counts for its locks, which are in the journal or were
    /// lost with one.
    pub(crate) fn is_own(&self, tid: Tid) -> bool {
        self.logbook.is_own(tid)
    }

    pub(crate) fn remarks(&self) -> MutexGuard<'_, Remarks> {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The centre answered a customer: whoever waits for it to come back tries at once.
    pub(crate) fn came_back(&self) {
        if !self.line.is_up() {
            self.line.up(Part::Events);
            self.bell.ring(|signals| signals.came_up += 1);
        }
    }

    /// The centre answered: whoever waited for it to come back goes on.
    pub(crate) fn is_up(&self, part: Part) {
        if self.line.up(part) {
            self.bell.ring(|signals| signals.came_up += 1);
        }
    }
}

/// Wakes the threads.
#[derive(Default)]
pub(crate) struct Bell {
    signals: Mutex<Signals>,
    rung: Condvar,
}

/// Why a thread should look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signals {
    /// Counts nudges.
    pub(crate) nudges: u64,
    /// Counts how often the clock was found to be off.
    pub(crate) doubts: u64,
    /// Counts how often somebody waited for his reports; up to where they were tried, and what became of them.
    pub(crate) flushes: u64,
    pub(crate) tried: u64,
    pub(crate) flushed: Flushed,
    /// Counts how often the centre came back.
    pub(crate) came_up: u64,
    pub(crate) stop: bool,
}

impl Default for Signals {
    fn default() -> Self {
        let (nudges, doubts, flushes, tried, came_up) = (0, 0, 0, 0, 0);
        Self { nudges, doubts, flushes, tried, flushed: Flushed::Not, came_up, stop: false }
    }
}

impl Bell {
    pub(crate) fn ring(&self, change: impl FnOnce(&mut Signals)) {
        change(&mut self.signals.lock().unwrap_or_else(PoisonError::into_inner));
        self.rung.notify_all();
    }

    pub(crate) fn signals(&self) -> Signals {
        *self.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until this holds, or the moment comes; says what there is then.
    pub(crate) fn wait(&self, until: Option<Instant>, holds: impl Fn(&Signals) -> bool) -> Signals {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        while !holds(&signals) {
            let left = match until {
                // Long, and looked at again.
                None => Duration::from_secs(3600),
                Some(until) => until.saturating_duration_since(Instant::now()),
            };
            if left.is_zero() {
                break;
            }
            let waited = self.rung.wait_timeout(signals, left);
            signals = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *signals
    }
}
