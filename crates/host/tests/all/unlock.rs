//! The on-line unlock (claim 2; protocol §9).
use crate::support::*;
use host::{Code, Refusal, Ruling, UnlockAnswer};
use wire::{Amount, LockId, Mac, Purse, Report, Scheme, Stamp, Time, Ttc};

fn wait(answer: Result<UnlockAnswer, Refusal>) -> Code {
    match answer {
        Ok(UnlockAnswer::Wait(code)) => code,
        other => panic!("no wait: {other:?}"),
    }
}

#[test]
fn claim_02_a_grey_record_gives_its_amount_and_only_reserves() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    let decision = decided(scene.ask(100));
    assert_eq!(decision.amount, cents(2_000));
    assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0], "the ledger waits for the card");
    let otc = scene.card.otc;
    let mac3 = scene.card.obey(&decision);
    let confirmed = scene.host.confirm(CARD, Some(Purse::Ed), otc, mac3, at(101)).unwrap();
    assert_eq!((confirmed.amount, confirmed.repeat), (cents(2_000), false));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    assert_eq!(i128::from(scene.card.balance), scene.float());
}

#[test]
fn row_response_to_lock_lost_and_card_gone_is_unlocked_with_zero() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&Report::NoDispense(grey.terms));
    assert_eq!(scene.unlock(100).amount, Amount::ZERO);
    assert_eq!(scene.books(), [50_000, 0, 0, 0, 0]);
}

#[test]
fn row_psam_dies_before_gmac_only_two_operators_debit_it() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&unproved(&grey, 1_500, at(2)));
    assert_eq!(wait(scene.ask(100)), Code::Unproved);
    let lock = grey.terms.id;
    let refusal = scene.rule(lock, Ruling::Unlock(cents(1_400))).unwrap_err();
    assert_eq!(refusal, Refusal::AmountDiffersFromUnproved);
    scene.rule(lock, Ruling::Unlock(cents(1_500))).unwrap();
    assert_eq!(scene.unlock(102).amount, cents(1_500));
    assert_eq!(scene.books(), [48_500, 0, 1_500, 0, 0]);
}

#[test]
fn an_unproved_delivery_may_be_approved_before_the_card_comes() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&unproved(&grey, 1_500, at(2)));
    scene.rule(grey.terms.id, Ruling::Unlock(cents(1_500))).unwrap();
    assert_eq!(decided(scene.ask(100)).amount, cents(1_500));
}

#[test]
fn a_lock_of_which_nothing_was_heard_waits_and_is_never_decided_as_zero() {
    let mut scene = Scene::new();
    scene.grey(2_000, 1);
    assert_eq!(wait(scene.ask(100)), Code::Missing);
    assert!(scene.has(Code::Missing));
    assert!(scene.host.decisions().is_empty());
    assert_eq!(scene.books(), [50_000, 0, 0, 0, 0]);
}

#[test]
fn void_and_quarantined_wait() {
    let mut scene = Scene::new();
    scene.grey(2_000, 1);
    scene.hear(&Report::Void(T1, Ttc(1)));
    assert_eq!(wait(scene.ask(100)), Code::Void);

    let mut scene = Scene::new();
    let mut record = scene.grey(2_000, 1);
    record.claim.sam_tac = Mac([0; 4]);
    scene.hear(&Report::Grey(record));
    assert_eq!(wait(scene.ask(100)), Code::Quarantined);
    scene.hear(&Report::NoDispense(record.terms));
    assert_eq!(wait(scene.ask(101)), Code::Quarantined, "somebody claims an amount");
}

#[test]
fn the_rest_of_the_lock_must_agree_with_what_is_filed_under_tid_and_ttc() {
    let changes: [fn(&mut wire::LockTerms); 5] = [
        |terms| terms.id.asn = OTHER,
        |terms| terms.id.ctc -= 2,
        |terms| terms.at = at(3),
        |terms| terms.balance = cents(49_999),
        |terms| terms.id.purse = Purse::Ep,
    ];
    for change in changes {
        let mut scene = Scene::new();
        let grey = scene.card.lock(&mut scene.psam, at(1));
        let mut terms = grey.terms;
        change(&mut terms);
        scene.hear(&Report::NoDispense(terms));
        assert_eq!(wait(scene.ask(100)), Code::Disagrees, "{terms:?}");
        let filed = codes(&keys(Scheme::Seed), terms);
        let record = scene.psam.claim(&filed, 2_000, at(4));
        scene.hear(&Report::Grey(record));
        assert_eq!(wait(scene.ask(101)), Code::Disagrees, "{terms:?}");
    }
}

