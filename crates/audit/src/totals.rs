//! Over everything given: openings + loads − unloads = money on cards + debits (protocol §11).
//!
//! The sums run over all changes of these cards, each once, whether or not a card can have made
//! them; what differs then must be what the problems above have named.

use wire::{Asn, Purse};

use crate::chain::PurseSums;
use crate::finding::Finding;
use crate::host::due_to_stations;
use crate::index::Index;
use crate::known::Known;
use crate::open::OpenSums;
use crate::verdict::{Report, Totals};

/// The sums; `behind` is what cards hold too much for being behind their records.
pub(crate) fn check(
    index: &Index<'_>,
    purses: &[PurseSums],
    behind: i64,
    open: OpenSums,
    report: &mut Report,
) -> Totals {
    let mut totals = on_cards(index, purses, report);
    let parts = [
        totals.money_on_cards,
        totals.debits_by_cards,
        totals.not_covered,
        totals.unloads,
        -totals.openings,
        -totals.loads,
    ];
    totals.difference = report.sum("the totals", parts);
    let named = purses.iter().map(|purse| purse.difference).chain([behind]);
    let named = report.sum("the differences named", named);
    let unexplained = report.sum("the totals", [totals.difference, -named]);
    if unexplained != 0 {
        let evidence = format!(
            "openings {} + loads {} − unloads {}, but money on cards {} + debits {}: {unexplained} is explained by nothing",
            totals.openings,
            totals.loads,
            totals.unloads,
            totals.money_on_cards,
            totals.debits_by_cards
        );
        report.problem(Finding::TotalsDoNotAddUp, unexplained, evidence);
    }
    totals.pending_grey = open.pending_grey;
    totals.debited_unheard = open.debited_unheard;
    totals.unproved = open.unproved;
    settled(index, &mut totals, report);
    totals
}

fn on_cards(index: &Index<'_>, purses: &[PurseSums], report: &mut Report) -> Totals {
    let counts = |asn: Asn, purse: Purse| {
        index.cards.get(&asn).is_some_and(|card| index.opening(card, purse).is_some())
    };
    let debits = index.debits.iter().filter(|((asn, purse, _), _)| counts(*asn, *purse));
    let debits: Vec<i64> = debits.map(|(_, debit)| debit.amount).collect();
    let changes = index.online.iter().filter(|((asn, purse, _), _)| counts(*asn, *purse));
    let changes: Vec<i64> = changes.map(|(_, change)| change.money()).collect();
    Totals {
        cards: i64::try_from(index.cards.len()).unwrap_or(i64::MAX),
        openings: report.sum("openings", purses.iter().map(|purse| purse.opening)),
        money_on_cards: report.sum("money on cards", purses.iter().map(|purse| purse.money)),
        not_covered: report.sum("what is not covered", purses.iter().map(|p| p.not_covered)),
        loads: report.sum("loads", changes.iter().copied().filter(|money| *money > 0)),
        unloads: report.sum("unloads", changes.iter().filter(|m| **m < 0).map(|money| -money)),
        debits_by_cards: report.sum("debits", debits),
        ..Totals::default()
    }
}

/// The centre's word, or without one the journals'.
fn settled(index: &Index<'_>, totals: &mut Totals, report: &mut Report) {
    if index.facts.host.is_some() {
        let (settled, purchases, claims) = due_to_stations(index, report);
        totals.settled = settled;
        totals.claims = claims;
        totals.owed_to_stations =
            report.sum("what stations are owed", [settled, purchases, claims]);
    } else {
        let settled = index.locks.values().flat_map(Known::settlements);
        totals.settled = report.sum("settlements", settled);
        let purchases = index.facts.journals.iter().flat_map(|journal| &journal.purchases);
        let purchases = purchases.filter(|purchase| purchase.is_owed());
        let purchases = purchases.map(|purchase| i64::from(purchase.amount.units()));
        let purchases = report.sum("purchases", purchases);
        totals.owed_to_stations = report.sum("what stations are owed", [totals.settled, purchases]);
    }
}
