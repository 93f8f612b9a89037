//! What two persons decide, per lock id; replacements.
use crate::support::*;
use host::{Code, Refusal, Ruling, UnlockAnswer};
use wire::{Amount, Report, Ttc};

fn waiting() -> (Scene, wire::LockId) {
    let mut scene = Scene::new();
    let lock = scene.grey(2_000, 1).terms.id;
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    (scene, lock)
}

#[test]
fn a_decision_needs_two_different_persons_and_a_reason() {
    let (mut scene, lock) = waiting();
    let ruling = Ruling::Unlock(cents(100));
    let mut proposed = proposal(lock, ruling);
    proposed.reason = " ".to_owned();
    assert_eq!(scene.host.propose(&proposed).unwrap_err(), Refusal::ReasonMissing);
    proposed = proposal(lock, ruling);
    proposed.maker = String::new();
    assert_eq!(scene.host.propose(&proposed).unwrap_err(), Refusal::PersonMissing);
    assert_eq!(scene.host.approve(&approval(lock, ruling)).unwrap_err(), Refusal::NothingToApprove);
    scene.host.propose(&proposal(lock, ruling)).unwrap();
    for same in ["ada", " Ada "] {
        let mut approved = approval(lock, ruling);
        approved.checker = same.to_owned();
        assert_eq!(scene.host.approve(&approved).unwrap_err(), Refusal::SamePerson);
    }
    assert_eq!(scene.ask(101), Ok(UnlockAnswer::Wait(Code::Missing)), "one person is none");
    scene.host.approve(&approval(lock, ruling)).unwrap();
    assert_eq!(decided(scene.ask(102)).amount, cents(100));
}

#[test]
fn the_checker_approves_what_he_saw() {
    let (mut scene, lock) = waiting();
    scene.host.propose(&proposal(lock, Ruling::Unlock(cents(100)))).unwrap();
    scene.host.propose(&proposal(lock, Ruling::Unlock(cents(900)))).unwrap();
    let stale = approval(lock, Ruling::Unlock(cents(100)));
    assert_eq!(scene.host.approve(&stale).unwrap_err(), Refusal::NothingToApprove);
}

#[test]
fn a_decision_names_the_whole_lock() {
    let (mut scene, lock) = waiting();
    for other in [
        wire::LockId { asn: OTHER, ..lock },
        wire::LockId { ctc: lock.ctc + 1, ..lock },
        wire::LockId { ttc: Ttc(lock.ttc.0 + 1), ..lock },
        wire::LockId { purse: wire::Purse::Ep, ..lock },
    ] {
        let refusal = scene.host.propose(&proposal(other, Ruling::Unlock(Amount::ZERO)));
        assert_eq!(refusal.unwrap_err(), Refusal::NothingToDecide);
    }
}

#[test]
fn no_decision_debits_more_than_is_locked() {
    let (mut scene, lock) = waiting();
    let refusal = scene.rule(lock, Ruling::Unlock(cents(50_001))).unwrap_err();
    assert_eq!(refusal, Refusal::AmountExceedsBalance);
}

#[test]
fn an_approval_after_something_new_was_heard_is_refused() {
    let (mut scene, lock) = waiting();
    let ruling = Ruling::Unlock(cents(100));
    scene.host.propose(&proposal(lock, ruling)).unwrap();
    scene.hear(&Report::Void(T1, lock.ttc));
    let refusal = scene.host.approve(&approval(lock, ruling)).unwrap_err();
    assert_eq!(refusal, Refusal::KnowledgeChanged);
}

#[test]
fn a_tac_whose_journal_is_lost_is_paid_after_two_operators_agree_with_it() {
    let mut scene = Scene::new();
    let (record, _) = scene.sale(2_000, 1);
    let lock = record.terms.id;
    scene.hear(&Report::TacSeen(CARD, scene.card.unread()));
    let refusal = scene.rule(lock, Ruling::Debited(cents(1_999))).unwrap_err();
    assert_eq!(refusal, Refusal::LockAlreadySettled, "the card says 2000");
    scene.rule(lock, Ruling::Debited(cents(2_000))).unwrap();
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0], "found after all: not paid twice");
}

