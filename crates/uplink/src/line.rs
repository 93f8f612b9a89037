//! Whether the centre is there, and since when.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use api::site::{Happened, Line};
use forecourt::Feed;

/// What needs the line. It is up while neither fails: a centre that tells of events and takes no reports is away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    /// What the station says.
    Reports,
    /// What it hears, and asks for a customer.
    Events,
}

/// The line to the centre.
pub(crate) struct LineState {
    state: Mutex<State>,
    queue: AtomicU64,
    /// As it was told last.
    told: AtomicU64,
    feed: Arc<Feed>,
}

struct State {
    /// Why either part fails.
    reasons: [Option<String>; 2],
    since: Instant,
    exists: bool,
}

impl LineState {
    /// Nobody has asked yet: as good as down. `queue` is what waited when the power went.
    pub(crate) fn new(feed: Arc<Feed>, exists: bool, queue: usize) -> Self {
        let not_yet = exists.then(|| "it was not asked yet".to_owned());
        let state = State { reasons: [None, not_yet], since: Instant::now(), exists };
        let line = Self {
            state: Mutex::new(state),
            queue: AtomicU64::new(0),
            told: AtomicU64::new(0),
            feed,
        };
        line.set_queue(queue);
        line
    }

    pub(crate) fn is_up(&self) -> bool {
        let state = self.state();
        state.exists && state.is_up()
    }

    /// The centre answered; true when this part failed before.
    pub(crate) fn up(&self, part: Part) -> bool {
        let mut state = self.state();
        if state.reason(part).take().is_none() {
            return false;
        }
        let is_up = state.is_up();
        if is_up {
            state.since = Instant::now();
        }
        drop(state);
        if is_up {
            tracing::info!("the centre is there");
            self.tell("the centre is there");
        }
        true
    }

    /// It did not.
    pub(crate) fn down(&self, part: Part, reason: &str) {
        let mut state = self.state();
        if state.is_up() {
            state.since = Instant::now();
        }
        let before = state.reason(part).replace(reason.to_owned());
        let is_news = before.as_deref() != Some(reason);
        drop(state);
        if is_news {
            tracing::warn!(reason, "the centre is out of reach");
            self.tell(&format!("the centre is out of reach: {reason}"));
        }
    }

    pub(crate) fn set_queue(&self, queue: usize) {
        self.queue.store(u64::try_from(queue).unwrap_or(u64::MAX), Ordering::Release);
    }

    /// Says how many wait, when that is another number than was told last.
    pub(crate) fn tell_queue(&self) {
        let queue = self.queue.load(Ordering::Acquire);
        if queue != self.told.load(Ordering::Acquire) {
            let (reports, wait) =
                if queue == 1 { ("report", "waits") } else { ("reports", "wait") };
            self.tell(&format!("{queue} {reports} {wait} for the centre"));
        }
    }

    pub(crate) fn tell(&self, words: &str) {
        let line = self.shown();
        self.told.store(line.queue, Ordering::Release);
        self.feed.tell(Happened::Centre { line, words: words.to_owned() });
    }

    pub(crate) fn shown(&self) -> Line {
        let state = self.state();
        let name = match (state.exists, state.is_up()) {
            (false, _) => "none",
            (true, true) => "up",
            (true, false) => "down",
        };
        Line {
            state: name.to_owned(),
            reason: state.reasons.iter().flatten().next().cloned(),
            seconds: state.since.elapsed().as_secs(),
            queue: self.queue.load(Ordering::Acquire),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_up(&self) -> bool {
        self.reasons.iter().all(Option::is_none)
    }

    const fn reason(&mut self, part: Part) -> &mut Option<String> {
        let [reports, events] = &mut self.reasons;
        match part {
            Part::Reports => reports,
            Part::Events => events,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waited_when_the_power_went_waits_from_the_first_moment_on() {
        let line = LineState::new(Arc::new(Feed::default()), true, 3);
        assert_eq!((line.shown().queue, line.is_up()), (3, false));
    }
}
