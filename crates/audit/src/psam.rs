//! PSAMs against the journals of their terminals (protocol §8).

use terminal::Progress;
use wire::Ttc;

use crate::facts::{PsamFacts, PsamLock};
use crate::finding::Finding;
use crate::index::Index;
use crate::known::{Record, cents, delivered};
use crate::verdict::Report;

/// Every check of a PSAM.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) {
    for (at, psam) in index.facts.psams.iter().enumerate() {
        if let Some(first) = index.facts.psams.iter().take(at).find(|first| first.tid == psam.tid) {
            let evidence = format!("{} and {} are both {}", first.name, psam.name, psam.tid);
            report.problem(Finding::PsamGivenTwice, 0, evidence);
        }
        numbers(index, psam, report);
        for lock in &psam.locks {
            with_journal(index, psam, lock, report);
        }
    }
}

/// Every TTC in use was drawn, and none is there twice.
fn numbers(index: &Index<'_>, psam: &PsamFacts, report: &mut Report) {
    let (tid, next) = (psam.tid, psam.next_ttc);
    let in_journals = index.records.range((tid, next)..=(tid, Ttc(u32::MAX)));
    let own = psam.locks.iter().map(|lock| lock.id.ttc).filter(|ttc| *ttc >= next);
    if let Some(highest) = in_journals.map(|((_, ttc), _)| *ttc).chain(own).max() {
        let evidence = format!("{}: draws TTC {next} next, but {highest} is in use", psam.name);
        report.problem(Finding::PsamBehindItsJournal, 0, evidence);
    }
    for (at, lock) in psam.locks.iter().enumerate() {
        if psam.locks.iter().take(at).any(|other| other.id.ttc == lock.id.ttc) {
            let evidence = format!("{}: TTC {} is there twice", psam.name, lock.id.ttc);
            report.problem(Finding::TtcRepeated, 0, evidence);
        }
    }
}

fn with_journal(index: &Index<'_>, psam: &PsamFacts, lock: &PsamLock, report: &mut Report) {
    let Some(record) = index.entry(psam.tid, lock.id.ttc) else {
        if lock.certified && index.journal_tells(psam.tid, lock.id.ttc) {
            let evidence = format!("{}: certified {}, not in the journal", psam.name, lock.id);
            let amount = lock.given.map_or(0, cents);
            report.problem(Finding::PsamLockWithoutRecord, amount, evidence);
        }
        return;
    };
    if matches!(record.progress, Progress::Void(_)) {
        if lock.certified {
            let evidence = format!(
                "{}: certified {}, which {} calls void",
                psam.name, lock.id, record.journal
            );
            report.problem(Finding::VoidLockWasMade, 0, evidence);
        }
        return;
    }
    terms(psam, lock, &record, report);
    gmac(psam, lock, &record, report);
}

fn terms(psam: &PsamFacts, lock: &PsamLock, record: &Record<'_>, report: &mut Report) {
    let Some(terms) = record.progress.terms() else { return };
    let off = cents(lock.balance) - cents(terms.balance);
    if terms.id != lock.id || off != 0 {
        let evidence = format!(
            "{} has {} with {}, {} has {} with {}",
            psam.name, lock.id, lock.balance, record.journal, terms.id, terms.balance
        );
        report.problem(Finding::LockDisagreesWithRecord, off, evidence);
    }
}

/// The GMAC was asked for after `delivered` was durable, for that amount.
fn gmac(psam: &PsamFacts, lock: &PsamLock, record: &Record<'_>, report: &mut Report) {
    let given = lock.given.map(cents);
    let amount = delivered(record.progress).map(cents);
    let claimed = record.progress.record().is_some();
    // A certified lock that was given up before `locked` is freed by a GMAC over nothing.
    let given_up = matches!(record.progress, Progress::NoDispense(_)) && given == Some(0);
    if given == amount || given_up || (given.is_none() && !claimed) {
        return;
    }
    let off = given.unwrap_or(0) - amount.unwrap_or(0);
    let in_words = |amount: Option<i64>| amount.map_or("none".to_owned(), |a| a.to_string());
    let evidence = format!(
        "{}: {}: GMAC over {}, {} has {} over {}",
        psam.name,
        lock.id,
        in_words(given),
        record.journal,
        record.progress.name(),
        in_words(amount)
    );
    report.problem(Finding::GmacDisagreesWithRecord, off, evidence);
}
