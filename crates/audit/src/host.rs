//! The centre's books against themselves and against the cards.

use std::collections::BTreeMap;

use wire::{Amount, Asn, Kind, LockId, Purse};

use crate::facts::{DebitKind, DecisionFacts, HostFacts};
use crate::finding::{Finding, Note};
use crate::index::{Index, change_of};
use crate::known::{Known, cents};
use crate::seen::OnlineChange;
use crate::verdict::Report;

/// Every check of the centre's books.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) {
    let Some(host) = &index.facts.host else { return };
    if host.trial_balance != 0 {
        let evidence = format!("the ledger is {} out of balance", host.trial_balance);
        report.problem(Finding::TrialBalanceNotZero, host.trial_balance, evidence);
    }
    changes(index, host, report);
    decisions(index, host, report);
    online_debits(index, host, report);
    postings(index, host, report);
    floats(index, host, report);
    owed(index, host, report);
}

/// Loads, unloads and limit changes are the same in the card's log.
fn changes(index: &Index<'_>, host: &HostFacts, report: &mut Report) {
    for change in &host.changes {
        let books = OnlineChange::at_host(change);
        let key = (change.asn, change.purse, change.otc);
        let Some(shown) = index.online.get(&key).filter(|shown| shown.in_log) else { continue };
        if (shown.kind, shown.amount) != (books.kind, books.amount) {
            let evidence = format!(
                "card {} {} OTC {}: {:?} of {} on the card, {:?} of {} at the centre",
                change.asn,
                change.purse,
                change.otc,
                shown.kind,
                shown.amount,
                books.kind,
                books.amount
            );
            let off = shown.money() - books.money();
            report.problem(Finding::ChangeDisagreesWithHost, off, evidence);
        }
    }
}

/// A decision reserves until the card proves it; proved, the card shows no other ending.
fn decisions(index: &Index<'_>, host: &HostFacts, report: &mut Report) {
    for decision in &host.decisions {
        let id = decision.id;
        let Some(lock) = index.locks.get(&id) else { continue };
        let shown = index.seen.get(&change_of(&id)).and_then(|seen| seen.first());
        if let Some(shown) = shown.filter(|shown| decision.confirmed && shown.kind != Kind::Unlock)
        {
            let evidence = format!(
                "{id}: unlocked on-line for {}, but {} shows a {:?} of {}",
                decision.amount, shown.by, shown.kind, shown.amount
            );
            let off = shown.amount - cents(decision.amount);
            report.problem(Finding::DecisionDisagreesWithCard, off, evidence);
        }
        if lock.confirmed().is_none() && lock.settled_by_host().is_none() {
            let evidence = format!("{id}: {} under OTC {}", decision.amount, decision.otc);
            report.state(Note::DecisionOutstanding, cents(decision.amount), Some(id), evidence);
        }
    }
}

/// Every on-line debit that a card shows was decided, for that amount and number.
fn online_debits(index: &Index<'_>, host: &HostFacts, report: &mut Report) {
    for (change, seen) in &index.seen {
        let Some(shown) = seen.first().filter(|shown| shown.kind == Kind::Unlock) else { continue };
        let decided = host.decisions.iter().filter(|decision| change_of(&decision.id) == *change);
        was_decided(index, shown.by, (change.0, change.1), shown.amount, decided, report);
    }
    for card in index.cards.values() {
        let Some(kept) = &card.last_debit else { continue };
        let DebitKind::Online(otc) = kept.kind else { continue };
        let of_otc = |decision: &&DecisionFacts| {
            (decision.id.asn, decision.id.purse, decision.otc) == (card.asn, kept.purse, otc)
        };
        let decided = host.decisions.iter().filter(of_otc);
        let purse = (card.asn, kept.purse);
        was_decided(index, &card.name, purse, cents(kept.amount), decided, report);
    }
}

fn was_decided<'a>(
    index: &Index<'_>,
    by: &str,
    (asn, purse): (Asn, Purse),
    amount: i64,
    decided: impl Iterator<Item = &'a DecisionFacts>,
    report: &mut Report,
) {
    // A card that the centre did not issue is none of its business.
    if index.books(asn, purse).is_none() {
        return;
    }
    let mut amounts: Vec<&DecisionFacts> = decided.collect();
    amounts.sort_by_key(|decision| !decision.confirmed);
    let confirmed = amounts.iter().any(|decision| decision.confirmed);
    let fits = |decision: &&DecisionFacts| {
        cents(decision.amount) == amount && (decision.confirmed || !confirmed)
    };
    if !amounts.iter().any(fits) {
        let nearest = amounts.first().map_or(0, |decision| cents(decision.amount));
        let evidence = format!(
            "{by} {purse}: unlocked on-line for {amount}; the centre decided {:?}",
            amounts.iter().map(|decision| decision.amount).collect::<Vec<_>>()
        );
        report.problem(Finding::DecisionDisagreesWithCard, amount - nearest, evidence);
    }
}

