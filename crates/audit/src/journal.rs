//! A journal against itself and against other journals.

use std::collections::{BTreeMap, BTreeSet};

use terminal::Progress;
use terminal::lock::MOST_VOIDS;
use terminal::price::amount_of;
use wire::{Certified, Delivery, LockId, LockTerms, Tid, Ttc};

use crate::facts::JournalFacts;
use crate::finding::{Finding, Note};
use crate::index::Index;
use crate::known::{Record, cents, delivered, rank};
use crate::log::range;
use crate::verdict::Report;

/// Every check that needs journals only.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) {
    for journal in &index.facts.journals {
        for (key, progress) in &journal.locks {
            numbered(journal, *key, progress, report);
            service(journal, progress, report);
        }
        let mut locks: Vec<&((Tid, Ttc), Progress)> = journal.locks.iter().collect();
        locks.sort_by_key(|(key, _)| *key);
        holes(journal, report);
        totalizers(journal, &locks, report);
    }
    for (key, records) in &index.records {
        for (at, one) in records.iter().enumerate() {
            for other in records.iter().skip(at + 1) {
                agree(*key, one, other, report);
            }
        }
    }
}

fn numbered(journal: &JournalFacts, key: (Tid, Ttc), progress: &Progress, report: &mut Report) {
    let Some(terms) = progress.terms() else { return };
    if (terms.id.tid, terms.id.ttc) != key {
        let evidence = format!("{}: under {}/{} stands {}", journal.name, key.0, key.1, terms.id);
        report.problem(Finding::RecordUnderWrongNumber, 0, evidence);
    }
}

/// The parts of a lock on which something may have flowed.
const fn parts(progress: &Progress) -> Option<(&LockTerms, &Certified, Option<&Delivery>)> {
    match progress {
        Progress::Locked(terms, certified) => Some((terms, certified, None)),
        Progress::Delivered(terms, certified, delivery) => Some((terms, certified, Some(delivery))),
        Progress::Claimed(record) | Progress::Settled(record, _) => {
            Some((&record.terms, &record.certified, Some(&record.delivery)))
        }
        Progress::LockSent(_) | Progress::NoDispense(_) | Progress::Void(_) => None,
    }
}

/// Delivered ≤ ceiling ≤ balance, and amount = min(quantity × price, ceiling) (protocol §9).
fn service(journal: &JournalFacts, progress: &Progress, report: &mut Report) {
    let Some((terms, certified, delivery)) = parts(progress) else { return };
    let place = format!("{}: {}", journal.name, terms.id);
    let above = cents(certified.ceiling) - cents(terms.balance);
    if above > 0 {
        let evidence =
            format!("{place}: ceiling {} above balance {}", certified.ceiling, terms.balance);
        report.problem(Finding::CeilingAboveBalance, above, evidence);
    }
    let Some(delivery) = delivery else { return };
    let above = cents(delivery.amount) - cents(certified.ceiling);
    if above > 0 {
        let evidence =
            format!("{place}: charged {} above ceiling {}", delivery.amount, certified.ceiling);
        report.problem(Finding::AmountAboveCeiling, above, evidence);
        return;
    }
    let Certified { unit_price, rounding, ceiling, .. } = *certified;
    let right = amount_of(delivery.quantity, unit_price, rounding, ceiling);
    if right != delivery.amount {
        let evidence = format!(
            "{place}: {} × {unit_price} is {right}, charged {}",
            delivery.quantity, delivery.amount
        );
        let off = cents(delivery.amount) - cents(right);
        report.problem(Finding::AmountDoesNotFitQuantity, off, evidence);
    }
}

