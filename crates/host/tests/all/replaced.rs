//! A card lost and replaced (protocol §10): only what was held back when it was replaced comes
//! from its float; no more, and no less than is owed.
use crate::support::*;
use host::{Account, ChangeKind, Code, Decision, News, OnlineChange, Refusal, Ruling};
use host::{TrialBalance, UnlockAnswer};
use wire::{ClaimedRecord, Purse, Report};

fn loss(scene: &Scene) -> i128 {
    -scene.account(&Account::WriteOff)
}

fn details(scene: &Scene, code: Code) -> Vec<String> {
    let notices = scene.host.notices().into_iter();
    notices.filter(|notice| notice.code == code).map(|notice| notice.detail).collect()
}

/// The operators' answer of 300 is out; nothing was heard of the record of 2000.
fn answered() -> (Scene, ClaimedRecord, Decision) {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    scene.rule(record.terms.id, Ruling::Unlock(cents(300))).unwrap();
    let decision = decided(scene.ask(102));
    assert_eq!(decision.amount, cents(300));
    (scene, record, decision)
}

#[test]
fn a_record_above_what_was_held_back_is_a_loss_by_the_difference() {
    let (mut scene, record, _) = answered();
    assert_eq!(scene.replace(), [49_700, 0]);
    assert_eq!(scene.books(), [0, 0, 300, 0, 0]);
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.books(), [0, 0, 2_000, 0, 0]);
    assert_eq!(loss(&scene), 1_700);
    assert_eq!(details(&scene, Code::LossBooked), ["1700"], "named");
    assert!(!scene.has(Code::SecondRecordOfOneNumber), "there is one");
}

#[test]
fn what_comes_back_after_a_replacement_is_owed_to_the_cardholder() {
    let (mut scene, record, decision) = answered();
    let otc = scene.card.otc;
    let mac3 = scene.card.obey(&decision);
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.replace(), [48_000, 0], "the higher of both was held back");
    assert_eq!(scene.books(), [0, 0, 2_000, 0, 0]);
    scene.host.confirm(CARD, Some(Purse::Ed), otc, mac3, at(230)).unwrap();
    assert_eq!(scene.books(), [0, 0, 300, 1_700, 1_700], "the card paid 300");
    assert_eq!(details(&scene, Code::CardholderClaim), ["1700"]);
    assert_eq!(details(&scene, Code::StationClaim), ["1700"]);
}

#[test]
fn both_claims_on_a_lock_of_a_replaced_card_are_ruled_each_by_itself() {
    for (station, cardholder) in [(true, true), (true, false), (false, true), (false, false)] {
        let (mut scene, record, decision) = answered();
        let mac3 = scene.card.obey(&decision);
        scene.hear(&Report::Grey(record));
        scene.replace();
        scene.host.confirm(CARD, Some(Purse::Ed), 0, mac3, at(230)).unwrap();
        let lock = record.terms.id;
        let mut rule = |amount, accepted| scene.rule(lock, Ruling::Claim { amount, accepted });
        assert_eq!(rule(1_699, true), Err(Refusal::NoClaimOpen));
        rule(1_700, station).unwrap();
        rule(-1_700, cardholder).unwrap();
        let owed = if station { 2_000 } else { 300 };
        assert_eq!(scene.books(), [0, 0, owed, 0, 0]);
        let paid_out = if cardholder { 1_700 } else { 0 };
        assert_eq!(loss(&scene), owed - 2_000 + paid_out, "{station} {cardholder}");
    }
}

#[test]
fn an_answer_above_the_record_on_a_replaced_card_is_the_cardholders_claim() {
    let mut scene = Scene::new();
    let record = scene.grey(500, 1);
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    scene.rule(record.terms.id, Ruling::Unlock(cents(800))).unwrap();
    decided(scene.ask(102));
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.replace(), [49_200, 0]);
    assert_eq!(scene.books(), [0, 0, 500, 0, 300]);
    let tac = scene.card.debit(&record);
    scene.hear(&Report::Sale(record, tac));
    assert_eq!(scene.books(), [0, 0, 500, 0, 300], "the card paid 500, and 800 were held back");
    assert_eq!(loss(&scene), 0);
}