/// Each settlement is posted once, for its amount; nothing need be posted for nothing.
fn postings(index: &Index<'_>, host: &HostFacts, report: &mut Report) {
    let Some(postings) = &host.postings else { return };
    let mut posted: BTreeMap<LockId, Vec<i64>> = BTreeMap::new();
    for (id, amount) in postings {
        posted.entry(*id).or_default().push(cents(*amount));
    }
    let mut settled: BTreeMap<LockId, Vec<i64>> = BTreeMap::new();
    for lock in index.locks.values() {
        settled.insert(lock.id, lock.settlements_by_host());
    }
    for id in posted.keys() {
        settled.entry(*id).or_default();
    }
    for (id, mut wanted) in settled {
        let mut found = posted.remove(&id).unwrap_or_default();
        for list in [&mut wanted, &mut found] {
            list.retain(|amount| *amount != 0);
            list.sort_unstable();
        }
        if wanted != found {
            let off =
                report.sum("postings", found.iter().copied().chain(wanted.iter().map(|a| -a)));
            let evidence = format!("{id}: settled {wanted:?}, posted {found:?}");
            report.problem(Finding::SettlementNotPostedOnce, off, evidence);
        }
    }
}

/// Float = opening + loads − unloads − settled − on-line debits − purchases.
fn floats(index: &Index<'_>, host: &HostFacts, report: &mut Report) {
    let mut moves: BTreeMap<(Asn, Purse), Vec<i64>> = BTreeMap::new();
    for change in &host.changes {
        let money = OnlineChange::at_host(change).money();
        moves.entry((change.asn, change.purse)).or_default().push(money);
    }
    for lock in index.locks.values() {
        let settled = lock.settlements_by_host().into_iter().map(|amount| -amount);
        moves.entry((lock.id.asn, lock.id.purse)).or_default().extend(settled);
    }
    for purchase in host.purchases.iter().filter(|purchase| purchase.is_paid()) {
        let purse = (purchase.id.asn, purchase.id.purse);
        moves.entry(purse).or_default().push(-cents(purchase.amount));
    }
    for books in &host.purses {
        let moved = moves.get(&(books.asn, books.purse)).into_iter().flatten().copied();
        let parts = [books.opening.money(), books.moved].into_iter().chain(moved);
        let due = report.sum("a float", parts);
        let off = report.sum("a float", [books.float, due.checked_neg().unwrap_or(0)]);
        if off != 0 {
            let evidence = format!(
                "card {} {}: the ledger holds {}, its changes give {due}",
                books.asn, books.purse, books.float
            );
            report.problem(Finding::FloatDoesNotFollow, off, evidence);
        }
    }
}

/// The centre's settlements, purchases and accepted claims, each together.
pub(crate) fn due_to_stations(index: &Index<'_>, report: &mut Report) -> (i64, i64, i64) {
    let Some(host) = &index.facts.host else { return (0, 0, 0) };
    let settled = index.locks.values().flat_map(Known::settlements_by_host);
    let settled = report.sum("settlements", settled);
    let total = |amounts: Vec<Amount>| amounts.into_iter().map(cents).collect::<Vec<_>>();
    let paid = host.purchases.iter().filter(|purchase| purchase.is_owed());
    let purchases = total(paid.map(|purchase| purchase.amount).collect());
    let accepted = host.claims.iter().filter(|claim| claim.accepted);
    let claims = total(accepted.map(|claim| claim.amount).collect());
    (settled, report.sum("purchases", purchases), report.sum("claims", claims))
}

/// The stations are owed what was settled and the claims that were accepted (protocol §11).
fn owed(index: &Index<'_>, host: &HostFacts, report: &mut Report) {
    let Some(owed) = host.owed_to_stations else { return };
    let (settled, purchases, claims) = due_to_stations(index, report);
    let due = report.sum("what stations are owed", [settled, purchases, claims]);
    let off = report.sum("what stations are owed", [owed, due.checked_neg().unwrap_or(0)]);
    if off != 0 {
        let evidence = format!(
            "owed {owed}; settled {settled}, purchases {purchases}, claims {claims} make {due}"
        );
        report.problem(Finding::OwedDoesNotFollow, off, evidence);
    }
}
