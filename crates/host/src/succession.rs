//! Settled by succession (protocol §9): the card went on, so the lock's debit happened, and
//! the chain of balances says which one it was.

use std::collections::{BTreeMap, BTreeSet};

use wire::{Amount, LockId};

use crate::books::Books;
use crate::facts::{Number, OnlineChange, Sighting};
use crate::filed::{LockFacts, home, names_at, units};
use crate::notice::Code;
use crate::purchase::PurchaseCase;

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

/// What a card's later locks say about something that may have used a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Watched {
    /// Too little is known.
    NotYet,
    /// The balances agree only if it did.
    Used,
    /// They agree only if it did not, or the card stood at the number later.
    NotUsed,
    /// They agree in neither way.
    Disagrees,
}

/// How one chain fits one sighting.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Chain {
    /// It does: by ways that use what is watched, by ways that do not, or both.
    Agrees(BTreeSet<bool>),
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
            let start = (next, starts(after, 0..=changes.len()));
            match chain(books, &changes, start, &sighting, None) {
                Chain::Agrees(_) => drop(fitting.insert(candidate.amount)),
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

/// Judges a purchase of which nobody knows whether the card paid, between what the card proved
/// before its number and what it proved after it. No code of a purchase proves a balance, so its
/// own is not asked.
pub(crate) fn judge_purchase(books: &impl Books, case: &PurchaseCase) -> Watched {
    let LockId { asn, purse, ctc, .. } = case.terms.id;
    if is_taken(books, case) {
        return Watched::NotUsed;
    }
    let after = books.sightings_from(asn, purse, ctc.saturating_add(1));
    if after.is_empty() {
        return Watched::NotYet;
    }
    let changes = books.changes(asn, purse);
    let (mut ways, mut broken) = (BTreeSet::new(), false);
    for start in anchors(books, case, &changes) {
        for sighting in nearest(&after) {
            let watched = Some(case.number());
            match chain(books, &changes, start.clone(), &sighting, watched) {
                Chain::Agrees(found) => ways.extend(found),
                Chain::Broken => broken = true,
                Chain::Differs => {}
            }
        }
    }
    match (ways.contains(&true), ways.contains(&false)) {
        (true, false) => Watched::Used,
        (false, true) => Watched::NotUsed,
        (false, false) if !broken => Watched::Disagrees,
        _ => Watched::NotYet,
    }
}

/// True when something else proves to have used the number: the card was locked under it, or
/// paid another purchase.
fn is_taken(books: &impl Books, case: &PurchaseCase) -> bool {
    let LockId { asn, purse, ctc, .. } = case.terms.id;
    let others = books.purchases_at(asn, purse, ctc);
    let paid = others.iter().any(|other| other.paid.is_some() && other.mac2_proved);
    paid || !books.sightings_at(asn, purse, ctc).is_empty()
}

/// Where a chain may begin: the purse as it was issued, and the last locks that the card proved
/// below the number.
fn anchors(
    books: &impl Books,
    case: &PurchaseCase,
    changes: &[OnlineChange],
) -> Vec<(u16, BTreeSet<Point>)> {
    let LockId { asn, purse, ctc, .. } = case.terms.id;
    let opening = books.card(asn).map(|card| card.opening.openings[purse.index()]);
    let opened = opening.map(|opened| (opened.ctc, starts(units(opened.balance), 0..=0)));
    let mut seen = books.sightings_from(asn, purse, 0);
    seen.retain(|sighting| sighting.lock.ctc < ctc);
    let last = seen.iter().map(|sighting| sighting.lock.ctc).max();
    let last = seen.into_iter().filter(|sighting| Some(sighting.lock.ctc) == last);
    let seen = last.map(|sighting| {
        let points = starts(units(sighting.balance), 0..=changes.len());
        (sighting.lock.ctc, points)
    });
    let seen: Vec<_> = seen.collect();
    // What a card proved last says more than how it began.
    if seen.is_empty() {
        opened.into_iter().filter(|(first, _)| *first <= ctc).collect()
    } else {
        seen
    }
}

/// A balance, how many of the known loads and unloads are in it, and whether what is watched is.
type Point = (i64, usize, bool);

fn starts(balance: i64, used: impl IntoIterator<Item = usize>) -> BTreeSet<Point> {
    used.into_iter().map(|used| (balance, used, false)).collect()
}

/// Follows the known locks and purchases from (CTC, balance) to a sighting. Loads and unloads may
/// lie between any two of them, in their order.
fn chain(
    books: &impl Books,
    changes: &[OnlineChange],
    (ctc, points): (u16, BTreeSet<Point>),
    end: &Sighting,
    watched: Option<Number>,
) -> Chain {
    let mut reached = BTreeMap::from([(ctc, points)]);
    let mut broken = false;
    while let Some((ctc, points)) = reached.pop_first() {
        let points = with_changes(&points, changes);
        if ctc == end.lock.ctc {
            return match met(&points, changes, end) {
                met if !met.is_empty() => Chain::Agrees(met),
                _ if broken => Chain::Broken,
                _ => Chain::Differs,
            };
        }
        let steps = if ctc < end.lock.ctc { steps_at(books, end, ctc) } else { Vec::new() };
        broken |= steps.is_empty();
        for step in steps {
            let Some(next) = ctc.checked_add(step.numbers) else { continue };
            let after = after_step(&points, &step, watched);
            reached.entry(next).or_default().extend(after);
        }
    }
    Chain::Broken
}

/// The points that are what the card proved, each by whether what is watched is in it.
fn met(points: &BTreeSet<Point>, changes: &[OnlineChange], end: &Sighting) -> BTreeSet<bool> {
    let used_up = |used: usize| match end.otc {
        Some(otc) => changes.iter().take_while(|change| change.otc < otc).count() == used,
        None => true,
    };
    let fits = |(balance, used, _): &&Point| *balance == units(end.balance) && used_up(*used);
    points.iter().filter(fits).map(|(_, _, watched)| *watched).collect()
}

fn with_changes(points: &BTreeSet<Point>, changes: &[OnlineChange]) -> BTreeSet<Point> {
    let mut reached = points.clone();
    for (balance, used, watched) in points {
        let (mut balance, mut used) = (*balance, *used);
        for change in changes.get(used..).unwrap_or(&[]) {
            balance = balance.saturating_add(change.by);
            used += 1;
            reached.insert((balance, used, *watched));
        }
    }
    reached
}

/// One way in which a number may have been used.
struct ChainStep {
    /// A lock and its debit use two numbers, a purchase one.
    numbers: u16,
    /// Balance before it, where it is proved.
    locked: Option<Amount>,
    amount: Amount,
    purchase: Option<Number>,
}

fn steps_at(books: &impl Books, end: &Sighting, ctc: u16) -> Vec<ChainStep> {
    let names = names_at(books, end.lock.asn, end.lock.purse, ctc);
    let homes = names.into_iter().filter(|name| home(books, *name) == *name);
    let locks = homes.flat_map(|lock| {
        let facts = LockFacts::load(books, lock);
        let locked = facts.balance();
        let step = move |candidate: Candidate| {
            let amount = candidate.amount;
            ChainStep { numbers: 2, locked, amount, purchase: None }
        };
        facts.candidates().into_iter().map(step)
    });
    let mut steps: Vec<ChainStep> = locks.collect();
    let purchases = books.purchases_at(end.lock.asn, end.lock.purse, ctc);
    let may_be = purchases.iter().filter(|case| case.paid.is_some() || !is_taken(books, case));
    steps.extend(may_be.map(|case| ChainStep {
        numbers: 1,
        locked: None,
        amount: case.terms.amount,
        purchase: Some(case.number()),
    }));
    steps
}

fn after_step(
    points: &BTreeSet<Point>,
    step: &ChainStep,
    watched: Option<Number>,
) -> BTreeSet<Point> {
    let fits = |(balance, ..): &&Point| step.locked.is_none_or(|locked| units(locked) == *balance);
    let is_watched = step.purchase.is_some() && step.purchase == watched;
    let after =
        |(balance, used, seen): &Point| (balance - units(step.amount), *used, *seen || is_watched);
    points.iter().filter(fits).map(after).collect()
}
