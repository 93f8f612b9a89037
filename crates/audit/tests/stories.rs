//! Breaks that can be seen from more than one side, and limits of what can be said.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use audit::facts::*;
use audit::{Finding, Note, audit};
use support::{World, amount};
use terminal::Progress;
use wire::Purse::Ed;

fn found(world: &World) -> Vec<(Finding, i64)> {
    audit(&world.facts).problems.iter().map(|problem| (problem.what, problem.cents)).collect()
}

#[test]
fn an_image_rolled_back_to_its_grey_state_beside_a_journal_that_settled() {
    let mut world = World::new(1, 1);
    world.facts.host = None;
    let id = world.escape(0, Ed, 0, 320);
    let copy = world.card(0).clone();
    world.debit(&id);
    world.settle(&id);
    assert_eq!(found(&world), []);
    *world.card(0) = copy;
    assert_eq!(found(&world), [(Finding::CardBehindItsRecords, 320)]);
    let verdict = audit(&world.facts);
    assert_eq!(verdict.totals.difference, 320);
    assert_eq!(verdict.statements, [], "it is a problem, not a record that waits");
}

#[test]
fn a_rolled_back_grey_image_is_no_money_that_waits() {
    let mut world = World::new(1, 1);
    let id = world.escape(0, Ed, 0, 320);
    world.settle(&id);
    assert_eq!(found(&world), [(Finding::CardBehindItsRecords, 320)]);
    let stated = audit(&world.facts).statements;
    assert!(stated.iter().all(|statement| statement.what != Note::ClaimedMoneyOnCard));
}

#[test]
fn an_image_rolled_back_behind_a_claim_an_unlock_and_a_load() {
    let mut world = World::new(3, 1);
    let fresh = world.facts.cards.clone();
    world.escape(0, Ed, 0, 10);
    let freed = world.escape(1, Ed, 0, 20);
    world.unlock_online(&freed, 20, true);
    world.load(2, Ed, 30);
    assert_eq!(found(&world), []);
    world.facts.cards = fresh;
    let behind = |cents| (Finding::CardBehindItsRecords, cents);
    assert_eq!(found(&world), [behind(20), behind(30), behind(10)]);
}

#[test]
fn a_certified_lock_that_only_the_psam_remembers_and_a_psam_that_forgot() {
    let mut world = World::new(2, 1);
    world.facts.host = None;
    world.refuel(0, Ed, 0, 100);
    let id = world.lock(1, Ed, 0);
    world.facts.journals[0].locks.pop();
    assert_eq!(found(&world), [(Finding::PsamLockWithoutRecord, 0)]);
    world.facts.psams[0].locks.retain(|lock| lock.id != id);
    assert_eq!(found(&world), [(Finding::GreyCardWithoutRecord, 0)]);
    world.facts.journals.clear();
    assert_eq!(found(&world), []);
}

#[test]
fn a_journal_says_nothing_of_what_was_before_it() {
    let mut world = World::new(2, 1);
    world.facts.host = None;
    world.refuel(0, Ed, 0, 100);
    let first = world.facts.journals[0].locks.clone();
    world.refuel(1, Ed, 0, 200);
    world.facts.journals[0].locks.retain(|entry| !first.contains(entry));
    assert_eq!(found(&world), []);
}

#[test]
fn a_debit_of_a_lock_that_the_journal_has_not_claimed() {
    let mut world = World::new(1, 1);
    world.facts.host = None;
    let id = world.lock(0, Ed, 0);
    let before = *world.entry(&id);
    world.deliver(&id, 55);
    world.claim(&id);
    world.debit(&id);
    *world.entry(&id) = before;
    let problems = found(&world);
    assert!(problems.contains(&(Finding::DebitWithoutRecord, 55)), "{problems:?}");
    assert!(problems.contains(&(Finding::GmacDisagreesWithRecord, 55)), "{problems:?}");
}

#[test]
fn a_sale_beside_a_card_that_was_freed_on_line() {
    let mut world = World::new(1, 1);
    let id = world.escape(0, Ed, 0, 500);
    world.unlock_online(&id, 0, false);
    world.settle(&id);
    assert_eq!(found(&world), [(Finding::DebitDisagreesWithRecord, 500)]);
}

#[test]
fn an_unlock_that_the_centre_never_decided() {
    let mut world = World::new(1, 1);
    let id = world.escape(0, Ed, 0, 500);
    world.unlock_online(&id, 0, false);
    assert_eq!(found(&world), []);
    let differ = audit(&world.facts);
    let on_line = differ.statements.iter().find(|s| s.what == Note::ClaimedUnlockedOnline);
    assert_eq!(on_line.map(|statement| statement.cents), Some(500));
    world.host().decisions[0].amount = amount(1);
    assert_eq!(found(&world), [(Finding::DecisionDisagreesWithCard, 1)]);
    world.host().decisions.clear();
    assert_eq!(found(&world), [(Finding::DecisionDisagreesWithCard, 0)]);
}

