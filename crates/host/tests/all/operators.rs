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
fn a_ruled_debit_is_approved_only_while_nothing_new_was_heard() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&unproved(&grey, 500, at(2)));
    let (lock, ruling) = (grey.terms.id, Ruling::Debited(cents(500)));
    scene.host.propose(&proposal(lock, ruling)).unwrap();
    let record = scene.psam.claim(&grey, 800, at(2));
    scene.hear(&Report::Grey(record));
    let refusal = scene.host.approve(&approval(lock, ruling)).unwrap_err();
    assert_eq!(refusal, Refusal::KnowledgeChanged);
    assert_eq!(scene.books(), [49_200, 800, 0, 0, 0]);
}

#[test]
fn an_answer_that_left_since_the_proposal_is_news_too() {
    let (mut scene, lock) = waiting();
    scene.rule(lock, Ruling::Unlock(cents(100))).unwrap();
    let ruling = Ruling::Debited(cents(0));
    scene.host.propose(&proposal(lock, ruling)).unwrap();
    decided(scene.ask(102));
    let refusal = scene.host.approve(&approval(lock, ruling)).unwrap_err();
    assert_eq!(refusal, Refusal::KnowledgeChanged);
}

#[test]
fn a_card_that_went_on_since_the_proposal_is_news_too() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    let (lock, ruling) = (record.terms.id, Ruling::Debited(cents(0)));
    scene.host.propose(&proposal(lock, ruling)).unwrap();
    scene.card.debit(&record);
    scene.card.balance -= 1;
    let next = scene.grey(100, 50);
    scene.hear(&Report::Grey(next));
    let refusal = scene.host.approve(&approval(lock, ruling)).unwrap_err();
    assert_eq!(refusal, Refusal::KnowledgeChanged);
}

#[test]
fn a_later_sale_is_no_news_to_a_claim() {
    let (mut scene, lock) = waiting();
    scene.rule(lock, Ruling::Unlock(cents(100))).unwrap();
    let grey = scene.card.grey.clone().unwrap();
    scene.unlock(102);
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 400, at(2))));
    let ruling = Ruling::Claim { amount: 300, accepted: true };
    scene.host.propose(&proposal(lock, ruling)).unwrap();
    let (next, tac) = scene.sale(50, 110);
    scene.hear(&Report::Sale(next, tac));
    scene.host.approve(&approval(lock, ruling)).unwrap();
    assert_eq!(scene.books(), [49_850, 0, 450, 0, 0]);
}

/// A grey record whose GMAC and then whose SAM TAC is wrong.
fn two_bad_reports(scene: &mut Scene) -> (wire::LockId, Report, Report) {
    let record = scene.grey(2_000, 1);
    let (mut bad, mut worse) = (record, record);
    bad.claim.gmac = wire::Mac([1; 4]);
    worse.claim.sam_tac = wire::Mac([1; 4]);
    (record.terms.id, Report::Grey(bad), Report::Grey(worse))
}

#[test]
fn a_second_quarantined_report_is_news_to_a_proposal() {
    let mut scene = Scene::new();
    let (lock, bad, worse) = two_bad_reports(&mut scene);
    scene.hear(&bad);
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Quarantined)));
    let ruling = Ruling::Unlock(cents(0));
    scene.host.propose(&proposal(lock, ruling)).unwrap();
    scene.hear(&bad);
    let mut repeated = scene.host.clone();
    repeated.approve(&approval(lock, ruling)).unwrap();
    scene.hear(&worse);
    let refusal = scene.host.approve(&approval(lock, ruling)).unwrap_err();
    assert_eq!(refusal, Refusal::KnowledgeChanged);
}

