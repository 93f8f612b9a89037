//! A PSAM that died on a certified lock on which nothing flowed (protocol §9): the delivery is
//! unproved, and over nothing.
use crate::support::*;
use host::{Code, Ground, Outcome, Refusal, Ruling, UnlockAnswer};
use wire::{Amount, Delivery, LockTerms, Mac, Report, Scheme, Ttc};

/// What the station of the scene reports when the nozzle closed for good as it had opened.
fn nothing(grey: &Grey) -> (LockTerms, wire::Certified, Delivery) {
    let certified = certified(grey);
    let totalizer_after = certified.totalizer_before;
    (grey.terms, certified, Delivery { totalizer_after, ..delivery(0, at(2)) })
}

fn unproved_nothing(grey: &Grey) -> Report {
    let (terms, certified, delivery) = nothing(grey);
    Report::Unproved(terms, certified, delivery)
}

/// The card is grey and asks.
fn scene() -> (Scene, Grey) {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    (scene, grey)
}

fn waits_for_two_persons(scene: &mut Scene) {
    assert_eq!(scene.ask(100), Ok(UnlockAnswer::Wait(Code::Unproved)));
    assert!(scene.host.decisions().is_empty());
}

#[test]
fn row_psam_dies_and_nothing_flowed_is_unlocked_with_zero_as_a_notice_is() {
    for scheme in [Scheme::Seed, Scheme::Field] {
        let mut scene = Scene::with(scheme);
        let grey = scene.card.lock(&mut scene.psam, at(1));
        assert_eq!(scene.hear(&unproved_nothing(&grey)).outcome, Some(Outcome::Unproved));
        let refusal = scene.rule(grey.terms.id, Ruling::Unlock(Amount::ZERO)).unwrap_err();
        assert_eq!(refusal, Refusal::RecordStands, "nobody need rule");
        assert_eq!(scene.unlock(100).amount, Amount::ZERO);
        assert_eq!(scene.host.decisions()[0].ground, Ground::NoDispense);
        assert_eq!(scene.books(), [50_000, 0, 0, 0, 0]);
    }
}

/// What flowed and cost nothing, or a totalizer that ran backwards, is for people to look at.
#[test]
fn only_a_totalizer_that_stands_where_it_stood_says_nothing() {
    let changes: [fn(&mut Delivery); 4] = [
        |delivery| delivery.quantity = 1,
        |delivery| delivery.totalizer_after += 1,
        |delivery| delivery.totalizer_after -= 1,
        |delivery| delivery.amount = cents(1),
    ];
    for change in changes {
        let (mut scene, grey) = scene();
        let (terms, certified, mut delivery) = nothing(&grey);
        change(&mut delivery);
        scene.hear(&Report::Unproved(terms, certified, delivery));
        waits_for_two_persons(&mut scene);
    }
}

#[test]
fn what_contradicts_it_makes_the_card_wait_in_either_order() {
    let contradictions: [fn(&mut Scene, &Grey) -> Report; 5] = [
        |_, grey| Report::NoDispense(grey.terms),
        |_, grey| Report::Void(T1, grey.terms.id.ttc),
        |_, grey| unproved(grey, 900, at(2)),
        |scene, grey| {
            let mut record = scene.psam.claim(grey, 900, at(2));
            record.claim.gmac = Mac([0; 4]);
            Report::Grey(record)
        },
        |scene, grey| {
            let mut record = scene.psam.claim(grey, 900, at(2));
            record.certified.mac2 = Mac([0; 4]);
            Report::Grey(record)
        },
    ];
    for contradicts in contradictions {
        for first in [true, false] {
            let (mut scene, grey) = scene();
            let mut reports = [unproved_nothing(&grey), contradicts(&mut scene, &grey)];
            if first {
                reports.reverse();
            }
            for report in &reports {
                scene.hear(report);
            }
            waits_for_two_persons(&mut scene);
        }
    }
}

#[test]
fn a_lock_shown_with_another_high_half_of_ttc_waits() {
    let mut scene = Scene::with(Scheme::Field);
    let answered = scene.card.lock_altered(&mut scene.psam, at(1));
    scene.hear(&unproved_nothing(&answered));
    waits_for_two_persons(&mut scene);
}

#[test]
fn a_ruling_that_something_was_debited_contradicts_it() {
    let (mut scene, grey) = scene();
    scene.hear(&unproved_nothing(&grey));
    scene.rule(grey.terms.id, Ruling::Debited(cents(900))).unwrap();
    waits_for_two_persons(&mut scene);
}

#[test]
fn a_record_comes_first_whether_it_is_heard_before_or_after() {
    for before in [true, false] {
        let (mut scene, grey) = scene();
        let mut reports =
            [unproved_nothing(&grey), Report::Grey(scene.psam.claim(&grey, 900, at(2)))];
        if before {
            reports.reverse();
        }
        for report in &reports {
            scene.hear(report);
        }
        assert_eq!(scene.unlock(100).amount, cents(900));
        assert!(scene.has(Code::UnprovedDiffers));
    }
}

/// A record that comes after the card was freed with 0 is a claim of the station, as after a
/// notice.
#[test]
fn a_record_with_an_amount_that_comes_too_late_is_a_claim() {
    let (mut scene, grey) = scene();
    scene.hear(&unproved_nothing(&grey));
    scene.unlock(100);
    scene.hear(&Report::Grey(scene.psam.claim(&grey, 900, at(2))));
    assert_eq!(scene.books(), [50_000, 0, 0, 900, 0]);
}

/// The PSAM comes back and gives its GMAC over 0: the record agrees, whichever way the card went
/// and whatever came first.
#[test]
fn a_psam_that_comes_back_agrees() {
    for locally in [true, false] {
        for early in [true, false] {
            let (mut scene, grey) = scene();
            scene.hear(&unproved_nothing(&grey));
            assert_eq!(decided(scene.ask(99)).amount, Amount::ZERO, "the answer is out");
            let (_, _, delivery) = nothing(&grey);
            let record = wire::ClaimedRecord { delivery, ..scene.psam.claim(&grey, 0, at(2)) };
            if early {
                scene.hear(&Report::Grey(record));
            }
            if locally {
                let tac = scene.card.debit(&record);
                scene.hear(&Report::Sale(record, tac));
            } else {
                assert_eq!(scene.unlock(100).amount, Amount::ZERO);
                scene.hear(&Report::Grey(record));
            }
            let next = scene.grey(500, 150);
            scene.hear(&Report::Grey(next));
            assert_eq!(scene.books(), [49_500, 500, 0, 0, 0]);
            let alarms = |notice: &host::Notice| notice.code.class() == host::Class::Alarm;
            assert!(!scene.host.notices().iter().any(alarms), "{:?}", scene.host.notices());
        }
    }
}

/// The answer to DEBIT FOR UNLOCK was lost: the next lock proves that the card paid 0.
#[test]
fn the_next_lock_settles_it_when_mac3_is_lost() {
    let (mut scene, grey) = scene();
    scene.hear(&unproved_nothing(&grey));
    let decision = decided(scene.ask(100));
    scene.card.obey(&decision);
    let next = scene.grey(500, 150);
    scene.hear(&Report::Grey(next));
    let rows = scene.host.outcomes();
    let ending = rows.iter().find(|row| row.ttc == Ttc(1)).and_then(|row| row.ending);
    assert_eq!(ending, Some(host::Ending::Succession(Amount::ZERO)));
    assert_eq!(scene.books(), [49_500, 500, 0, 0, 0]);
}
