//! Settled by succession (protocol §9): the card went on, so the lock's debit happened, and
//! the chain of balances says which one it was.

use std::collections::BTreeSet;

use wire::{Amount, LockId};

use crate::books::Books;
use crate::facts::{OnlineChange, Sighting};
use crate::filed::{LockFacts, home, names_at, units};
use crate::notice::Code;

/// The nearest CTCs at which the card was seen again and that are judged; farther ones only
/// make the chain longer.
const NEAREST: usize = 3;

/// One way in which a card may have left a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Candidate {
    pub(crate) amount: Amount,
    /// The OTC that it used, on-line.
    pub(crate) online: Option<u16>,
}

/// What the card's later locks say about this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Succession {
    /// The card was not seen at CTC n + 2 or above.
    NotYet,
    /// It was, and exactly this amount fits.
    Fits(Amount),
    /// It was, but numbers in between are not known.
    Gap,
    /// It was, and nothing that is known fits.
    Disagrees,
    /// It was, and more than one answer of the centre fits.
    Ambiguous,
}

impl Succession {
    /// Why it does not settle the lock, once the card went on.
    pub(crate) const fn reason(self) -> Option<Code> {
        match self {
            Self::NotYet | Self::Fits(_) => None,
            Self::Gap => Some(Code::SuccessionGap),
            Self::Disagrees => Some(Code::SuccessionDisagrees),
            Self::Ambiguous => Some(Code::EndingAmbiguous),
        }
    }
}

/// How one candidate fits one sighting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Chain {
    Agrees,
    Broken,
    Differs,
}

/// Judges a lock by the sightings of its purse at CTC n + 2 and above.
pub(crate) fn judge(books: &impl Books, facts: &LockFacts) -> Succession {
    let LockId { asn, purse, ctc, .. } = facts.lock;
    let (Some(balance), Some(next)) = (facts.balance(), ctc.checked_add(2)) else {
        return Succession::NotYet;
    };
    let seen = books.sightings_from(asn, purse, next);
    let candidates = still_possible(facts.candidates(), &seen);
    if seen.is_empty() || candidates.is_empty() {
        return Succession::NotYet;
    }
    let changes = books.changes(asn, purse);
    let mut fitting = BTreeSet::new();
    let mut broken = false;
    for candidate in candidates {
        let after = units(balance) - units(candidate.amount);
        for sighting in nearest(&seen) {
            match chain(books, &changes, (next, after), &sighting) {
                Chain::Agrees => drop(fitting.insert(candidate.amount)),
                Chain::Broken => broken = true,
                Chain::Differs => {}
            }
        }
    }
    match (fitting.len(), fitting.first()) {
        (1, Some(amount)) => Succession::Fits(*amount),
        (0, _) if broken => Succession::Gap,
        (0, _) => Succession::Disagrees,
        _ => Succession::Ambiguous,
    }
}

/// An answer of the centre whose OTC the card had not used when it was seen later is dead.
fn still_possible(candidates: Vec<Candidate>, seen: &[Sighting]) -> Vec<Candidate> {
    let unused = |otc: u16| seen.iter().any(|sighting| sighting.otc.is_some_and(|now| now <= otc));
    candidates.into_iter().filter(|candidate| !candidate.online.is_some_and(unused)).collect()
}

fn nearest(seen: &[Sighting]) -> Vec<Sighting> {
    let ctcs: BTreeSet<u16> = seen.iter().map(|sighting| sighting.lock.ctc).collect();
    let last = ctcs.into_iter().take(NEAREST).next_back();
    seen.iter().filter(|sighting| Some(sighting.lock.ctc) <= last).copied().collect()
}

/// A balance, and how many of the known loads and unloads are in it.
type Point = (i64, usize);

/// Follows the known locks from (CTC, balance) to a sighting. Loads and unloads may lie
/// between any two locks, in their order.
fn chain(books: &impl Books, changes: &[OnlineChange], start: (u16, i64), end: &Sighting) -> Chain {
    let (mut ctc, balance) = start;
    let mut points: BTreeSet<Point> = (0..=changes.len()).map(|used| (balance, used)).collect();
    loop {
        points = with_changes(&points, changes);
        if ctc == end.lock.ctc {
            let used_up = |used: usize| match end.otc {
                Some(otc) => changes.iter().take_while(|change| change.otc < otc).count() == used,
                None => true,
            };
            let met = |(balance, used): &Point| *balance == units(end.balance) && used_up(*used);
            return if points.iter().any(met) { Chain::Agrees } else { Chain::Differs };
        }
        let steps = steps_at(books, end, ctc);
        if ctc > end.lock.ctc || steps.is_empty() {
            return Chain::Broken;
        }
        points = after_lock(&points, &steps);
        let Some(next) = ctc.checked_add(2) else { return Chain::Broken };
        ctc = next;
    }
}

fn with_changes(points: &BTreeSet<Point>, changes: &[OnlineChange]) -> BTreeSet<Point> {
    let mut reached = points.clone();
    for (balance, used) in points {
        let (mut balance, mut used) = (*balance, *used);
        for change in changes.get(used..).unwrap_or(&[]) {
            balance = balance.saturating_add(change.by);
            used += 1;
            reached.insert((balance, used));
        }
    }
    reached
}

/// Balance at a lock and what may have been debited under it.
type LockStep = (Option<Amount>, Amount);

fn steps_at(books: &impl Books, end: &Sighting, ctc: u16) -> Vec<LockStep> {
    let names = names_at(books, end.lock.asn, end.lock.purse, ctc);
    let homes = names.into_iter().filter(|name| home(books, *name) == *name);
    homes
        .flat_map(|lock| {
            let facts = LockFacts::load(books, lock);
            let balance = facts.balance();
            facts.candidates().into_iter().map(move |candidate| (balance, candidate.amount))
        })
        .collect()
}

fn after_lock(points: &BTreeSet<Point>, steps: &[LockStep]) -> BTreeSet<Point> {
    let mut reached = BTreeSet::new();
    for (balance, used) in points {
        for (locked, amount) in steps {
            if locked.is_none_or(|locked| units(locked) == *balance) {
                reached.insert((balance - units(*amount), *used));
            }
        }
    }
    reached
}
