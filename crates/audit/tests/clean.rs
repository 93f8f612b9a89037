//! Histories in which everything is right.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use audit::facts::*;
use audit::{Note, Verdict, audit};
use support::{World, amount};
use wire::Purse::{Ed, Ep};

fn clean(world: &World) -> Verdict {
    let verdict = audit(&world.facts);
    assert!(verdict.ok, "{:#?}", verdict.problems);
    assert_eq!(verdict.totals.difference, 0);
    verdict
}

fn notes(verdict: &Verdict) -> Vec<(Note, i64)> {
    verdict.statements.iter().map(|statement| (statement.what, statement.cents)).collect()
}

#[test]
fn nothing_given_is_right() {
    assert!(audit(&Facts::default()).ok);
}

#[test]
fn a_settled_refuelling_is_right_with_and_without_a_centre() {
    let mut world = World::new(1, 1);
    world.refuel(0, Ed, 0, 2_500);
    let verdict = clean(&world);
    assert_eq!(
        notes(&verdict),
        [(Note::NotYetReported, 2_500), (Note::ClaimedDebitedUnheard, 2_500)]
    );
    assert_eq!(verdict.totals.debited_unheard, 2_500);
    world.report(0);
    let verdict = clean(&world);
    assert_eq!(notes(&verdict), []);
    assert_eq!((verdict.totals.settled, verdict.totals.owed_to_stations), (2_500, 2_500));
    world.facts.host = None;
    let verdict = clean(&world);
    let totals = verdict.totals;
    assert_eq!(
        (totals.openings, totals.money_on_cards, totals.debits_by_cards),
        (15_000, 12_500, 2_500)
    );
    assert_eq!((totals.settled, totals.debited_unheard, notes(&verdict).len()), (2_500, 0, 0));
}

#[test]
fn a_claimed_record_is_money_on_the_card_or_debited_unheard_and_it_says_which() {
    let mut world = World::new(2, 1);
    world.facts.host = None;
    let on_card = world.escape(0, Ed, 0, 700);
    let unheard = world.escape(1, Ep, 0, 300);
    world.debit(&unheard);
    let verdict = clean(&world);
    assert_eq!(
        notes(&verdict),
        [(Note::ClaimedMoneyOnCard, 700), (Note::ClaimedDebitedUnheard, 300)]
    );
    assert_eq!(verdict.statements[0].lock, Some(on_card));
    assert_eq!(verdict.statements[1].lock, Some(unheard));
    assert_eq!((verdict.totals.pending_grey, verdict.totals.debited_unheard), (700, 300));
    world.facts.cards.clear();
    let verdict = clean(&world);
    assert_eq!(
        notes(&verdict),
        [(Note::ClaimedCardNotGiven, 700), (Note::ClaimedCardNotGiven, 300)]
    );
}

#[test]
fn an_escape_is_freed_on_line_and_the_record_is_heard() {
    let mut world = World::new(1, 1);
    let id = world.escape(0, Ed, 0, 700);
    world.report(0);
    let found = notes(&clean(&world));
    assert_eq!(found, [(Note::GreyWithoutDecision, 10_000), (Note::ClaimedMoneyOnCard, 700)]);
    world.unlock_online(&id, 700, false);
    let found = notes(&clean(&world));
    assert_eq!(found, [(Note::DecisionOutstanding, 700), (Note::ClaimedUnlockedOnline, 0)]);
    world.facts.host.as_mut().unwrap().decisions.clear();
    world.unlock_confirmed(&id, 700);
    assert_eq!(notes(&clean(&world)), []);
}

#[test]
fn a_lock_whose_answer_was_lost_and_a_void_are_right() {
    let mut world = World::new(1, 1);
    let id = world.send_lock(0, Ed, 0);
    world.grey(&id);
    world.no_dispense(&id);
    world.void(0);
    clean(&world);
    world.report(0);
    world.unlock_online(&id, 0, true);
    world.refuel(0, Ed, 0, 10);
    clean(&world);
}

#[test]
fn a_record_settled_through_another_station_is_right() {
    let mut world = World::new(1, 2);
    let id = world.escape(0, Ed, 0, 450);
    world.debit(&id);
    world.see_tac(0, 1);
    world.report(0);
    clean(&world);
    world.settle_at_host(&id, SettledBy::Tac);
    assert_eq!(notes(&clean(&world)), []);
}