/// The float of a replaced card is spent: a debit that nothing was held back for is nobody's
/// claim against it, even when the card paid more than the record says.
#[test]
fn a_debit_heard_too_late_is_lost_by_what_the_station_is_owed() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    let record = scene.psam.claim(&grey, 500, at(2));
    let other = scene.psam.claim(&grey, 800, at(2));
    let tac = scene.card.debit(&other);
    assert_eq!(scene.replace(), [50_000, 0]);
    scene.hear(&Report::TacSeen(CARD, scene.card.unread()));
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.books(), [0, 0, 500, 0, 0]);
    assert_eq!(loss(&scene), 500);
    assert_eq!(scene.hear(&Report::Sale(other, tac)).outcome, Some(host::Outcome::Sale));
    assert_eq!(loss(&scene), 500);
}

/// A TAC may come with a lying CTC, and an answer with the TTC that the card saw: what was held
/// back under that name belongs to the record once it is heard.
#[test]
fn what_was_held_back_under_another_name_of_the_lock_pays_its_record() {
    let mut scene = Scene::new();
    let (record, _) = scene.sale(2_000, 1);
    let mut status = scene.card.unread();
    status.ctc += 40;
    scene.hear(&Report::TacSeen(CARD, status));
    assert_eq!(scene.replace(), [48_000, 0]);
    scene.hear(&Report::Grey(record));
    assert_eq!((scene.books(), loss(&scene)), ([0, 0, 2_000, 0, 0], 0));

    let mut scene = Scene::with(wire::Scheme::Field);
    let answered = scene.card.lock_altered(&mut scene.psam, at(1));
    let shown = scene.card.grey.as_ref().unwrap().terms.id;
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    scene.rule(shown, Ruling::Unlock(cents(300))).unwrap();
    decided(scene.ask(102));
    assert_eq!(scene.replace(), [49_700, 0]);
    scene.hear(&Report::Grey(scene.psam.claim(&answered, 200, at(2))));
    assert_eq!((scene.books(), loss(&scene)), ([0, 0, 200, 0, 100], 0));
}

#[test]
fn an_unproved_delivery_is_held_back_when_its_card_is_replaced() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&unproved(&grey, 5_000, at(2)));
    assert_eq!(scene.replace(), [45_000, 0]);
    assert_eq!(scene.books(), [0, 5_000, 0, 0, 0], "two operators must rule it");
    scene.rule(grey.terms.id, Ruling::Debited(cents(5_000))).unwrap();
    assert_eq!((scene.books(), loss(&scene)), ([0, 0, 5_000, 0, 0], 0));
}

#[test]
fn an_unproved_delivery_that_operators_lower_leaves_both_their_claims() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&unproved(&grey, 5_000, at(2)));
    scene.replace();
    scene.rule(grey.terms.id, Ruling::Debited(cents(3_000))).unwrap();
    assert_eq!(scene.books(), [0, 0, 3_000, 2_000, 2_000]);
    scene.rule(grey.terms.id, Ruling::Claim { amount: 2_000, accepted: false }).unwrap();
    scene.rule(grey.terms.id, Ruling::Claim { amount: -2_000, accepted: true }).unwrap();
    assert_eq!((scene.books(), loss(&scene)), ([0, 0, 3_000, 0, 0], 0));
}

#[test]
fn an_answer_of_zero_pays_out_no_unproved_delivery() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&Report::NoDispense(grey.terms));
    assert_eq!(decided(scene.ask(100)).amount, cents(0));
    scene.hear(&unproved(&grey, 5_000, at(2)));
    assert_eq!(scene.replace(), [45_000, 0]);
    assert_eq!(scene.books(), [0, 5_000, 0, 0, 0]);
}

