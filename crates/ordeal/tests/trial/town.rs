//! What all clients of one server share: where it is now, whose PSAMs there are, what was acknowledged.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ordeal::client::{Answered, Client, Who};
use serde_json::{Value, json};
use wire::{Asn, Report, Scheme, Tid};

use crate::support::TestPsam;

/// Nothing lasts as long as this unless something is broken.
const PATIENCE: Duration = Duration::from_secs(120);

pub const STATIONS: usize = 3;
pub const CARDS: u8 = 4;

pub fn asn(card: u8) -> Asn {
    Asn([0x12, 0x34, 0, 0, 0, 0, 0, card + 1])
}

pub fn tid(station: usize) -> Tid {
    Tid([0, 0, 0, 0, 0, u8::try_from(station).unwrap() + 1])
}

pub fn station(tid: Tid) -> String {
    format!("station-{}", tid.0[5])
}

/// A report that was acknowledged.
#[derive(Clone)]
pub struct Heard {
    pub station: String,
    pub report: Report,
}

/// An answer that a card obeys, and the question.
#[derive(Clone)]
pub struct Decided {
    pub station: String,
    pub path: &'static str,
    pub body: Value,
    pub answer: Value,
}

#[derive(Default)]
struct Line {
    /// Counts the servers.
    turn: u64,
    address: Option<String>,
    answered: u64,
    is_over: bool,
    is_broken: bool,
}

/// What was found wrong, by kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// An acknowledged outcome is not there.
    Lost,
    /// Something was booked twice.
    Doubled,
    /// An acknowledged decision is another one now.
    Changed,
    /// An event was not heard, or twice.
    Events,
    /// The books are others than those of the rules.
    Books,
}

pub struct Town {
    line: Mutex<Line>,
    changed: Condvar,
    pub operator: Who,
    pub psams: Vec<Mutex<TestPsam>>,
    pub heard: Mutex<Vec<Heard>>,
    pub decided: Mutex<Vec<Decided>>,
    /// Requests whose connection broke.
    pub broken: AtomicU64,
    /// Requests that were answered that the books are away.
    pub away: AtomicU64,
    wrong: Mutex<Vec<(Wrong, String)>>,
}

pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Town {
    pub fn new(token: &str) -> Self {
        let psam = |place| Mutex::new(TestPsam::with(tid(place), Scheme::Seed));
        Self {
            line: Mutex::default(),
            changed: Condvar::new(),
            operator: Who::Operator(token.to_owned()),
            psams: (0..STATIONS).map(psam).collect(),
            heard: Mutex::default(),
            decided: Mutex::default(),
            broken: AtomicU64::new(0),
            away: AtomicU64::new(0),
            wrong: Mutex::default(),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Line)) {
        change(&mut locked(&self.line));
        self.changed.notify_all();
    }

    /// A server serves here.
    pub fn up(&self, address: &str) {
        self.change(|line| {
            line.turn += 1;
            line.address = Some(address.to_owned());
        });
    }

    pub fn down(&self) {
        self.change(|line| line.address = None);
    }

    /// The server that is there stays; everybody comes to an end.
    pub fn end(&self) {
        self.change(|line| line.is_over = true);
    }

    /// Nobody waits any more.
    pub fn break_off(&self) {
        self.change(|line| line.is_broken = true);
    }

    pub fn is_over(&self) -> bool {
        locked(&self.line).is_over
    }

    pub fn answered(&self) -> u64 {
        locked(&self.line).answered
    }

    pub fn found(&self, wrong: Wrong, what: String) {
        locked(&self.wrong).push((wrong, what));
    }

    pub fn wrong(&self) -> Vec<(Wrong, String)> {
        locked(&self.wrong).clone()
    }

    /// Waits until something is so.
    fn wait<T>(&self, what: &str, is_so: impl Fn(&Line) -> Option<T>) -> T {
        let mut line = locked(&self.line);
        loop {
            assert!(!line.is_broken, "broken off");
            if let Some(value) = is_so(&line) {
                return value;
            }
            let (next, waited) = self.changed.wait_timeout(line, PATIENCE).unwrap();
            line = next;
            assert!(!waited.timed_out(), "nothing happens: {what}");
        }
    }

    /// Waits for so many answers.
    pub fn wait_answered(&self, count: u64) {
        self.wait("answers", |line| (line.answered >= count).then_some(()));
    }

    /// Waits for a server after this turn.
    pub fn server_after(&self, turn: u64) -> (u64, String) {
        self.wait("a server", |line| {
            line.address.clone().filter(|_| line.turn > turn).map(|address| (line.turn, address))
        })
    }

    /// A moment at random: nobody waits for anything.
    pub fn idle(&self, micros: u64) {
        let line = locked(&self.line);
        let moment = Duration::from_micros(micros);
        drop(self.changed.wait_timeout_while(line, moment, |line| !line.is_broken).unwrap());
    }
}

/// One client of the town, with its connection to the server of this turn.
pub struct Caller<'a> {
    pub town: &'a Town,
    turn: u64,
    client: Client,
}

impl<'a> Caller<'a> {
    pub fn new(town: &'a Town) -> Self {
        let (turn, address) = town.server_after(0);
        Self { town, turn, client: Client::new(&address) }
    }

    /// Which server it speaks to.
    pub const fn turn(&self) -> u64 {
        self.turn
    }

    /// Asks until there is an answer; what was not answered is asked again.
    pub fn ask(&mut self, who: &Who, path: &str, body: Option<&Value>) -> Answered {
        loop {
            let answered = match body {
                Some(body) => self.client.post(who, path, body),
                None => self.client.get(who, path),
            };
            match answered {
                Ok(answered) if answered.status < 500 => {
                    self.town.change(|line| line.answered += 1);
                    return answered;
                }
                Ok(answered) => {
                    assert!(answered.is_retryable(), "{path}: {answered:?}");
                    self.town.away.fetch_add(1, Ordering::Relaxed);
                    // Sooner than the second that the answer asks for, so that it is asked while all is broken.
                    self.town.idle(10_000);
                }
                Err(_) => {
                    self.town.broken.fetch_add(1, Ordering::Relaxed);
                    let (turn, address) = self.town.server_after(self.turn);
                    (self.turn, self.client) = (turn, Client::new(&address));
                }
            }
        }
    }

    /// The same, when only one answer will do.
    pub fn well(&mut self, who: &Who, path: &str, body: Option<&Value>) -> Value {
        let answered = self.ask(who, path, body);
        assert_eq!(answered.status, 200, "{path} {body:?}: {}", answered.document);
        answered.document
    }

    /// Takes cards and PSAMs into the books, as everybody does, at once.
    pub fn register(&mut self) {
        let operator = self.town.operator.clone();
        for card in 0..CARDS {
            let ed =
                json!({ "balance": crate::support::OPENING, "ctc": crate::support::FIRST_CTC });
            let body = json!({ "asn": asn(card).to_string(), "ed": ed });
            self.well(&operator, "/v1/cards", Some(&body));
        }
        for place in 0..STATIONS {
            let tid = tid(place);
            let body = json!({ "tid": tid.to_string(), "station": station(tid) });
            self.well(&operator, "/v1/psams", Some(&body));
        }
    }
}

/// Whoever waits is released when the hand that kills fails.
pub struct Release<'a>(pub &'a Town);

impl Drop for Release<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.break_off();
        }
    }
}
