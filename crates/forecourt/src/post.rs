//! Where a nozzle's thread and everybody else meet.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use api::site::{Happened, Nozzle, Outcome, Warning};
use wire::{LockId, Tid, Ttc};

use crate::asked::Command;
use crate::feed::Feed;
use crate::refused::Refused;

/// Outcomes that are kept for whoever asks later.
const KEPT: usize = 64;
/// A nozzle tells no more often than this while something flows.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// What a nozzle's thread is told, and what it shows.
pub(crate) struct Post {
    inside: Mutex<Inside>,
    wake: Condvar,
    /// Something that is shown changed, or a visit ended.
    changed: Condvar,
    feed: Arc<Feed>,
}

struct Inside {
    shown: Nozzle,
    told: Option<Instant>,
    /// Why no command is taken; nothing while a card is in.
    takes: Option<Refusal>,
    command: Option<(u64, Command)>,
    visits: u64,
    runs: Option<u64>,
    /// What was asked for last: `refuel`, ….
    asked: &'static str,
    ended: VecDeque<Outcome>,
    stop: bool,
    look_again: bool,
    watches: Watches,
    closing: bool,
    trouble: Option<Warning>,
}

/// Whose news would free the card that is in.
enum Watches {
    /// It is free, or none is in.
    Nothing,
    /// It is being looked at; the news meanwhile.
    Looks(News),
    /// It is grey under this lock.
    For(LockId),
}

/// What happened while nobody could say whom it concerns.
#[derive(Default)]
struct News {
    /// Of these locks the journal says more.
    numbers: Vec<(Tid, Ttc)>,
    /// The grey list changed.
    list: bool,
}

/// Why no command is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    NoCard,
    Busy,
    OutOfOrder(String),
    Closing,
}

/// What a nozzle with a card in it is woken for.
pub(crate) enum Call {
    Command(u64, Command),
    LookAgain,
    Nothing,
}

impl Post {
    pub(crate) fn new(shown: Nozzle, feed: Arc<Feed>) -> Self {
        let inside = Inside {
            shown,
            told: None,
            takes: Some(Refusal::NoCard),
            command: None,
            visits: 0,
            runs: None,
            asked: "",
            ended: VecDeque::new(),
            stop: false,
            look_again: false,
            watches: Watches::Nothing,
            closing: false,
            trouble: None,
        };
        Self { inside: Mutex::new(inside), wake: Condvar::new(), changed: Condvar::new(), feed }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As it is now.
    pub(crate) fn shown(&self) -> Nozzle {
        self.inside().shown.clone()
    }

    /// Changes what is shown, and tells it when it is another thing than before.
    pub(crate) fn show(&self, change: impl FnOnce(&mut Nozzle)) {
        let mut inside = self.inside();
        let before = inside.shown.clone();
        change(&mut inside.shown);
        if inside.shown != before {
            inside.told = Some(Instant::now());
            self.changed.notify_all();
            self.feed.tell(Happened::Nozzle { nozzle: inside.shown.clone() });
        }
    }

    /// The same while something flows: shown at once, told some ten times a second.
    pub(crate) fn show_flow(&self, change: impl FnOnce(&mut Nozzle)) {
        let mut inside = self.inside();
        let before = inside.shown.clone();
        change(&mut inside.shown);
        let often = inside.told.is_some_and(|told| told.elapsed() < TELL_EVERY);
        if inside.shown != before && (!often || inside.shown.state != before.state) {
            inside.told = Some(Instant::now());
            self.changed.notify_all();
            self.feed.tell(Happened::Nozzle { nozzle: inside.shown.clone() });
        }
    }

    /// A card is in: commands are taken.
    pub(crate) fn take_commands(&self) {
        self.inside().takes = None;
    }

    /// No commands are taken from now on. Answers the one that was taken and not begun: its visit is to be ended.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Option<(u64, Command)> {
        let mut inside = self.inside();
        inside.takes = Some(refusal);
        inside.command.take()
    }

    /// What an operator should look at here; nothing when all is well.
    pub(crate) fn trouble(&self, trouble: Option<Warning>) {
        self.inside().trouble = trouble;
    }

    pub(crate) fn warning(&self) -> Option<Warning> {
        self.inside().trouble.clone()
    }

    /// Gives the nozzle a command; the number of its visit.
    pub(crate) fn command(&self, command: Command) -> Result<u64, Refused> {
        let mut inside = self.inside();
        match &inside.takes {
            None => {}
            Some(Refusal::NoCard) => return Err(Refused::NoCard),
            Some(Refusal::Busy) => return Err(Refused::NozzleBusy),
            Some(Refusal::OutOfOrder(words)) => return Err(Refused::OutOfOrder(words.clone())),
            Some(Refusal::Closing) => return Err(Refused::Closing),
        }
        if inside.command.is_some() || inside.runs.is_some() {
            return Err(Refused::NozzleBusy);
        }
        inside.visits += 1;
        let visit = inside.visits;
        inside.asked = command.name();
        inside.command = Some((visit, command));
        (inside.runs, inside.stop) = (Some(visit), false);
        self.wake.notify_all();
        Ok(visit)
    }

    /// The visit that runs, and what it is.
    pub(crate) fn running(&self) -> Option<(u64, &'static str)> {
        let inside = self.inside();
        inside.runs.map(|visit| (visit, inside.asked))
    }

