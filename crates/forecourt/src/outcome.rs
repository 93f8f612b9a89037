//! Endings of visits as documents.

use api::site::Outcome;
use station::visit::{Freed, NotFreed, Sale};
use terminal::{Failure, Progress, PurchaseProgress};
use wire::record::encode;
use wire::{Amount, Asn, LockId};

use crate::words::{failure_words, lock_document, not_freed_name, not_freed_words};

/// A card that was freed, and by what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WasFreed {
    pub(crate) freed: Freed,
    pub(crate) how: &'static str,
}

/// Nothing yet.
pub(crate) fn begun(nozzle: u8, visit: u64, what: &str) -> Outcome {
    Outcome {
        nozzle,
        visit,
        what: what.to_owned(),
        outcome: "nothing".to_owned(),
        refusal: None,
        amount: 0,
        quantity: None,
        balance_before: None,
        balance_after: None,
        asn: None,
        lock: None,
        tac: None,
        gtac: None,
        record: None,
        how: None,
        freed: None,
        reason: None,
        apdus: 0,
    }
}

/// What every ending of a visit with this card says.
pub(crate) fn with_card(
    mut outcome: Outcome,
    asn: Option<Asn>,
    freed: Option<&WasFreed>,
) -> Outcome {
    outcome.asn = asn.map(|asn| asn.to_string());
    outcome.how = freed.map(|freed| freed.how.to_owned());
    outcome.freed = freed.map(|freed| freed.freed.amount.units());
    outcome
}

/// A grey card was freed.
pub(crate) fn unlocked(mut outcome: Outcome, freed: &WasFreed) -> Outcome {
    let Freed { amount, lock, code, balance_after, .. } = freed.freed;
    outcome.outcome = "unlocked".to_owned();
    outcome.amount = amount.units();
    outcome.balance_before = balance_after.checked_add(amount).map(Amount::units);
    outcome.balance_after = Some(balance_after.units());
    outcome.asn = Some(lock.asn.to_string());
    outcome.lock = Some(lock_document(&lock));
    outcome.tac = Some(code.to_string());
    outcome.how = Some(freed.how.to_owned());
    outcome.freed = Some(amount.units());
    outcome
}

/// Nothing was begun, or nothing came of it.
pub(crate) fn refused(mut outcome: Outcome, name: &str, words: String) -> Outcome {
    outcome.outcome = if name == "card_lost" { "card_lost" } else { "refused" }.to_owned();
    outcome.refusal = Some(name.to_owned());
    outcome.reason = Some(words);
    outcome
}

/// The same for a card that is not free.
pub(crate) fn not_freed(outcome: Outcome, reason: &NotFreed) -> Outcome {
    refused(outcome, not_freed_name(reason), not_freed_words(reason))
}

/// A delivery that was debited, or answered as if it were.
pub(crate) fn sold(mut outcome: Outcome, sale: &Sale) -> Outcome {
    let record = &sale.record;
    let (amount, before) = (record.delivery.amount, record.terms.balance);
    outcome.asn = Some(record.terms.id.asn.to_string());
    outcome.lock = Some(lock_document(&record.terms.id));
    outcome.amount = amount.units();
    outcome.quantity = Some(record.delivery.quantity);
    outcome.balance_before = Some(before.units());
    outcome.gtac = Some(record.certified.gtac.to_string());
    outcome.record = Some(hex::encode(encode(record).as_slice()));
    outcome.tac = Some(sale.tac.to_string());
    if sale.confirmed {
        outcome.outcome = "settled".to_owned();
        outcome.balance_after = before.checked_sub(amount).map(Amount::units);
        return outcome;
    }
    outcome.outcome = "escaped".to_owned();
    outcome.balance_after = Some(before.units());
    let reason = "the card is still grey: something else answered the debit in its place";
    outcome.reason = Some(reason.to_owned());
    outcome
}

/// The nozzle was open, and the debit did not come to its end.
pub(crate) fn escaped(
    mut outcome: Outcome,
    lock: &LockId,
    progress: Option<&Progress>,
    failure: &Failure,
) -> Outcome {
    outcome.outcome = "escaped".to_owned();
    outcome.refusal = Some(crate::refused::name_of(failure).to_owned());
    outcome.reason = Some(failure_words(failure));
    outcome.asn = Some(lock.asn.to_string());
    outcome.lock = Some(lock_document(lock));
    let delivery = match progress {
        Some(Progress::Delivered(_, _, delivery)) => Some(*delivery),
        other => other.and_then(Progress::record).map(|record| record.delivery),
    };
    if let Some(delivery) = delivery {
        outcome.amount = delivery.amount.units();
        outcome.quantity = Some(delivery.quantity);
    }
    if let Some(record) = progress.and_then(Progress::record) {
        outcome.gtac = Some(record.certified.gtac.to_string());
        outcome.record = Some(hex::encode(encode(record).as_slice()));
    }
    if let Some(terms) = progress.and_then(Progress::terms) {
        outcome.balance_before = Some(terms.balance.units());
        outcome.balance_after = Some(terms.balance.units());
    }
    outcome
}

/// A purchase whose answer had been lost, and its card shows what came of it.
pub(crate) fn purchase_found(mut outcome: Outcome, found: &PurchaseProgress) -> Outcome {
    let terms = found.terms();
    outcome.asn = Some(terms.id.asn.to_string());
    outcome.lock = Some(lock_document(&terms.id));
    outcome.balance_before = Some(terms.balance.units());
    let PurchaseProgress::Paid(_, answer, _) = found else {
        outcome.balance_after = outcome.balance_before;
        let words = format!(
            "the card did not pay the {} whose answer was lost: ask for them again",
            terms.amount
        );
        return refused(outcome, "not_paid", words);
    };
    outcome.outcome = "done".to_owned();
    outcome.amount = terms.amount.units();
    outcome.balance_after = terms.balance.checked_sub(terms.amount).map(Amount::units);
    outcome.tac = Some(answer.tac.to_string());
    outcome.reason = Some(format!(
        "the card paid the {} whose answer was lost: the goods are owed, do not ask for the money again",
        terms.amount
    ));
    outcome
}
