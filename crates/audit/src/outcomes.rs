//! What the centre heard against the stations' journals (protocol §9).

use terminal::Progress;

use crate::facts::{OutcomeFacts, OutcomeKind, SettledBy};
use crate::finding::{Finding, Note};
use crate::index::Index;
use crate::known::{Record, cents, delivered};
use crate::verdict::Report;

/// Outcomes against entries, then entries that the centre has not heard of.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) {
    if index.facts.host.is_none() {
        return;
    }
    for outcome in index.outcomes.values().flatten() {
        heard(index, outcome, report);
    }
    for (key, records) in &index.records {
        if let Some(record) = records.first().and_then(|_| index.entry(key.0, key.1)) {
            let heard = index.outcomes.get(key).and_then(|outcomes| outcomes.first());
            unheard(key, &record, heard.copied(), report);
        }
    }
}

fn heard(index: &Index<'_>, outcome: &OutcomeFacts, report: &mut Report) {
    let (tid, ttc) = (outcome.tid, outcome.ttc);
    if outcome.kind == OutcomeKind::Quarantined {
        let evidence = format!("{tid}/{ttc}: over {}", outcome.amount);
        report.state(Note::Quarantined, cents(outcome.amount), outcome.id, evidence);
        return;
    }
    settled_for_its_amount(outcome, report);
    let Some(record) = index.entry(tid, ttc) else {
        let purchase = outcome.kind == OutcomeKind::Void && index.has_purchase(tid, ttc);
        if index.journal_tells(tid, ttc) && !purchase {
            let evidence = format!(
                "{tid}/{ttc}: the centre has {:?} over {}, the journal nothing",
                outcome.kind, outcome.amount
            );
            report.problem(Finding::OutcomeWithoutRecord, cents(outcome.amount), evidence);
        }
        return;
    };
    same_lock(index, outcome, report);
    same_story(outcome, &record, report);
}

/// A TAC and a succession prove exactly the recorded amount.
fn settled_for_its_amount(outcome: &OutcomeFacts, report: &mut Report) {
    let Some(settled) = outcome.settled else { return };
    let at_terminal = matches!(settled.how, SettledBy::Tac | SettledBy::Succession);
    if at_terminal && settled.amount != outcome.amount {
        let evidence = format!(
            "{}/{}: heard of {}, settled {}",
            outcome.tid, outcome.ttc, outcome.amount, settled.amount
        );
        let off = cents(settled.amount) - cents(outcome.amount);
        report.problem(Finding::OutcomeDisagreesWithJournal, off, evidence);
    }
}

fn same_lock(index: &Index<'_>, outcome: &OutcomeFacts, report: &mut Report) {
    let (tid, ttc) = (outcome.tid, outcome.ttc);
    if let (Some(id), Some((record, terms))) = (outcome.id, index.terms(tid, ttc))
        && id != terms.id
    {
        let evidence = format!("the centre has {id}, {} has {}", record.journal, terms.id);
        report.problem(Finding::LockDisagreesWithRecord, 0, evidence);
    }
}

/// The entry may have got further than what was heard, but never another way.
fn same_story(outcome: &OutcomeFacts, record: &Record<'_>, report: &mut Report) {
    let progress = record.progress;
    let fits = match outcome.kind {
        OutcomeKind::Sale | OutcomeKind::Grey => progress.record().is_some(),
        OutcomeKind::Unproved => delivered(progress).is_some(),
        OutcomeKind::NoDispense => matches!(progress, Progress::NoDispense(_)),
        OutcomeKind::Void => matches!(progress, Progress::Void(_)),
        OutcomeKind::Quarantined => true,
    };
    let own = delivered(progress).map_or(0, cents);
    let off = cents(outcome.amount) - own;
    if !fits || off != 0 {
        let evidence = format!(
            "{}/{}: the centre has {:?} over {}, {} has {} over {own}",
            outcome.tid,
            outcome.ttc,
            outcome.kind,
            outcome.amount,
            record.journal,
            progress.name()
        );
        report.problem(Finding::OutcomeDisagreesWithJournal, off, evidence);
    }
}

/// The journal has something to tell that the centre has not taken.
fn unheard(
    (tid, ttc): &(wire::Tid, wire::Ttc),
    record: &Record<'_>,
    heard: Option<&OutcomeFacts>,
    report: &mut Report,
) {
    let progress = record.progress;
    let news = match heard {
        None => progress.report(*tid, *ttc).is_some(),
        Some(heard) => match heard.kind {
            OutcomeKind::Unproved => progress.record().is_some() && heard.settled.is_none(),
            OutcomeKind::Grey => {
                matches!(progress, Progress::Settled(..))
                    && heard.settled.is_none()
                    && !heard.tac_refused
            }
            _ => false,
        },
    };
    if news {
        let id = progress.terms().map(|terms| terms.id);
        let evidence = format!("{}: {tid}/{ttc} is {}", record.journal, progress.name());
        report.state(Note::NotYetReported, delivered(progress).map_or(0, cents), id, evidence);
    }
}