#[test]
fn the_centre_unlocked_and_settled_the_same_lock() {
    let mut world = World::new(1, 1);
    let id = world.refuel(0, Ed, 0, 500);
    world.report(0);
    let decision = DecisionFacts { id, otc: 0, amount: amount(200), confirmed: true };
    world.host().decisions.push(decision);
    let problems = found(&world);
    assert!(problems.contains(&(Finding::LockSettledTwice, 200)), "{problems:?}");
    assert!(problems.contains(&(Finding::DecisionDisagreesWithCard, 300)), "{problems:?}");
}

#[test]
fn unknown_changes_take_money_but_never_bring_it() {
    let mut world = World::new(1, 1);
    for _ in 0..12 {
        world.buy(0, Ed, 0, 10);
    }
    world.facts.journals.clear();
    let host = world.facts.host.take();
    world.card(0).purses[0].balance = amount(9_870);
    assert_eq!(found(&world), [], "30 more may have gone in the two that nothing tells about");
    world.card(0).purses[0].balance = amount(9_905);
    assert_eq!(found(&world), [(Finding::BalanceDoesNotFollow, 5)]);
    world.card(0).purses[0].balance = amount(9_870);
    world.facts.host = host;
    assert_eq!(found(&world), [(Finding::BalanceDoesNotFollow, 10)], "the centre knows all twelve");
}

#[test]
fn a_load_that_nobody_proved_may_have_been_taken_and_no_more_than_that() {
    for cents in [500, -300] {
        let mut world = World::new(1, 1);
        world.load(0, Ed, cents);
        // Its log has forgotten it.
        for _ in 0..12 {
            world.buy(0, Ed, 0, 10);
        }
        let taken = world.card(0).purses[0].balance.units();
        let change = world.host().changes.pop().unwrap();
        world.host().purses[0].float -= i64::from(cents);
        assert_eq!(
            found(&world),
            [(Finding::BalanceDoesNotFollow, i64::from(cents.abs()))],
            "nobody knows of it"
        );
        world.host().open_transfers.push(change);
        assert_eq!(found(&world), [], "taken");
        world.card(0).purses[0].balance = amount(taken.checked_add_signed(-cents).unwrap());
        assert_eq!(found(&world), [], "not taken, and its number was used otherwise");
        let beyond = if cents > 0 { taken + 1 } else { taken - 1 };
        world.card(0).purses[0].balance = amount(beyond);
        assert_eq!(found(&world), [(Finding::BalanceDoesNotFollow, 1)]);
    }
}

#[test]
fn a_sum_beyond_64_bits_is_named_and_does_not_stop_the_audit() {
    let mut world = World::new(1, 1);
    world.host().purses[0].moved = i64::MAX;
    let problems = found(&world);
    assert!(problems.contains(&(Finding::TotalsDoNotAddUp, 0)), "{problems:?}");
    world.host().trial_balance = i64::MIN;
    assert!(found(&world).contains(&(Finding::TrialBalanceNotZero, i64::MAX)));
}

#[test]
fn a_copy_of_a_journal_from_earlier_agrees_with_the_journal() {
    let mut world = World::new(1, 1);
    world.facts.host = None;
    let id = world.lock(0, Ed, 0);
    let mut early = world.facts.journals[0].clone();
    early.name = "early".to_owned();
    world.deliver(&id, 70);
    world.claim(&id);
    world.debit(&id);
    world.settle(&id);
    world.facts.journals.insert(0, early);
    assert_eq!(found(&world), []);
    let Progress::Locked(terms, _) = world.facts.journals[0].locks[0].1 else { panic!("locked") };
    world.facts.journals[0].locks[0].1 = Progress::NoDispense(terms);
    assert_eq!(found(&world), [(Finding::JournalsDisagree, 70)]);
}

#[test]
fn a_status_that_was_altered_on_its_way_proves_nothing() {
    let mut world = World::new(1, 2);
    let id = world.escape(0, Ed, 0, 450);
    world.debit(&id);
    world.see_tac(0, 1);
    assert_eq!(found(&world), []);
    let not_proved = |world: &World| {
        let stated = audit(&world.facts).statements;
        stated.iter().any(|s| (s.what, s.cents) == (Note::StatusNotProved, 449))
    };
    assert!(!not_proved(&world));
    world.facts.journals[1].tacs_seen[0].1.a = amount(449).to_bytes();
    assert_eq!(found(&world), []);
    assert!(not_proved(&world));
}

#[test]
fn a_record_and_a_status_beside_a_log_that_differs() {
    let mut world = World::new(1, 2);
    let id = world.escape(0, Ed, 0, 450);
    world.debit(&id);
    world.see_tac(0, 1);
    world.card(0).log[0].tid.0[0] = 9;
    world.card(0).last_debit = None;
    let problems = found(&world);
    assert!(problems.contains(&(Finding::DebitDisagreesWithRecord, 0)), "{problems:?}");
}

