//! A claimed record is money still on the card, or debited under exactly that record and not
//! yet heard of (protocol §11): which of the two, for each.

use terminal::Progress;
use wire::Kind;

use crate::facts::OutcomeKind;
use crate::finding::Note;
use crate::index::{Index, change_of};
use crate::known::Known;
use crate::verdict::Report;

/// The sums of what is open.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OpenSums {
    pub(crate) pending_grey: i64,
    pub(crate) debited_unheard: i64,
    pub(crate) unproved: i64,
}

/// States every open record.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) -> OpenSums {
    let (mut pending, mut unheard, mut unproved) = (Vec::new(), Vec::new(), Vec::new());
    for lock in index.locks.values().filter(|lock| !is_heard(index, lock)) {
        let Some((note, amount, evidence)) = state_of(index, lock) else { continue };
        match note {
            Note::ClaimedMoneyOnCard => pending.push(amount),
            Note::ClaimedDebitedUnheard => unheard.push(amount),
            Note::DeliveredUnproved => unproved.push(amount),
            _ => {}
        }
        report.state(note, amount, Some(lock.id), format!("{}: {evidence}", lock.id));
    }
    purchases(index, report);
    OpenSums {
        pending_grey: report.sum("pending grey records", pending),
        debited_unheard: report.sum("debits not heard of", unheard),
        unproved: report.sum("unproved deliveries", unproved),
    }
}

/// Purchases whose answer is lost, unless something else tells how they ended.
fn purchases(index: &Index<'_>, report: &mut Report) {
    let open = index.open_purchases.iter();
    for (change, amounts) in open.filter(|(change, _)| !index.debits.contains_key(change)) {
        let (asn, purse, ctc) = change;
        let amount = amounts.iter().copied().max().unwrap_or(0);
        let evidence = format!("card {asn} {purse} CTC {ctc}: {amount}, and no answer");
        report.state(Note::PurchaseOpen, amount, None, evidence);
    }
}

/// With a centre, what counts is what it has settled.
fn is_heard(index: &Index<'_>, lock: &Known<'_>) -> bool {
    if index.facts.host.is_some() {
        !lock.settlements_by_host().is_empty()
    } else {
        lock.settled_by_journal().is_some() || lock.tac.is_some()
    }
}

/// Which of the two; `None` where nothing is open, or a problem already says what is wrong.
fn state_of(index: &Index<'_>, lock: &Known<'_>) -> Option<(Note, i64, String)> {
    let Some(amount) = lock.claimed() else { return unproved(lock) };
    let proved = lock.settled_by_journal().is_some() || lock.tac.is_some();
    let note = |note: Note, evidence: &str| Some((note, amount, evidence.to_owned()));
    let Some(card) = index.cards.get(&lock.id.asn) else {
        return if proved {
            note(Note::ClaimedDebitedUnheard, "a journal has its TAC; the card was not given")
        } else {
            note(Note::ClaimedCardNotGiven, &format!("{amount} claimed; the card was not given"))
        };
    };
    if lock.grey {
        let evidence = format!("{amount} is still on {}, grey under exactly this lock", card.name);
        return if proved { None } else { note(Note::ClaimedMoneyOnCard, &evidence) };
    }
    let change = change_of(&lock.id);
    if !index.passed(change, 2) {
        return None;
    }
    match index.debits.get(&change) {
        Some(debit) if debit.kind == Kind::Unlock => {
            let evidence = format!("{} was freed on-line for {}", card.name, debit.amount);
            Some((Note::ClaimedUnlockedOnline, amount - debit.amount, evidence))
        }
        Some(debit) if debit.kind == Kind::Debit && debit.amount == amount => {
            let shown = index.seen.contains_key(&change);
            let how = if shown { "its log shows it" } else { "its CTC has passed it" };
            let evidence = format!("{amount} was debited from {}: {how}", card.name);
            note(Note::ClaimedDebitedUnheard, &evidence)
        }
        None => note(
            Note::ClaimedDebitedUnheard,
            &format!("{} has passed it, by this record or by a decision still out", card.name),
        ),
        Some(_) => None,
    }
}

fn unproved(lock: &Known<'_>) -> Option<(Note, i64, String)> {
    let amount = match lock.record.map(|record| record.progress) {
        Some(Progress::Delivered(_, _, delivery)) => delivery.amount,
        _ => lock.outcomes.iter().find(|o| o.kind == OutcomeKind::Unproved)?.amount,
    };
    let evidence = format!("{amount} was delivered and the PSAM gave no GMAC");
    Some((Note::DeliveredUnproved, crate::known::cents(amount), evidence))
}