#[test]
fn a_log_that_wrapped_says_which_numbers_it_lost() {
    let mut world = World::new(1, 1);
    for _ in 0..12 {
        world.buy(0, Ed, 0, 10);
    }
    clean(&world);
    world.facts.journals.clear();
    world.facts.psams.clear();
    world.facts.host = None;
    let verdict = clean(&world);
    assert_eq!(notes(&verdict), [(Note::ChangesNotCovered, 20)]);
    assert!(verdict.statements[0].evidence.contains("CTC 0–1"), "{:?}", verdict.statements);
    assert_eq!((verdict.totals.not_covered, verdict.totals.debits_by_cards), (20, 100));
    world.card(0).purses[0].opening = None;
    assert_eq!(notes(&clean(&world)), [(Note::OpeningUnknown, 9_880)]);
}

#[test]
fn loads_unloads_and_limits_are_right_and_a_limit_moves_no_money() {
    let mut world = World::new(1, 1);
    world.load(0, Ed, 500);
    world.refuel(0, Ed, 0, 1_000);
    world.load(0, Ed, -300);
    world.overdraft(0, Ed, 2_000);
    world.refuel(0, Ed, 0, 10_500);
    world.overdraft(0, Ep, 0);
    let totals = clean(&world).totals;
    assert_eq!((totals.loads, totals.unloads), (500, 300));
    assert_eq!(totals.money_on_cards, 15_000 + 500 - 300 - 11_500);
    assert_eq!(world.card(0).purses[0].money(), -1_300);
}

#[test]
fn unproved_and_quarantined_are_stated() {
    let mut world = World::new(2, 1);
    let id = world.lock(0, Ed, 0);
    world.deliver(&id, 800);
    let other = world.refuel(1, Ed, 0, 90);
    world.report(0);
    let mut outcomes = world.host().outcomes.iter_mut();
    let spoiled = outcomes.find(|outcome| outcome.id == Some(other)).unwrap();
    (spoiled.kind, spoiled.settled) = (OutcomeKind::Quarantined, None);
    let host = world.host();
    host.postings = None;
    host.owed_to_stations = Some(0);
    host.purses[2].float += 90;
    let verdict = clean(&world);
    let found = notes(&verdict);
    assert!(found.contains(&(Note::Quarantined, 90)), "{found:?}");
    assert!(found.contains(&(Note::DeliveredUnproved, 800)), "{found:?}");
    assert!(found.contains(&(Note::ClaimedDebitedUnheard, 90)), "{found:?}");
    assert_eq!(verdict.totals.unproved, 800);
}

#[test]
fn a_tac_that_the_centre_found_wrong_leaves_a_grey_record() {
    let mut world = World::new(1, 1);
    let id = world.escape(0, Ed, 0, 600);
    world.settle(&id);
    world.report(0);
    let host = world.host();
    let outcome = &mut host.outcomes[0];
    (outcome.kind, outcome.tac_refused, outcome.settled) = (OutcomeKind::Grey, true, None);
    host.postings = Some(Vec::new());
    host.owed_to_stations = Some(0);
    host.purses[0].float += 600;
    let found = notes(&clean(&world));
    assert_eq!(found, [(Note::GreyWithoutDecision, 10_000), (Note::ClaimedMoneyOnCard, 600)]);
}

#[test]
fn a_grey_card_beside_no_journal_is_a_statement() {
    let mut world = World::new(1, 1);
    world.lock(0, Ed, 0);
    world.facts.journals.clear();
    world.facts.psams.clear();
    world.facts.host = None;
    assert_eq!(notes(&clean(&world)), [(Note::GreyWithoutRecord, 10_000)]);
}

#[test]
fn claims_are_owed_once_accepted() {
    let mut world = World::new(1, 1);
    let id = world.refuel(0, Ed, 0, 40);
    world.report(0);
    let claim = |accepted| ClaimFacts { id, amount: amount(5), accepted };
    world.host().claims = vec![claim(true), claim(false)];
    *world.host().owed_to_stations.as_mut().unwrap() += 5;
    let totals = clean(&world).totals;
    assert_eq!((totals.claims, totals.owed_to_stations), (5, 45));
}

#[test]
fn a_limit_that_was_raised_and_taken_back_is_right() {
    let mut world = World::new(1, 1);
    world.overdraft(0, Ed, 500);
    world.refuel(0, Ed, 0, 100);
    world.overdraft(0, Ed, 0);
    clean(&world);
}