    /// Waits for a command, at most so long.
    pub(crate) fn wait(&self, at_most: Duration) -> Call {
        let waits =
            |inside: &mut Inside| inside.command.is_none() && !inside.look_again && !inside.closing;
        let waited = self.wake.wait_timeout_while(self.inside(), at_most, waits);
        let (mut inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some((visit, command)) = inside.command.take() {
            return Call::Command(visit, command);
        }
        if std::mem::take(&mut inside.look_again) { Call::LookAgain } else { Call::Nothing }
    }

    /// A visit that nobody asked for, such as the unlock of a grey card that was put in.
    pub(crate) fn begin_visit(&self) -> u64 {
        let mut inside = self.inside();
        inside.visits += 1;
        inside.visits
    }

    /// A visit ended.
    pub(crate) fn end_visit(&self, outcome: &Outcome) {
        let mut inside = self.inside();
        if inside.runs == Some(outcome.visit) {
            inside.runs = None;
        }
        inside.shown.visit = Some(outcome.visit);
        if inside.ended.len() >= KEPT {
            inside.ended.pop_front();
        }
        inside.ended.push_back(outcome.clone());
        self.changed.notify_all();
        self.feed.tell(Happened::Ended { outcome: outcome.clone() });
    }

    /// Waits until the nozzle shows this, at most so long; whether it does.
    pub(crate) fn wait_until(&self, at_most: Duration, shows: impl Fn(&Nozzle) -> bool) -> bool {
        let waits = |inside: &mut Inside| !shows(&inside.shown);
        let waited = self.changed.wait_timeout_while(self.inside(), at_most, waits);
        let (inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        shows(&inside.shown)
    }

    /// Waits until a visit has ended, at most so long.
    pub(crate) fn wait_for_end(&self, visit: u64, at_most: Duration) {
        let waits = |inside: &mut Inside| inside.runs == Some(visit);
        drop(self.changed.wait_timeout_while(self.inside(), at_most, waits));
    }

    /// How a visit ended.
    pub(crate) fn outcome(&self, nozzle: u8, visit: u64) -> Result<Outcome, Refused> {
        let inside = self.inside();
        if inside.runs == Some(visit) {
            return Err(Refused::VisitRuns);
        }
        let found = inside.ended.iter().find(|outcome| outcome.visit == visit).cloned();
        found.ok_or(Refused::NoSuchVisit { nozzle, visit })
    }

    /// Asks for the nozzle to be closed.
    pub(crate) fn stop(&self) -> Result<(), Refused> {
        let mut inside = self.inside();
        if inside.runs.is_none() {
            return Err(Refused::NothingRuns);
        }
        inside.stop = true;
        Ok(())
    }

    /// Whether somebody pressed stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.inside().stop
    }

    /// A grey card that is in may be free now.
    pub(crate) fn look_again(&self) {
        self.inside().look_again = true;
        self.wake.notify_all();
    }

    /// The journal says more of a lock: a card that is in and grey under it may be free now.
    pub(crate) fn look_again_at(&self, number: (Tid, Ttc)) {
        let mut inside = self.inside();
        let again = match &mut inside.watches {
            Watches::Nothing => false,
            Watches::Looks(news) => {
                news.numbers.push(number);
                false
            }
            Watches::For(lock) => (lock.tid, lock.ttc) == number,
        };
        if again {
            inside.look_again = true;
            self.wake.notify_all();
        }
    }

    /// The card that is in is looked at from now on.
    pub(crate) fn looks(&self) {
        self.inside().watches = Watches::Looks(News::default());
    }

    /// It was: it is grey under this lock, or not grey. Whether the list changed meanwhile.
    pub(crate) fn watches(&self, lock: Option<LockId>) -> bool {
        let mut inside = self.inside();
        let now = lock.map_or(Watches::Nothing, Watches::For);
        let Watches::Looks(news) = std::mem::replace(&mut inside.watches, now) else {
            return false;
        };
        inside.look_again |= lock.is_some_and(|lock| news.numbers.contains(&(lock.tid, lock.ttc)));
        news.list
    }

    /// Under which lock the card that is in is grey; while it is looked at, the news is kept until that is known.
    pub(crate) fn list_changed(&self) -> Option<LockId> {
        let mut inside = self.inside();
        match &mut inside.watches {
            Watches::For(lock) => Some(*lock),
            Watches::Nothing => None,
            Watches::Looks(news) => {
                news.list = true;
                None
            }
        }
    }

    /// Under which lock the card that is in is grey.
    pub(crate) fn watched(&self) -> Option<LockId> {
        match &self.inside().watches {
            Watches::For(lock) => Some(*lock),
            Watches::Nothing | Watches::Looks(_) => None,
        }
    }

    /// Waits before the nozzle is tried again; no longer than until the station ends.
    pub(crate) fn rest(&self, at_most: Duration) {
        let waits = |inside: &mut Inside| !inside.closing;
        drop(self.wake.wait_timeout_while(self.inside(), at_most, waits));
    }

    /// The station ends: wakes the thread.
    pub(crate) fn close(&self) {
        self.inside().closing = true;
        self.wake.notify_all();
    }
}
