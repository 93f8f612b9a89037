//! A grey card's lock against whoever else knows it.

use terminal::Progress;
use wire::LockTerms;

use crate::facts::{CardFacts, GreyFacts, OutcomeKind};
use crate::finding::{Finding, Note};
use crate::index::Index;
use crate::known::{Record, cents};
use crate::verdict::Report;

/// Every grey card given.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) {
    for card in index.cards.values() {
        let Some(lock) = &card.lock else { continue };
        let mut explained = with_journal(index, card, lock, report);
        explained |= with_psam(index, card, lock, report);
        explained |= with_host(index, card, lock, report);
        if !explained {
            unexplained(index, card, lock, report);
        }
        undecided(index, card, lock, report);
    }
}

fn with_journal(
    index: &Index<'_>,
    card: &CardFacts,
    lock: &GreyFacts,
    report: &mut Report,
) -> bool {
    let Some(record) = index.entry(lock.id.tid, lock.id.ttc) else { return false };
    if matches!(record.progress, Progress::Void(_)) {
        let evidence =
            format!("{} is grey under {}, which {} calls void", card.name, lock.id, record.journal);
        report.problem(Finding::VoidLockWasMade, 0, evidence);
    } else if let Some(terms) = record.progress.terms() {
        let fields = differing(lock, terms, &record);
        if !fields.is_empty() {
            let evidence = format!(
                "{} is grey under {}; {} has another {}",
                card.name,
                lock.id,
                record.journal,
                fields.join(", ")
            );
            let off = cents(lock.balance) - cents(terms.balance);
            report.problem(Finding::LockDisagreesWithRecord, off, evidence);
        }
    }
    true
}

/// What must agree for a local unlock (protocol §9), and what else the lock is made of.
fn differing(lock: &GreyFacts, terms: &LockTerms, record: &Record<'_>) -> Vec<&'static str> {
    let certified = match record.progress {
        Progress::Locked(_, certified) | Progress::Delivered(_, certified, _) => Some(certified),
        Progress::Claimed(record) | Progress::Settled(record, _) => Some(&record.certified),
        _ => None,
    };
    let codes = |agree: fn(&wire::Certified, &GreyFacts) -> bool| {
        certified.is_none_or(|certified| agree(certified, lock))
    };
    let fields = [
        (lock.id == terms.id, "lock id"),
        (lock.balance == terms.balance, "balance"),
        ((lock.date, lock.time) == (terms.at.date, terms.at.time), "date or time"),
        (lock.icc == terms.icc, "ICC"),
        (lock.trn == terms.trn, "TRN"),
        (codes(|certified, lock| certified.mac2 == lock.mac2), "MAC2"),
        (codes(|certified, lock| certified.gtac == lock.gtac), "GTAC"),
    ];
    fields.into_iter().filter(|(agrees, _)| !agrees).map(|(_, field)| field).collect()
}

/// Whether a PSAM knows it; one that is certified stands in for a journal that was lost.
fn with_psam(index: &Index<'_>, card: &CardFacts, lock: &GreyFacts, report: &mut Report) -> bool {
    let pending = index.facts.psams.iter().flat_map(|psam| &psam.locks);
    let mut same = pending.filter(|at| (at.id.tid, at.id.ttc) == (lock.id.tid, lock.id.ttc));
    let Some(pending) = same.next() else { return false };
    if pending.id != lock.id || pending.balance != lock.balance {
        let evidence = format!(
            "{} is grey under {} with {}; the PSAM has {} with {}",
            card.name, lock.id, lock.balance, pending.id, pending.balance
        );
        let off = cents(lock.balance) - cents(pending.balance);
        report.problem(Finding::LockDisagreesWithRecord, off, evidence);
    }
    pending.certified
}

fn with_host(index: &Index<'_>, card: &CardFacts, lock: &GreyFacts, report: &mut Report) -> bool {
    let outcomes = index.outcomes.get(&(lock.id.tid, lock.id.ttc));
    let Some(outcome) = outcomes.and_then(|outcomes| outcomes.first()) else { return false };
    if outcome.kind == OutcomeKind::Void {
        let evidence =
            format!("{} is grey under {}, which the centre has as void", card.name, lock.id);
        report.problem(Finding::VoidLockWasMade, 0, evidence);
    } else if outcome.id.is_some_and(|id| id != lock.id) {
        let evidence = format!(
            "{} is grey under {}; the centre has another lock under that number",
            card.name, lock.id
        );
        report.problem(Finding::LockDisagreesWithRecord, 0, evidence);
    }
    true
}

fn unexplained(index: &Index<'_>, card: &CardFacts, lock: &GreyFacts, report: &mut Report) {
    if index.journal_tells(lock.id.tid, lock.id.ttc) {
        let evidence =
            format!("{} is grey under {}; that terminal's journal lacks it", card.name, lock.id);
        report.problem(Finding::GreyCardWithoutRecord, 0, evidence);
    } else {
        let evidence =
            format!("{} is grey under {}; no journal that tells was given", card.name, lock.id);
        let balance = cents(lock.balance);
        report.state(Note::GreyWithoutRecord, balance, Some(lock.id), evidence);
    }
}

fn undecided(index: &Index<'_>, card: &CardFacts, lock: &GreyFacts, report: &mut Report) {
    let Some(known) = index.locks.get(&lock.id).filter(|_| index.facts.host.is_some()) else {
        return;
    };
    if known.decisions.is_empty() {
        let how = match known.claimed() {
            Some(amount) => format!("its record over {amount} frees it at any terminal"),
            None => "no record frees it".to_owned(),
        };
        let evidence = format!("{} is grey under {}; {how}", card.name, lock.id);
        report.state(Note::GreyWithoutDecision, cents(lock.balance), Some(lock.id), evidence);
    }
}
