//! The two hunters, each with one fault in, or with none.

use std::thread;
use std::time::{Duration, Instant};

use seeded::Bug;
use sim::run::{Order, first_failure};

use crate::bounds::{BOUNDS, SEED, STEPS, THREADS, TRANSACTIONS};

/// What came of a fault.
pub(crate) struct Hunted {
    /// `None` is the code as it is.
    pub(crate) bug: Option<Bug>,
    pub(crate) simulation: Catch,
    pub(crate) model: Catch,
}

/// What one hunter has to say.
pub(crate) struct Catch {
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
}

/// What one hunter saw.
#[derive(PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It cannot meet this fault.
    NotAsked,
    /// Nothing; it looked at so many transactions or states.
    Nothing(u64),
    /// Something: after how much, and what.
    Found { after: String, what: String },
    /// It broke down itself, and that proves nothing.
    Broken(&'static str),
}

impl Verdict {
    pub(crate) const fn found(&self) -> bool {
        matches!(self, Self::Found { .. })
    }
}

/// Plants a fault, lets both look for it side by side, and takes it out again.
pub(crate) fn hunt(bug: Option<Bug>) -> Hunted {
    seeded::plant(bug);
    let simulation = thread::spawn(|| timed(by_simulation));
    let model = thread::spawn(move || timed(if met_by_model(bug) { by_model } else { not_asked }));
    let broken = |_| Catch { verdict: Verdict::Broken("it panicked"), took: Duration::ZERO };
    let simulation = simulation.join().unwrap_or_else(broken);
    let model = model.join().unwrap_or_else(broken);
    seeded::plant(None);
    Hunted { bug, simulation, model }
}

/// The model has cards, PSAMs and memories of its own: of those crates it runs no line.
fn met_by_model(bug: Option<Bug>) -> bool {
    bug.is_none_or(|bug| !["card", "psam", "nvm"].contains(&bug.krate()))
}

fn timed(look: fn() -> Verdict) -> Catch {
    let start = Instant::now();
    let verdict = look();
    Catch { verdict, took: start.elapsed() }
}

const fn not_asked() -> Verdict {
    Verdict::NotAsked
}

fn by_simulation() -> Verdict {
    let (transactions, wrong) = first_failure(&Order::new(SEED, TRANSACTIONS));
    match wrong.into_iter().next() {
        Some(what) => Verdict::Found { after: format!("{transactions} transactions"), what },
        None => Verdict::Nothing(transactions),
    }
}

fn by_model() -> Verdict {
    let mut states = 0;
    for bounds in BOUNDS {
        let found = model::check(bounds, THREADS, Some(STEPS), |_| {});
        states += found.states as u64;
        if found.violation.is_none() && !found.whole {
            return Verdict::Broken("the model did not come to its end");
        }
        if let Some(violation) = found.violation {
            let after = format!("{states} states, depth {}", violation.trace.len());
            return Verdict::Found { after, what: violation.rule.to_owned() };
        }
    }
    Verdict::Nothing(states)
}