/// Numbers that a journal skipped and did not declare void: locks and purchases share them.
fn holes(journal: &JournalFacts, report: &mut Report) {
    let locks = journal.locks.iter().map(|(number, _)| *number);
    let purchases = journal.purchases.iter().map(|purchase| (purchase.id.tid, purchase.id.ttc));
    let numbers: BTreeSet<(Tid, Ttc)> = locks.chain(purchases).collect();
    let numbers: Vec<(Tid, Ttc)> = numbers.into_iter().collect();
    for pair in numbers.windows(2) {
        let [(tid, low), (next_tid, high)] = pair else { continue };
        let skipped = high.0.saturating_sub(low.0).saturating_sub(1);
        if tid == next_tid && (1..=MOST_VOIDS).contains(&skipped) {
            let first = low.0.saturating_add(1);
            let shown = match (u16::try_from(first), u16::try_from(high.0)) {
                (Ok(first), Ok(end)) => range(first, end),
                _ => format!("{first} up to {high}"),
            };
            let evidence = format!("{}: {tid} skips TTC {shown}", journal.name);
            report.state(Note::NumbersSkipped, 0, None, evidence);
        }
    }
}

/// A nozzle's totalizer only counts up and gives the quantity: what flowed once was delivered
/// under one lock, whichever PSAM made it.
fn totalizers(journal: &JournalFacts, locks: &[&((Tid, Ttc), Progress)], report: &mut Report) {
    let mut flows: Vec<(u8, u64, u64, u64, LockId)> = Vec::new();
    for (_, progress) in locks {
        let Some((terms, certified, delivery)) = parts(progress) else { continue };
        let before = certified.totalizer_before;
        let after = delivery.map_or(before, |delivery| delivery.totalizer_after);
        let flowed = delivery.map_or(0, |delivery| delivery.quantity);
        flows.push((certified.nozzle, before, after, flowed, terms.id));
    }
    flows.sort_unstable();
    let mut nozzles: BTreeMap<u8, u64> = BTreeMap::new();
    for (nozzle, before, after, flowed, lock) in flows {
        let stood = nozzles.insert(nozzle, after.max(before)).unwrap_or(0);
        if stood > before || before.checked_add(flowed) != Some(after) {
            let evidence = format!(
                "{}: {lock} nozzle {nozzle}: stood at {stood}, then {before} to {after} for {flowed}",
                journal.name
            );
            report.problem(Finding::TotalizerBroken, 0, evidence);
        }
    }
}

/// One entry may have got further than the other; what both hold is the same.
fn agree(key: (Tid, Ttc), one: &Record<'_>, other: &Record<'_>, report: &mut Report) {
    let (less, more) = match rank(one.progress) <= rank(other.progress) {
        true => (one.progress, other.progress),
        false => (other.progress, one.progress),
    };
    let same_parts = match (parts(less), parts(more)) {
        (Some((_, one, None)), Some((_, two, _))) => one == two,
        (Some((_, one, Some(first))), Some((_, two, Some(second)))) => {
            one == two && first == second
        }
        (Some(_), _) => false,
        (None, Some(_)) => matches!(less, Progress::LockSent(_)),
        (None, None) => rank(less) == rank(more) || may_become(less, more),
    };
    let same_terms =
        less.terms().is_none() || more.terms().is_none() || less.terms() == more.terms();
    let same_claim = match (less.record(), more.record()) {
        (Some(first), Some(second)) => first.claim == second.claim,
        _ => true,
    };
    if same_parts && same_terms && same_claim {
        return;
    }
    let amount = |record: &Record<'_>| delivered(record.progress).map_or(0, cents);
    let evidence = format!(
        "{}/{}: {} has {} over {}, {} has {} over {}",
        key.0,
        key.1,
        one.journal,
        one.progress.name(),
        amount(one),
        other.journal,
        other.progress.name(),
        amount(other)
    );
    report.problem(Finding::JournalsDisagree, amount(one) - amount(other), evidence);
}

/// `lock_sent` may have ended as void or no dispense; those two exclude each other.
const fn may_become(less: &Progress, more: &Progress) -> bool {
    matches!(
        (less, more),
        (Progress::LockSent(_), Progress::NoDispense(_))
            | (Progress::Void(_), Progress::LockSent(_))
    )
}
