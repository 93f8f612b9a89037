//! Settled by succession, and copied cards (protocol §9, §10).
use crate::support::*;
use host::UnlockAnswer;
use host::{Account, ChangeKind, Class, Code, Ending, OnlineChange, Refusal, Ruling, StationId};
use wire::{Mac, Purse, Report};

fn ending(scene: &Scene, ttc: u32) -> Option<Ending> {
    let rows = scene.host.outcomes();
    rows.iter().find(|row| row.ttc.0 == ttc && row.tid == T1).and_then(|row| row.ending)
}

fn change(otc: u16, by: i64, kind: ChangeKind) -> OnlineChange {
    OnlineChange { asn: CARD, purse: Purse::Ed, otc, by, kind }
}

#[test]
fn row_the_tac_was_cleared_and_the_next_record_settles_by_succession() {
    let mut scene = Scene::new();
    let (first, _) = scene.sale(2_000, 1);
    let next = scene.grey(500, 9);
    for reports in [[first, next], [next, first]] {
        let mut scene = Scene { host: centre(), ..Scene::new() };
        for record in reports {
            scene.hear(&Report::Grey(record));
        }
        assert_eq!(ending(&scene, 1), Some(Ending::Succession(cents(2_000))));
        assert_eq!(ending(&scene, 2), None);
        assert_eq!(scene.books(), [47_500, 500, 2_000, 0, 0]);
        assert_eq!(scene.host.grey_list(), [next]);
    }
}

#[test]
fn an_unlock_request_of_a_later_lock_settles_the_earlier_one() {
    let mut scene = Scene::new();
    let (first, _) = scene.sale(2_000, 1);
    scene.hear(&Report::Grey(first));
    scene.grey(500, 9);
    let _ = scene.ask(100);
    assert_eq!(ending(&scene, 1), Some(Ending::Succession(cents(2_000))));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

#[test]
fn only_a_gtac_that_the_card_answered_is_evidence() {
    let mut scene = Scene::new();
    let (first, _) = scene.sale(2_000, 1);
    let mut next = scene.grey(500, 9);
    next.certified.gtac = Mac([0xEE; 4]);
    scene.hear(&Report::Grey(first));
    scene.hear(&Report::Grey(next));
    assert_eq!(ending(&scene, 1), None, "a stolen PSAM can make all of this");
    assert_eq!(scene.books(), [47_500, 2_500, 0, 0, 0]);
}

#[test]
fn the_chain_is_walked_over_the_locks_in_between() {
    let mut scene = Scene::new();
    let (first, _) = scene.sale(2_000, 1);
    let (second, second_tac) = scene.sale(700, 9);
    let grey = scene.card.lock(&mut scene.psam, at(20));
    scene.hear(&Report::NoDispense(grey.terms));
    scene.unlock(100);
    let last = scene.grey(10, 120);
    scene.hear(&Report::Grey(last));
    scene.hear(&Report::Grey(first));
    assert_eq!(ending(&scene, 1), None);
    assert!(scene.has(Code::SuccessionGap), "lock 2 is not known");
    assert!(!scene.has(Code::BalancesDisagree), "a late report is no alarm");
    assert_eq!(scene.books(), [47_990, 10, 0, 2_000, 0], "a claim until it is");
    scene.hear(&Report::Sale(second, second_tac));
    assert_eq!(ending(&scene, 1), Some(Ending::Succession(cents(2_000))));
    assert_eq!(scene.books(), [47_290, 10, 2_700, 0, 0]);
}

#[test]
fn balances_that_do_not_agree_open_a_claim_and_an_alarm() {
    let mut scene = Scene::new();
    let (first, _) = scene.sale(2_000, 1);
    scene.card.balance += 300;
    let next = scene.grey(500, 9);
    scene.hear(&Report::Grey(first));
    scene.hear(&Report::Grey(next));
    assert_eq!(ending(&scene, 1), None);
    assert!(scene.has(Code::SuccessionDisagrees), "a claim");
    assert!(scene.has(Code::BalancesDisagree), "and an alarm");
    assert_eq!(Code::SuccessionDisagrees.class(), Class::Claim);
    assert_eq!(Code::BalancesDisagree.class(), Class::Alarm);
    assert_eq!(scene.books(), [47_500, 500, 0, 2_000, 0]);
    scene.rule(first.terms.id, Ruling::Debited(cents(1_700))).unwrap();
    assert_eq!(ending(&scene, 1), Some(Ending::Operators(cents(1_700))));
    assert_eq!(scene.books(), [47_800, 500, 1_700, 300, 0]);
}

#[test]
fn a_station_claims_its_record_and_no_higher_answer_of_the_centre() {
    let mut scene = Scene::new();
    let record = scene.grey(500, 1);
    let lock = record.terms.id;
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    scene.rule(lock, Ruling::Unlock(cents(800))).unwrap();
    assert_eq!(decided(scene.ask(102)).amount, cents(800));
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.books(), [49_200, 800, 0, 0, 0]);
    scene.card.grey = None;
    scene.card.balance -= 123;
    scene.card.ctc += 1;
    scene.card.otc += 1;
    let next = scene.grey(100, 50);
    scene.hear(&Report::Grey(next));
    assert!(scene.has(Code::SuccessionDisagrees));
    assert_eq!(scene.books(), [49_100, 100 + 300, 0, 500, 0]);
    scene.rule(lock, Ruling::Debited(cents(123))).unwrap();
    assert_eq!(scene.books(), [49_777, 100, 123, 377, 0]);
}