#[test]
fn row_grey_card_lost_is_replaced_by_the_books_less_what_is_pending() {
    let mut scene = Scene::new();
    let (sold, tac) = scene.sale(3_000, 1);
    scene.hear(&Report::Sale(sold, tac));
    let pending = scene.grey(2_000, 9);
    scene.hear(&Report::Grey(pending));
    assert_eq!(scene.replace(), [45_000, 0]);
    assert_eq!(scene.books(), [0, 0, 5_000, 0, 0], "the station is paid from the float");
    assert_eq!(scene.host.blacklist(), [(CARD, Code::CardReplaced)]);
    assert!(scene.host.grey_list().is_empty());
    let again = scene.host.replace(&order("ada", "bob", "again")).unwrap();
    assert_eq!((again.money, again.repeat), ([45_000, 0], true));
    assert_eq!(scene.books(), [0, 0, 5_000, 0, 0]);
}

#[test]
fn a_replacement_needs_two_persons_and_a_reason() {
    let mut scene = Scene::new();
    for (order, refusal) in [
        (order("ada", "ada", "lost"), Refusal::SamePerson),
        (order("ada", "", "lost"), Refusal::PersonMissing),
        (order("", "bob", "lost"), Refusal::PersonMissing),
        (order("ada", "bob", ""), Refusal::ReasonMissing),
    ] {
        assert_eq!(scene.host.replace(&order).unwrap_err(), refusal);
    }
}

#[test]
fn what_is_heard_after_a_replacement_is_paid_and_named_as_a_loss() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    assert_eq!(scene.replace(), [50_000, 0], "the record was not heard");
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.books(), [0, 0, 2_000, 0, 0]);
    assert_eq!(scene.account(&host::Account::WriteOff), -2_000);
    let notices = scene.host.notices();
    let loss = notices.iter().find(|notice| notice.code == Code::LossBooked).unwrap();
    assert_eq!(loss.detail, "2000");
    let tac = scene.card.debit(&record);
    scene.hear(&Report::Sale(record, tac));
    assert_eq!(scene.books(), [0, 0, 2_000, 0, 0]);
}

#[test]
fn a_late_tac_of_a_replaced_card_changes_nothing() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    scene.replace();
    let tac = scene.card.debit(&record);
    scene.hear(&Report::Sale(record, tac));
    assert_eq!(scene.books(), [0, 0, 2_000, 0, 0]);
    assert_eq!(scene.account(&host::Account::WriteOff), 0);
}

#[test]
fn a_replaced_card_is_not_unlocked() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    scene.replace();
    assert_eq!(scene.ask(230), Ok(UnlockAnswer::Wait(Code::CardReplaced)));
    assert_eq!(scene.host.unblock(CARD, [0; 4], at(231)), Err(Refusal::CardReplaced));
}

#[test]
fn an_unproved_delivery_on_a_lost_card_is_paid_once_two_operators_ruled_it() {
    for ruled_first in [true, false] {
        let mut scene = Scene::new();
        let grey = scene.card.lock(&mut scene.psam, at(1));
        scene.hear(&unproved(&grey, 1_500, at(2)));
        let ruling = Ruling::Debited(cents(1_500));
        if ruled_first {
            scene.rule(grey.terms.id, ruling).unwrap();
            assert_eq!(scene.replace(), [48_500, 0]);
        } else {
            assert_eq!(scene.replace(), [50_000, 0]);
            scene.rule(grey.terms.id, ruling).unwrap();
            assert_eq!(scene.account(&host::Account::WriteOff), -1_500);
        }
        assert_eq!(scene.payable(), 1_500);
    }
}

#[test]
fn a_ruling_that_a_card_was_debited_does_not_keep_it_grey() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    scene.rule(record.terms.id, Ruling::Debited(cents(2_000))).unwrap();
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    assert_eq!(scene.unlock(215).amount, cents(2_000), "it was grey after all");
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0], "paid once");
}

#[test]
fn a_claim_that_changed_since_is_ruled_anew() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    let lock = grey.terms.id;
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    scene.rule(lock, Ruling::Unlock(cents(1_200))).unwrap();
    scene.unlock(101);
    scene.hear(&unproved(&grey, 700, at(2)));
    assert_eq!(scene.books(), [48_800, 0, 700, 0, 500]);
    scene.rule(lock, Ruling::Claim { amount: -500, accepted: true }).unwrap();
    assert_eq!(scene.books(), [48_800, 0, 700, 0, 0]);
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 2_000, at(2))));
    assert_eq!(scene.books(), [48_800, 0, 1_200, 800, 0], "nobody accepted this claim");
    let stale = Ruling::Claim { amount: -500, accepted: true };
    assert_eq!(scene.rule(lock, stale), Err(Refusal::NoClaimOpen));
}
