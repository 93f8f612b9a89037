//! What happens, as it is told live.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use api::site::Happened;
use tokio::sync::watch;

/// So many events are kept for those who were away for a moment.
const KEPT: usize = 4096;

/// One event and its number; numbers begin at 1 with each start of the station.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its number.
    pub number: u64,
    /// What happened.
    pub happened: Arc<Happened>,
}

/// Who acts on an event at once, on the thread that tells it.
pub(crate) type Ear = Box<dyn Fn(&Happened) + Send + Sync>;

/// The last events, for any number of listeners.
pub struct Feed {
    kept: Mutex<VecDeque<Told>>,
    last: watch::Sender<u64>,
    ear: OnceLock<Ear>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { kept: Mutex::default(), last: watch::Sender::new(0), ear: OnceLock::new() }
    }
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").field("last", &*self.last.borrow()).finish_non_exhaustive()
    }
}

impl Feed {
    /// Tells everybody.
    pub fn tell(&self, happened: Happened) {
        let mut kept = self.kept();
        let number = *self.last.borrow() + 1;
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        let happened = Arc::new(happened);
        kept.push_back(Told { number, happened: Arc::clone(&happened) });
        self.last.send_replace(number);
        drop(kept);
        if let Some(ear) = self.ear.get() {
            ear(&happened);
        }
    }

    /// The station whose feed this is hears all of it from now on; a feed is one station's.
    pub(crate) fn set_ear(&self, ear: Ear) {
        // The first one stays.
        let _ = self.ear.set(ear);
    }

    /// The number of the newest event, as it changes.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    /// What was told after this number; `None` when some of it is not kept any more: whoever listens looks at the whole
    /// station again.
    #[must_use]
    pub fn after(&self, number: u64) -> Option<Vec<Told>> {
        let kept = self.kept();
        let first = kept.front().map_or(1, |told| told.number);
        if number + 1 < first || number > *self.last.borrow() {
            return None;
        }
        Some(kept.iter().filter(|told| told.number > number).cloned().collect())
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Told>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