#[test]
fn an_answer_that_was_held_back_stays_paid_whatever_is_delivered_unproved() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    scene.rule(grey.terms.id, Ruling::Unlock(cents(800))).unwrap();
    decided(scene.ask(102));
    assert_eq!(scene.replace(), [49_200, 0]);
    assert_eq!(scene.books(), [0, 0, 800, 0, 0]);
    scene.hear(&unproved(&grey, 5_000, at(2)));
    assert_eq!(scene.books(), [0, 0, 800, 4_200, 0], "the rest is the station's claim");
}

#[test]
fn an_unproved_delivery_heard_after_the_replacement_is_a_loss_once_it_is_ruled() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.replace();
    assert_eq!(scene.hear(&unproved(&grey, 5_000, at(2))).news, News::First);
    assert_eq!((scene.books(), loss(&scene)), ([0; 5], 0));
    scene.rule(grey.terms.id, Ruling::Debited(cents(5_000))).unwrap();
    assert_eq!((scene.books(), loss(&scene)), ([0, 0, 5_000, 0, 0], 5_000));
}

#[test]
fn a_card_is_not_replaced_while_a_lock_that_it_proved_has_no_amount() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    let lock = record.terms.id;
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    let order = order("ada", "bob", "lost");
    assert_eq!(scene.host.replace(&order), Err(Refusal::LockWaitsForRuling));
    let notices = scene.host.notices();
    let named = notices.iter().find(|notice| notice.code == Code::ReplacementWaits).unwrap();
    assert_eq!(named.about.lock, Some(lock));
    assert_eq!(scene.books(), [50_000, 0, 0, 0, 0]);
    assert!(scene.host.blacklist().is_empty());

    scene.rule(lock, Ruling::Unlock(cents(1_800))).unwrap();
    assert_eq!(scene.host.replace(&order), Err(Refusal::LockWaitsForRuling), "no answer left");
    let above = Ruling::Debited(cents(50_001));
    assert_eq!(scene.rule(lock, above), Err(Refusal::AmountExceedsBalance));
    scene.rule(lock, Ruling::Debited(cents(1_800))).unwrap();
    assert_eq!(scene.replace(), [48_200, 0]);
    assert_eq!(scene.books(), [0, 0, 1_800, 0, 0]);
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.books(), [0, 0, 1_800, 200, 0], "the difference is the station's claim");
}

#[test]
fn a_lock_whose_amount_is_known_keeps_no_card_from_being_replaced() {
    for known in 0..4 {
        let mut scene = Scene::new();
        let grey = scene.card.lock(&mut scene.psam, at(1));
        let record = scene.psam.claim(&grey, 2_000, at(2));
        assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
        let left = match known {
            0 => {
                scene.hear(&Report::Grey(record));
                48_000
            }
            1 => {
                scene.hear(&Report::NoDispense(grey.terms));
                50_000
            }
            2 => {
                scene.hear(&unproved(&grey, 2_000, at(2)));
                48_000
            }
            _ => {
                scene.card.debit(&record);
                scene.hear(&Report::TacSeen(CARD, scene.card.unread()));
                48_000
            }
        };
        assert_eq!(scene.replace(), [left, 0], "{known}");
    }
}

#[test]
fn a_lock_that_is_ruled_and_another_of_its_number_are_one_settlement_and_a_loss() {
    let mut scene = Scene::new();
    let mut copy = scene.card.clone();
    let lock = scene.grey(2_000, 1).terms.id;
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    scene.rule(lock, Ruling::Debited(cents(2_000))).unwrap();
    let grey = copy.lock(&mut TestPsam::new(T2), at(5));
    let other = TestPsam::new(T2).claim(&grey, 3_000, at(6));
    let tac = copy.debit(&other);
    scene.hear(&Report::Sale(other, tac));
    assert_eq!(scene.float() + i128::from(2_000 + 3_000) - loss(&scene), 50_000);
    assert!([2_000, 3_000].contains(&loss(&scene)), "one of both");
    assert!(scene.has(Code::ClonedOrRolledBackCard));
}