#[test]
fn a_notice_about_the_attempt_before_frees_no_later_lock_of_the_same_number() {
    let mut scene = Scene::new();
    let mut torn = scene.card.clone();
    let attempt = torn.lock(&mut scene.psam, at(1));
    let record = scene.grey(2_000, 3);
    assert_eq!(attempt.terms.id.ctc, record.terms.id.ctc);
    scene.hear(&Report::NoDispense(attempt.terms));
    assert_eq!(wait(scene.ask(100)), Code::Missing, "TTC 2 is not TTC 1");
}

#[test]
fn mac1_gtac_and_both_together_are_checked() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    let before = scene.host.books().clone();
    let good = scene.card.ask(T2, at(100));
    let refused = |scene: &mut Scene, change: &dyn Fn(&mut host::UnlockRequest)| {
        let mut request = good;
        change(&mut request);
        scene.host.unlock(&request).unwrap_err()
    };
    assert_eq!(refused(&mut scene, &|r| r.init.mac1 = Mac([0; 4])), Refusal::Mac1Wrong);
    assert_eq!(refused(&mut scene, &|r| r.tid = T1), Refusal::Mac1Wrong);
    assert_eq!(refused(&mut scene, &|r| r.init.otc += 1), Refusal::Mac1Wrong);
    assert_eq!(refused(&mut scene, &|r| r.init.balance = cents(1)), Refusal::Mac1Wrong);
    assert_eq!(refused(&mut scene, &|r| r.status.b = Mac([0; 4])), Refusal::GtacWrong);
    assert_eq!(refused(&mut scene, &|r| r.status.balance = cents(1)), Refusal::GtacWrong);
    assert_eq!(refused(&mut scene, &|r| r.status.ctc += 1), Refusal::GtacWrong);
    assert_eq!(refused(&mut scene, &|r| r.status.tid = T2), Refusal::GtacWrong);
    assert_eq!(refused(&mut scene, &|r| r.status.more = None), Refusal::StatusTooShort);
    assert_eq!(refused(&mut scene, &|r| r.asn = OTHER), Refusal::Mac1Wrong);
    assert_eq!(refused(&mut scene, &|r| r.asn = wire::Asn([1; 8])), Refusal::CardUnknown);
    assert_eq!(refused(&mut scene, &|r| r.init.key.version = 3), Refusal::KeyVersionUnknown);
    let ttc = |r: &mut host::UnlockRequest| r.status.more.as_mut().unwrap().ttc = Ttc(2);
    assert_eq!(refused(&mut scene, &ttc), Refusal::GtacWrong);
    assert_eq!(*scene.host.books(), before, "a refusal changes nothing");
    assert_eq!(decided(scene.host.unlock(&good)).amount, cents(2_000));
}

#[test]
fn status_and_mac1_of_two_moments_are_refused() {
    let mut scene = Scene::new();
    scene.grey(2_000, 1);
    let old = scene.card.grey_status();
    let mut other = scene.card.clone();
    other.balance -= 1;
    let mut request = other.ask(T2, at(100));
    request.status = old;
    assert_eq!(scene.host.unlock(&request), Err(Refusal::StatusAndMac1Disagree));
}

#[test]
fn the_same_icc_gets_the_same_answer_whatever_is_known_by_then() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&Report::NoDispense(grey.terms));
    let request = scene.card.ask(T2, at(100));
    let first = decided(scene.host.unlock(&request));
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 2_000, at(2))));
    let late = host::UnlockRequest { now: at(110), ..request };
    assert_eq!(decided(scene.host.unlock(&late)), first);
    assert_eq!(scene.host.decisions().len(), 1);
}

#[test]
fn a_new_session_is_decided_from_what_is_known_by_then() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&Report::NoDispense(grey.terms));
    assert_eq!(decided(scene.ask(100)).amount, Amount::ZERO);
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 2_000, at(2))));
    assert_eq!(decided(scene.ask(101)).amount, cents(2_000));
    let rows = scene.host.decisions();
    assert_eq!(rows.iter().map(|row| row.otc).collect::<Vec<_>>(), [0, 0], "both are out");
    assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0], "the highest is reserved, once");
}

#[test]
fn an_answer_of_the_same_otc_that_the_card_took_after_all_is_booked_with_its_claim() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&Report::NoDispense(grey.terms));
    let request = scene.card.ask(T2, at(100));
    let zero = decided(scene.host.unlock(&request));
    let mut slow = scene.card.clone();
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 2_000, at(2))));
    assert_eq!(decided(scene.ask(101)).amount, cents(2_000));
    let mac3 = slow.obey(&zero);
    scene.host.confirm(CARD, None, 0, mac3, at(102)).unwrap();
    assert_eq!(scene.books(), [50_000, 0, 0, 2_000, 0], "short: the station's claim");
}