#[test]
fn loads_and_unloads_are_counted() {
    let mut scene = Scene::new();
    let (first, _) = scene.sale(2_000, 1);
    scene.card.balance += 300;
    let change = change(0, 300, ChangeKind::Money);
    scene.card.otc += 1;
    let next = scene.grey(500, 9);
    scene.hear(&Report::Grey(first));
    scene.hear(&Report::Grey(next));
    assert_eq!(ending(&scene, 1), None);
    assert!(!scene.host.change(change, at(150)).unwrap().repeat);
    assert!(scene.host.change(change, at(150)).unwrap().repeat);
    assert_eq!(ending(&scene, 1), Some(Ending::Succession(cents(2_000))));
    assert_eq!(scene.books(), [47_800, 500, 2_000, 0, 0]);
}

#[test]
fn a_change_of_the_limit_is_in_the_chain_and_not_in_the_ledger() {
    let mut scene = Scene::new();
    let (first, _) = scene.sale(2_000, 1);
    scene.card.balance += 300;
    scene.card.otc += 1;
    let next = scene.grey(500, 9);
    scene.hear(&Report::Grey(first));
    scene.hear(&Report::Grey(next));
    assert_eq!(ending(&scene, 1), None);
    let limit = change(0, 300, ChangeKind::Limit);
    assert!(!scene.host.change(limit, at(150)).unwrap().repeat);
    assert!(scene.host.change(limit, at(150)).unwrap().repeat);
    let money = change(0, 300, ChangeKind::Money);
    assert_eq!(scene.host.change(money, at(150)), Err(Refusal::ChangeDisagrees));
    assert_eq!(ending(&scene, 1), Some(Ending::Succession(cents(2_000))));
    assert_eq!(scene.books(), [47_500, 500, 2_000, 0, 0], "more can be spent, no money came");
}

#[test]
fn with_answers_out_an_otc_that_was_not_used_proves_the_local_debit() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&Report::NoDispense(grey.terms));
    assert_eq!(decided(scene.ask(100)).amount, cents(0));
    let record = scene.psam.claim(&grey, 2_000, at(2));
    scene.card.debit(&record);
    scene.hear(&Report::Grey(record));
    scene.grey(500, 110);
    let _ = scene.ask(120);
    assert_eq!(ending(&scene, 1), Some(Ending::Succession(cents(2_000))));
}

#[test]
fn with_answers_out_the_one_that_fits_the_balance_was_taken() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&Report::NoDispense(grey.terms));
    let zero = decided(scene.ask(100));
    let mut taken = scene.card.clone();
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 2_000, at(2))));
    assert_eq!(decided(scene.ask(101)).amount, cents(2_000));
    taken.obey(&zero);
    scene.card = taken;
    let next = scene.grey(500, 110);
    scene.hear(&Report::Grey(next));
    assert_eq!(ending(&scene, 1), Some(Ending::Succession(cents(0))));
    assert_eq!(scene.books(), [49_500, 500, 0, 2_000, 0], "the station is short");
}

#[test]
fn answers_that_the_balance_cannot_tell_apart_wait_for_operators() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&Report::NoDispense(grey.terms));
    let zero = decided(scene.ask(100));
    let mut taken = scene.card.clone();
    let record = scene.psam.claim(&grey, 2_000, at(2));
    scene.hear(&Report::Grey(record));
    assert_eq!(decided(scene.ask(101)).amount, cents(2_000));
    taken.obey(&zero);
    taken.balance -= 2_000;
    taken.otc += 1;
    scene.card = taken;
    for (otc, by) in [(1, -2_000), (2, 2_000)] {
        scene.host.change(change(otc, by, ChangeKind::Money), at(105)).unwrap();
    }
    let next = scene.grey(0, 110);
    scene.hear(&Report::Grey(next));
    assert_eq!(ending(&scene, 1), None);
    assert!(scene.has(Code::EndingAmbiguous));
    scene.rule(record.terms.id, Ruling::Debited(cents(0))).unwrap();
    assert_eq!(ending(&scene, 1), Some(Ending::Operators(cents(0))));
}

/// A card copied before its lock: both copies refuel under one CTC.
fn copied() -> (Scene, wire::ClaimedRecord, Mac, wire::ClaimedRecord, Mac) {
    let mut scene = Scene::new();
    let mut copy = scene.card.clone();
    let (one, one_tac) = scene.sale(2_000, 1);
    let mut psam = TestPsam::new(T2);
    let grey = copy.lock(&mut psam, at(5));
    let two = psam.claim(&grey, 3_000, at(6));
    let two_tac = copy.debit(&two);
    (scene, one, one_tac, two, two_tac)
}