#[test]
fn a_lock_that_may_have_ended_in_two_ways_takes_one_of_the_two_amounts() {
    let mut world = World::new(1, 1);
    let id = world.escape(0, Ed, 0, 500);
    world.report(0);
    world.unlock_online(&id, 120, false);
    for _ in 0..11 {
        world.buy(0, Ed, 0, 1);
    }
    assert_eq!(found(&world), []);
    let verdict = audit(&world.facts);
    assert!(verdict.statements.iter().any(|s| (s.what, s.cents) == (Note::ChangesNotCovered, 120)));
    let spend = |world: &mut World, cents: i64| {
        let now = world.card(0).purses[0].money();
        world.card(0).purses[0].balance = amount(u32::try_from(now - cents).unwrap());
    };
    spend(&mut world, 380);
    assert_eq!(found(&world), [], "its record may as well have taken 500");
    spend(&mut world, 30);
    assert_eq!(found(&world), [(Finding::BalanceDoesNotFollow, 30)]);
    spend(&mut world, -30 - 380 - 7);
    assert_eq!(found(&world), [(Finding::BalanceDoesNotFollow, 7)]);
}

#[test]
fn a_claim_on_a_card_whose_lock_is_gone() {
    let mut world = World::new(1, 1);
    world.escape(0, Ed, 0, 90);
    world.card(0).lock = None;
    let problems = found(&world);
    assert!(problems.contains(&(Finding::ClaimedLockNotOnCard, 90)), "{problems:?}");
    let open = audit(&world.facts).statements;
    assert!(
        open.iter().all(|statement| statement.what == Note::NotYetReported
            || statement.what == Note::ChangesNotCovered),
        "{open:?}"
    );
}

#[test]
fn a_psam_that_worked_elsewhere_leaves_no_hole() {
    let mut world = World::new(2, 1);
    world.facts.host = None;
    world.refuel(0, Ed, 0, 10);
    world.facts.psams[0].next_ttc = wire::Ttc(100);
    let elsewhere = world.send_lock(1, Ed, 0);
    world.grey(&elsewhere);
    world.facts.psams[0].next_ttc = wire::Ttc(200);
    world.refuel(0, Ed, 0, 10);
    world.facts.journals[0].locks.retain(|(key, _)| key.1 != elsewhere.ttc);
    assert_eq!(found(&world), []);
    let stated = audit(&world.facts).statements;
    assert!(stated.iter().any(|statement| statement.what == Note::GreyWithoutRecord));
}

#[test]
fn of_two_images_of_a_card_the_newer_one_counts() {
    let mut world = World::new(1, 1);
    let mut old = world.card(0).clone();
    old.name = "old".to_owned();
    world.refuel(0, Ed, 0, 100);
    world.facts.cards.insert(0, old);
    assert_eq!(found(&world), [(Finding::CardGivenTwice, 15_000)]);
    assert_eq!(audit(&world.facts).totals.money_on_cards, 14_900);
}

#[test]
fn of_two_decisions_the_confirmed_one_is_what_the_card_did() {
    let mut world = World::new(1, 1);
    let id = world.escape(0, Ed, 0, 100);
    world.unlock_online(&id, 50, false);
    world.unlock_confirmed(&id, 50);
    let mut other = world.host().decisions[0];
    other.amount = amount(100);
    world.host().decisions[0] = other;
    assert_eq!(found(&world), []);
    let host = world.host();
    host.decisions[0].amount = amount(50);
    host.decisions[1].amount = amount(100);
    let problems = found(&world);
    assert!(problems.contains(&(Finding::DecisionDisagreesWithCard, 50)), "{problems:?}");
}

#[test]
fn an_on_line_settlement_and_its_decision_are_one() {
    let mut world = World::new(1, 1);
    let id = world.escape(0, Ed, 0, 100);
    world.report(0);
    world.unlock_online(&id, 100, true);
    let settled = Settlement { how: SettledBy::Online, amount: amount(100) };
    world.host().outcomes[0].settled = Some(settled);
    assert_eq!(found(&world), []);
    assert_eq!(audit(&world.facts).totals.settled, 100);
}

#[test]
fn a_decision_proves_the_lock_as_well_as_a_mac2() {
    let mut world = World::new(1, 1);
    let id = world.send_lock(0, Ed, 0);
    world.grey(&id);
    world.no_dispense(&id);
    let fresh = World::new(1, 1).facts.cards[0].clone();
    world.unlock_online(&id, 0, false);
    assert_eq!(found(&world), []);
    *world.card(0) = fresh;
    assert_eq!(found(&world), [(Finding::CardBehindItsRecords, 0)]);
}

#[test]
fn a_balance_that_no_code_proved_and_a_gmac_over_nothing_are_no_problems() {
    let mut world = World::new(1, 1);
    let id = world.send_lock(0, Ed, 0);
    world.grey(&id);
    world.no_dispense(&id);
    world.unlock_online(&id, 0, true);
    let lied = amount(10_256);
    let Progress::NoDispense(terms) = world.entry(&id) else { panic!("no dispense") };
    terms.balance = lied;
    world.slot(&id).balance = lied;
    world.slot(&id).given = Some(amount(0));
    assert_eq!(found(&world), []);
    world.slot(&id).given = Some(amount(1));
    assert_eq!(found(&world), [(Finding::GmacDisagreesWithRecord, 1)]);
}