#[test]
fn one_card_gets_no_second_twice_and_midnight_carries() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    let time = Time::new(23, 59, 58).unwrap();
    let now = Stamp { date: wire::Date::new(2026, 12, 31).unwrap(), time, ..at(0) };
    let mut given = Vec::new();
    for _ in 0..4 {
        let request = scene.card.ask(T2, now);
        let decision = decided(scene.host.unlock(&request));
        given.push(format!("{} {}", decision.date, decision.time));
    }
    let wanted = ["20261231 235958", "20261231 235959", "20270101 000000", "20270101 000001"];
    assert_eq!(given, wanted);
}

#[test]
fn only_the_high_half_of_ttc_differs_and_the_records_amount_stands() {
    let mut scene = Scene::with(Scheme::Field);
    let answered = scene.card.lock_altered(&mut scene.psam, at(1));
    let record = scene.psam.claim(&answered, 2_000, at(2));
    assert_eq!(scene.hear(&Report::Grey(record)).outcome, Some(host::Outcome::Grey));
    assert!(scene.has(Code::GtacWrong));
    assert_eq!(scene.unlock(100).amount, cents(2_000));
    assert!(scene.has(Code::TtcHighHalfAltered));
    assert!(!scene.has(Code::ClonedOrRolledBackCard));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

#[test]
fn the_low_half_of_ttc_is_no_such_excuse() {
    let mut scene = Scene::with(Scheme::Field);
    let mut sent = scene.card.lock(&mut scene.psam, at(1)).terms;
    sent.id.ttc = Ttc(2);
    let filed = codes(&keys(Scheme::Field), sent);
    scene.hear(&Report::Grey(scene.psam.claim(&filed, 2_000, at(2))));
    assert_eq!(wait(scene.ask(100)), Code::Missing);
}

#[test]
fn an_operators_decision_stands_only_while_what_was_known_is_still_so() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    let lock = grey.terms.id;
    assert_eq!(wait(scene.ask(100)), Code::Missing);
    scene.rule(lock, Ruling::Unlock(cents(1_200))).unwrap();
    assert_eq!(decided(scene.ask(101)).amount, cents(1_200));
    scene.hear(&unproved(&grey, 1_500, at(2)));
    assert_eq!(wait(scene.ask(102)), Code::Unproved, "a record comes before a decision");
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 1_500, at(2))));
    assert_eq!(decided(scene.ask(103)).amount, cents(1_500));
    let refusal = scene.host.propose(&proposal(lock, Ruling::Unlock(cents(1)))).unwrap_err();
    assert_eq!(refusal, Refusal::RecordStands);
}

#[test]
fn a_settled_card_that_still_proves_to_be_grey_gets_no_answer() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    let mut rolled_back = scene.card.clone();
    let tac = scene.card.debit(&record);
    scene.hear(&Report::Sale(record, tac));
    let request = rolled_back.ask(T2, at(100));
    assert_eq!(wait(scene.host.unlock(&request)), Code::SettledCardStillGrey);
    assert!(scene.has(Code::SettledCardStillGrey));
    let refusal = scene.rule(record.terms.id, Ruling::Unlock(Amount::ZERO)).unwrap_err();
    assert_eq!(refusal, Refusal::NothingToDecide);
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

#[test]
fn a_late_message_of_a_lock_that_the_card_left_gets_no_answer() {
    let mut scene = Scene::new();
    scene.grey(2_000, 1);
    let mut before = scene.card.clone();
    let (record, tac) = {
        scene.card.grey = None;
        scene.card.ctc += 1;
        scene.sale(500, 9)
    };
    scene.hear(&Report::Sale(record, tac));
    let request = before.ask(T2, at(100));
    assert_eq!(wait(scene.host.unlock(&request)), Code::CardHasMovedOn);
}

#[test]
fn row_debit_for_unlock_response_lost_is_settled_by_the_mac3_in_the_status() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    let decision = decided(scene.ask(100));
    scene.card.obey(&decision);
    let seen = Report::TacSeen(CARD, scene.card.unread());
    let heard = scene.host.hear(SOUTH, &seen, at(101)).unwrap();
    assert_eq!(heard.news, host::News::Upgrade);
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    assert_eq!(scene.host.hear(NORTH, &seen, at(102)).unwrap().news, host::News::Repeat);
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