#[test]
fn a_second_quarantined_report_is_news_to_a_ruling() {
    let mut scene = Scene::new();
    let (lock, bad, worse) = two_bad_reports(&mut scene);
    scene.hear(&bad);
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Quarantined)));
    scene.rule(lock, Ruling::Unlock(cents(0))).unwrap();
    assert_eq!(decided(scene.ask(101)).amount, cents(0));
    assert_eq!(decided(scene.ask(102)).amount, cents(0), "its own answers are no news");
    scene.hear(&worse);
    assert_eq!(scene.ask(103), Ok(UnlockAnswer::Wait(Code::Quarantined)));
}

#[test]
fn a_ruling_alone_takes_no_record_off_the_list_of_grey_cards() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    scene.rule(record.terms.id, Ruling::Debited(cents(2_000))).unwrap();
    assert_eq!(scene.host.grey_list(), [record], "the card may be grey all the same");
    let tac = scene.card.debit(&record);
    let mut proved = scene.host.clone();
    proved.hear(NORTH, &Report::Sale(record, tac), at(212)).unwrap();
    assert!(proved.grey_list().is_empty(), "TAC");
    let mut lost = scene.host.clone();
    lost.replace(&order("ada", "bob", "lost")).unwrap();
    assert!(lost.grey_list().is_empty(), "replacement");
    for missing in [0, 7] {
        let mut host = scene.host.clone();
        let mut card = scene.card.clone();
        card.balance -= missing;
        let next = card.lock(&mut scene.psam, at(50));
        host.hear(NORTH, &Report::Grey(scene.psam.claim(&next, 1, at(51))), at(212)).unwrap();
        assert_eq!(host.grey_list().len(), 1, "succession: only the next lock is grey");
    }
}

#[test]
fn a_ruling_on_a_name_that_turns_out_to_be_another_locks_pays_nothing_twice() {
    let mut scene = Scene::new();
    let (record, _) = scene.sale(2_000, 1);
    let mut status = scene.card.unread();
    status.ctc += 40;
    scene.hear(&Report::TacSeen(CARD, status));
    let lied = wire::LockId { ctc: record.terms.id.ctc + 40, ..record.terms.id };
    scene.rule(lied, Ruling::Debited(cents(2_000))).unwrap();
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);

    let mut scene = Scene::with(wire::Scheme::Field);
    let answered = scene.card.lock_altered(&mut scene.psam, at(1));
    let shown = scene.card.grey.as_ref().unwrap().terms.id;
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Missing)));
    scene.rule(shown, Ruling::Debited(cents(300))).unwrap();
    assert_eq!(scene.books(), [49_700, 0, 300, 0, 0]);
    scene.hear(&Report::Grey(scene.psam.claim(&answered, 500, at(2))));
    assert_eq!(scene.books(), [49_700, 0, 300, 200, 0]);
    let refusal = scene.rule(shown, Ruling::Debited(cents(300)));
    assert_eq!(refusal, Err(Refusal::NothingToDecide), "it is the record's lock now");
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
    assert_eq!(scene.host.unblock(CARD, None, [0; 4], at(231)), Err(Refusal::CardReplaced));
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
            assert_eq!(scene.replace(), [48_500, 0]);
            scene.rule(grey.terms.id, ruling).unwrap();
        }
        assert_eq!(scene.books(), [0, 0, 1_500, 0, 0]);
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

#[test]
fn an_approval_whose_answer_was_lost_is_told_again_and_done_once() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.ask(3).unwrap();
    let (lock, ruling) = (grey.terms.id, Ruling::Unlock(cents(700)));
    scene.rule(lock, ruling).unwrap();
    let (books, postings) = (scene.host.books().clone(), scene.host.postings().len());
    let again = scene.host.approve(&approval(lock, ruling)).unwrap();
    assert_eq!(again.approved.unwrap().0, approval(lock, ruling).checker);
    assert_eq!((scene.host.books(), scene.host.postings().len()), (&books, postings));
    let other = Ruling::Unlock(cents(701));
    assert_eq!(scene.host.approve(&approval(lock, other)), Err(host::Refusal::NothingToApprove));
}
