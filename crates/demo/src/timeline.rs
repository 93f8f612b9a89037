//! What happens in the whole world, live and in one order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api::site::Happened;
use tokio::sync::{Notify, broadcast, watch};

use crate::documents::{StoryRuns, TimelineLine, WorldEvent};
use crate::tell::ENDED;

/// So many events are kept for those who come later or were away.
const KEPT: usize = 4096;
/// So far behind with what happens at the stations can a listener be.
const BEHIND: usize = 256;
/// Hints that something changed come no more often than this.
const REST: Duration = Duration::from_millis(150);

/// The last events, for any number of listeners.
pub struct Timeline {
    kept: Mutex<VecDeque<(u64, Arc<WorldEvent>)>>,
    last: watch::Sender<u64>,
    pulse: watch::Sender<u64>,
    world: AtomicBool,
    books: AtomicBool,
    hint: Notify,
    sites: broadcast::Sender<Arc<WorldEvent>>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            kept: Mutex::default(),
            last: watch::Sender::new(0),
            pulse: watch::Sender::new(0),
            world: AtomicBool::new(false),
            books: AtomicBool::new(false),
            hint: Notify::new(),
            sites: broadcast::Sender::new(BEHIND),
        }
    }
}

impl Timeline {
    /// A line.
    pub fn tell(&self, line: TimelineLine) {
        self.add(WorldEvent::Told { line });
    }

    /// A story went on.
    pub fn story(&self, story: StoryRuns) {
        self.add(WorldEvent::Story { story });
    }

    /// Something happened at a station, for those who listen now.
    pub fn at(&self, station: &str, happened: &Happened) {
        // Nobody may be listening.
        let _ = self.sites.send(Arc::new(WorldEvent::At {
            station: station.to_owned(),
            happened: Box::new(happened.clone()),
        }));
    }

    /// What happens at the stations from now on.
    #[must_use]
    pub fn listen_at(&self) -> broadcast::Receiver<Arc<WorldEvent>> {
        self.sites.subscribe()
    }

    /// What hands can see may be different now.
    pub fn world_changed(&self) {
        self.beat();
        self.world.store(true, Ordering::Release);
        self.hint.notify_one();
    }

    /// Money may have moved.
    pub fn books_changed(&self) {
        self.beat();
        self.books.store(true, Ordering::Release);
        self.hint.notify_one();
    }

    /// Something happened, be it told or not.
    pub fn beat(&self) {
        self.pulse.send_modify(|beats| *beats = beats.wrapping_add(1));
    }

    /// Changes whenever something happens.
    #[must_use]
    pub fn pulse(&self) -> watch::Receiver<u64> {
        self.pulse.subscribe()
    }

    /// All that is kept, oldest first.
    #[must_use]
    pub fn kept_now(&self) -> Vec<Arc<WorldEvent>> {
        self.kept().iter().map(|(_, event)| Arc::clone(event)).collect()
    }

    /// Passes hints on, a few in a second at most, until the task is dropped.
    pub async fn pass_hints(self: Arc<Self>) {
        loop {
            self.hint.notified().await;
            for (flag, part) in [(&self.world, "world"), (&self.books, "books")] {
                if flag.swap(false, Ordering::AcqRel) {
                    self.add(WorldEvent::Changed { part: part.to_owned() });
                }
            }
            tokio::time::sleep(REST).await;
        }
    }

    /// The number of the newest event, as it changes.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    /// What was told after this number; `None` when some of it is not kept any more, or there is no such number.
    #[must_use]
    pub fn after(&self, number: u64) -> Option<Vec<(u64, Arc<WorldEvent>)>> {
        let kept = self.kept();
        let first = kept.front().map_or(1, |(number, _)| *number);
        if number + 1 < first || number > *self.last.borrow() {
            return None;
        }
        Some(kept.iter().filter(|(told, _)| *told > number).cloned().collect())
    }

    /// For who comes for the first time: the lines among the last events, so many of them, and those before whose ends
    /// of visits are of this world; and the number of the newest event.
    #[must_use]
    pub fn look_back(&self, events: u64, world: &str) -> (u64, Vec<(u64, Arc<WorldEvent>)>) {
        let kept = self.kept();
        let last = *self.last.borrow();
        let lines = kept.iter().filter(|(number, told)| match &**told {
            WorldEvent::Told { line } => {
                number + events > last || (line.what == ENDED && line.world == world)
            }
            _ => false,
        });
        (last, lines.cloned().collect())
    }

    fn add(&self, event: WorldEvent) {
        let mut kept = self.kept();
        let number = *self.last.borrow() + 1;
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((number, Arc::new(event)));
        self.last.send_replace(number);
        drop(kept);
        self.beat();
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(u64, Arc<WorldEvent>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{ENDED, Timeline};
    use crate::documents::{TimelineLine, WorldEvent};
    use crate::tell;

    fn tell(timeline: &Timeline, what: &str, world: &str) {
        let line = tell::line("station", what, String::new());
        timeline.tell(TimelineLine { world: world.to_owned(), ..line });
    }

    #[test]
    fn who_comes_late_gets_every_end_of_this_world_and_the_last_lines() {
        let timeline = Timeline::default();
        tell(&timeline, ENDED, "old");
        tell(&timeline, ENDED, "new");
        for _ in 0..8 {
            tell(&timeline, "apdu", "new");
        }
        let (last, lines) = timeline.look_back(3, "new");
        let told = lines.iter().map(|(number, told)| match &**told {
            WorldEvent::Told { line } => (*number, line.what.as_str()),
            _ => (*number, ""),
        });
        let told: Vec<_> = told.collect();
        assert_eq!((last, told), (10, vec![(2, ENDED), (8, "apdu"), (9, "apdu"), (10, "apdu")]));
    }
}