#[test]
fn mac3_must_fit_exactly_one_decision() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    let decision = decided(scene.ask(100));
    let mac3 = scene.card.obey(&decision);
    let wrong = [(CARD, 0, Mac([0; 4])), (CARD, 1, mac3), (OTHER, 0, mac3)];
    for (asn, otc, code) in wrong {
        let refusal = scene.host.confirm(asn, None, otc, code, at(101)).unwrap_err();
        assert_eq!(refusal, Refusal::Mac3FitsNoDecision);
    }
    let refusal = scene.host.confirm(CARD, Some(Purse::Ep), 0, mac3, at(101)).unwrap_err();
    assert_eq!(refusal, Refusal::Mac3FitsNoDecision);
    assert!(!scene.host.confirm(CARD, None, 0, mac3, at(101)).unwrap().repeat);
    assert!(scene.host.confirm(CARD, None, 0, mac3, at(102)).unwrap().repeat);
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

fn ruled(scene: &mut Scene, amount: u32) -> (Grey, LockId) {
    let grey = scene.card.lock(&mut scene.psam, at(1));
    let lock = grey.terms.id;
    assert_eq!(wait(scene.ask(100)), Code::Missing);
    scene.rule(lock, Ruling::Unlock(cents(amount))).unwrap();
    assert_eq!(scene.unlock(101).amount, cents(amount));
    (grey, lock)
}

#[test]
fn row_centre_unlocked_then_a_late_record_arrives_is_a_claim_of_the_station() {
    let mut scene = Scene::new();
    let (grey, _) = ruled(&mut scene, 1_200);
    assert_eq!(scene.books(), [48_800, 0, 1_200, 0, 0]);
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 2_000, at(2))));
    assert_eq!(scene.books(), [48_800, 0, 1_200, 800, 0], "never debited twice");
    assert!(scene.has(Code::StationClaim));
    assert!(scene.host.grey_list().is_empty());
}

#[test]
fn row_centre_unlocked_then_a_smaller_late_record_arrives_is_a_claim_of_the_cardholder() {
    let mut scene = Scene::new();
    let (grey, _) = ruled(&mut scene, 1_200);
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 700, at(2))));
    assert_eq!(scene.books(), [48_800, 0, 700, 0, 500]);
    assert!(scene.has(Code::CardholderClaim));
}

#[test]
fn row_centre_unlocked_then_a_late_tac_arrives_is_no_second_debit() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    let mut copy = scene.card.clone();
    scene.unlock(100);
    let tac = copy.debit(&record);
    scene.hear(&Report::Sale(record, tac));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    assert!(scene.has(Code::LockDebitedTwice));
    assert_eq!(scene.host.blacklist(), [(CARD, Code::LockDebitedTwice)]);
}

#[test]
fn a_claim_is_paid_or_rejected_by_two_operators() {
    for accepted in [true, false] {
        let mut scene = Scene::new();
        let (grey, lock) = ruled(&mut scene, 1_200);
        assert_eq!(
            scene.rule(lock, Ruling::Claim { amount: 800, accepted }).unwrap_err(),
            Refusal::NoClaimOpen
        );
        scene.hear(&Report::Grey(scene.psam.claim(&grey, 2_000, at(2))));
        scene.rule(lock, Ruling::Claim { amount: 800, accepted }).unwrap();
        let paid = if accepted { 2_000 } else { 1_200 };
        assert_eq!(scene.books(), [48_800, 0, paid, 0, 0]);
    }
}

#[test]
fn row_application_locked_while_grey_is_unblocked_by_the_centres_code() {
    let mut scene = Scene::new();
    scene.grey(2_000, 1);
    let mac = scene.host.unblock(CARD, None, [1, 2, 3, 4], at(100)).unwrap();
    let damk = host::KeyVault::card_key(scene.host.vault(), host::KeyKind::Mamk, 1, CARD).unwrap();
    assert_eq!(mac, crypto::mac::secure_message(&damk, [1, 2, 3, 4], &[0x84, 0x18, 0, 0, 4]));
    assert_ne!(mac, scene.host.unblock(CARD, None, [1, 2, 3, 5], at(100)).unwrap());
    assert_eq!(
        scene.host.unblock(wire::Asn([1; 8]), None, [0; 4], at(100)),
        Err(Refusal::CardUnknown)
    );
}

#[test]
fn a_card_locked_where_no_psam_is_registered_waits_and_its_money_stays_reserved() {
    let mut scene = Scene::new();
    let mut rogue = TestPsam::new(wire::Tid([9; 6]));
    let grey = scene.card.lock(&mut rogue, at(1));
    assert_eq!(wait(scene.ask(100)), Code::Missing);
    scene.rule(grey.terms.id, Ruling::Unlock(cents(300))).unwrap();
    scene.unlock(101);
    assert_eq!(scene.books(), [49_700, 300, 0, 0, 0], "owed to nobody that is known");
}