fn change(otc: u16, by: i64, kind: ChangeKind) -> OnlineChange {
    OnlineChange { asn: CARD, purse: Purse::Ed, otc, by, kind }
}

#[test]
fn a_load_confirmed_after_the_replacement_is_owed_to_the_cardholder() {
    let mut scene = Scene::new();
    assert_eq!(scene.replace(), [50_000, 0]);
    let load = change(0, 700, ChangeKind::Money);
    assert!(!scene.host.change(load, at(240)).unwrap().repeat);
    assert!(scene.host.change(load, at(241)).unwrap().repeat);
    assert_eq!((scene.books(), loss(&scene)), ([0, 0, 0, 0, 700], 0));
    assert_eq!(details(&scene, Code::ChangeAfterReplacement), ["ed OTC 0: 700"]);
    assert_eq!(scene.replace(), [50_000, 0], "what was paid out was paid out");
}

#[test]
fn an_unload_confirmed_after_the_replacement_is_a_loss() {
    let mut scene = Scene::new();
    scene.replace();
    scene.host.change(change(0, -700, ChangeKind::Money), at(240)).unwrap();
    assert_eq!((scene.books(), loss(&scene)), ([0; 5], 700), "it was paid out twice");
    assert_eq!(details(&scene, Code::ChangeAfterReplacement), ["ed OTC 0: -700"]);
    scene.host.change(change(1, 900, ChangeKind::Limit), at(241)).unwrap();
    assert_eq!((scene.books(), loss(&scene)), ([0; 5], 700), "a limit is no money");
}

/// What a lock is worth after a replacement depends on what was known then and is known now,
/// and not on the order in between.
#[test]
fn what_is_heard_after_a_replacement_books_alike_in_every_order() {
    for early in 0..8_u8 {
        let mut wanted: Option<(TrialBalance, [i64; 2])> = None;
        for order in orders(5) {
            let mut scene = Scene::new();
            let first = scene.grey(2_000, 1);
            assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
            scene.rule(first.terms.id, Ruling::Unlock(cents(300))).unwrap();
            let decision = decided(scene.ask(102));
            let mac3 = scene.card.obey(&decision);
            let (second, tac) = scene.sale(700, 110);
            let grey = scene.card.lock(&mut scene.psam, at(120));
            let third = unproved(&grey, 5_000, at(121));
            let record = scene.psam.claim(&grey, 4_000, at(121));
            let told = |scene: &mut Scene, event: usize| match event {
                0 => drop(scene.hear(&Report::Grey(first))),
                1 => drop(scene.host.confirm(CARD, Some(Purse::Ed), 0, mac3, at(230)).unwrap()),
                2 => drop(scene.hear(&third)),
                3 => drop(scene.hear(&Report::Sale(second, tac))),
                _ => drop(scene.hear(&Report::Grey(record))),
            };
            for event in (0..3).filter(|event| early & (1 << event) != 0) {
                told(&mut scene, event);
            }
            let money = scene.replace();
            order.into_iter().for_each(|event| told(&mut scene, event));
            assert_eq!((scene.float(), scene.reserved()), (0, 0));
            assert_eq!(scene.payable(), 300 + 700 + 4_000);
            let trial = scene.host.trial_balance();
            let wanted = wanted.get_or_insert((trial.clone(), money));
            assert_eq!(*wanted, (trial, money), "{early:03b}");
            let too_much = loss(&scene) - scene.station_claims();
            let got = i128::from(money[0]) + scene.cardholder_claims() - too_much;
            assert_eq!(got, 45_000, "50000 less 300, 700 and 4000");
        }
    }
}