#[test]
fn row_two_proved_locks_of_one_number_are_a_copied_card_and_a_named_loss() {
    let (_, one, one_tac, two, two_tac) = copied();
    let reports = [Report::Sale(one, one_tac), Report::Sale(two, two_tac)];
    for order in [[0, 1], [1, 0]] {
        let mut scene = Scene::new();
        for index in order {
            scene.hear(&reports[index]);
        }
        assert!(scene.has(Code::ClonedOrRolledBackCard));
        assert_eq!(scene.host.blacklist(), [(CARD, Code::ClonedOrRolledBackCard)]);
        assert_eq!(scene.host.outcomes().len(), 2, "both are kept");
        assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
        let south = Account::StationPayable(StationId::from(SOUTH));
        assert_eq!(scene.account(&south), 3_000, "it delivered in good faith");
        assert_eq!(scene.account(&Account::WriteOff), -3_000);
        let loss = scene.host.notices().into_iter().rfind(|n| n.code == Code::LossBooked);
        assert_eq!(loss.unwrap().detail, "3000", "to the cent");
    }
}

#[test]
fn a_second_record_that_no_card_proves_takes_no_float() {
    let mut scene = Scene::new();
    let forged = {
        let mut copy = scene.card.clone();
        let mut grey = copy.lock(&mut scene.psam, at(1));
        grey.gtac = Mac([0xEE; 4]);
        scene.psam.claim(&grey, 9_000, at(2))
    };
    let (real, tac) = scene.sale(2_000, 5);
    scene.hear(&Report::Grey(forged));
    scene.hear(&Report::Sale(real, tac));
    assert!(scene.has(Code::SecondRecordOfOneNumber));
    assert!(!scene.has(Code::ClonedOrRolledBackCard));
    assert_eq!(scene.float(), 48_000);
    assert_eq!(scene.payable(), 2_000);
}

#[test]
fn an_unproved_delivery_of_a_copy_holds_nothing_before_it_is_ruled() {
    let (_, one, one_tac, two, _) = copied();
    let mut scene = Scene::new();
    scene.hear(&Report::Unproved(two.terms, two.certified, two.delivery));
    assert_eq!(scene.books(), [47_000, 3_000, 0, 0, 0], "alone it is the card's");
    scene.hear(&Report::Sale(one, one_tac));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    assert_eq!(scene.account(&Account::WriteOff), 0);
    scene.rule(two.terms.id, Ruling::Debited(cents(3_000))).unwrap();
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    assert_eq!(scene.account(&Account::WriteOff), -3_000);
}

/// The card went on although nobody knows of a GMAC: its balance settles nothing here.
#[test]
fn an_unproved_delivery_is_never_settled_by_succession() {
    let mut scene = Scene::new();
    let (record, _) = scene.sale(2_000, 1);
    scene.hear(&Report::Unproved(record.terms, record.certified, record.delivery));
    let next = scene.grey(500, 9);
    scene.hear(&Report::Grey(next));
    assert_eq!(ending(&scene, 1), None);
    assert_eq!(scene.books(), [47_500, 2_500, 0, 0, 0]);
    scene.rule(record.terms.id, Ruling::Debited(cents(2_000))).unwrap();
    assert_eq!(ending(&scene, 1), Some(Ending::Operators(cents(2_000))));
    assert_eq!(scene.books(), [47_500, 500, 2_000, 0, 0]);
}

#[test]
fn a_copy_that_only_asks_frees_no_money_of_an_unproved_delivery() {
    let (_, _, _, two, _) = copied();
    let mut scene = Scene::new();
    scene.grey(2_000, 1);
    scene.hear(&Report::Unproved(two.terms, two.certified, two.delivery));
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    assert!(scene.has(Code::ClonedOrRolledBackCard));
    assert_eq!(scene.books(), [47_000, 3_000, 0, 0, 0]);
}

#[test]
fn a_blacklisted_card_is_unlocked_too() {
    let (mut scene, one, one_tac, two, two_tac) = copied();
    let grey = scene.grey(400, 20);
    for report in [Report::Sale(one, one_tac), Report::Sale(two, two_tac), Report::Grey(grey)] {
        scene.hear(&report);
    }
    assert_eq!(scene.host.blacklist().len(), 1);
    assert_eq!(scene.unlock(100).amount, cents(400));
}

#[test]
fn an_answer_whose_otc_was_not_used_is_dead() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    let _ = scene.ask(100);
    scene.rule(grey.terms.id, Ruling::Unlock(cents(2_000))).unwrap();
    assert_eq!(decided(scene.ask(101)).amount, cents(2_000));
    let record = scene.psam.claim(&grey, 2_000, at(2));
    scene.card.debit(&record);
    scene.grey(500, 110);
    let _ = scene.ask(120);
    assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0], "not by that answer: wait for the record");
    scene.hear(&Report::Grey(record));
    assert_eq!(ending(&scene, 1), Some(Ending::Succession(cents(2_000))));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}
