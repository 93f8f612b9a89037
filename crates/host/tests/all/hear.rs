//! What the centre hears (protocol §9).
use crate::support::*;
use host::{Code, Ending, Heard, News, Outcome, Refusal, Ruling};
use wire::{LockId, Mac, Report, Scheme, Tid, Ttc};

fn quarantined(scene: &mut Scene, report: &Report, code: Code) {
    let heard = scene.hear(report);
    assert_eq!(heard.news, News::Quarantined(code));
    assert_eq!(heard.outcome, None);
    assert!(scene.has(code));
    assert_eq!(scene.books(), [50_000, 0, 0, 0, 0], "nothing was booked");
}

#[test]
fn a_sale_with_a_right_tac_is_settled_at_once() {
    let mut scene = Scene::new();
    let (record, tac) = scene.sale(2_000, 1);
    let heard = scene.hear(&Report::Sale(record, tac));
    let number = Some((T1, Ttc(1)));
    assert_eq!(heard, Heard { number, outcome: Some(Outcome::Sale), news: News::First });
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    let row = &scene.host.outcomes()[0];
    assert_eq!(row.ending, Some(Ending::Tac(cents(2_000))));
    assert!(row.times_proved);
}

#[test]
fn a_grey_record_reserves_and_the_sale_that_follows_settles() {
    let mut scene = Scene::new();
    let (record, tac) = scene.sale(2_000, 1);
    assert_eq!(scene.hear(&Report::Grey(record)).outcome, Some(Outcome::Grey));
    assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0]);
    let heard = scene.hear(&Report::Sale(record, tac));
    assert_eq!((heard.outcome, heard.news), (Some(Outcome::Sale), News::Upgrade));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

#[test]
fn repeats_are_answered_as_repeats_and_book_nothing() {
    let mut scene = Scene::new();
    let (record, tac) = scene.sale(2_000, 1);
    scene.hear(&Report::Sale(record, tac));
    let before = scene.host.books().clone();
    for report in [Report::Sale(record, tac), Report::Grey(record)] {
        let heard = scene.hear(&report);
        assert_eq!((heard.outcome, heard.news), (Some(Outcome::Sale), News::Repeat));
    }
    assert_eq!(*scene.host.books(), before);
}

#[test]
fn an_outcome_is_taken_only_from_the_station_that_owns_the_tid() {
    let mut scene = Scene::new();
    let (record, tac) = scene.sale(2_000, 1);
    let reports = [
        Report::Sale(record, tac),
        Report::Grey(record),
        Report::NoDispense(record.terms),
        Report::Void(T1, Ttc(1)),
        Report::Unproved(record.terms, record.certified, record.delivery),
    ];
    for report in reports {
        let refusal = scene.host.hear(SOUTH, &report, at(90)).unwrap_err();
        assert_eq!(refusal, Refusal::StationDoesNotOwnTid);
    }
    assert!(scene.has(Code::StationDoesNotOwnTid));
    assert!(scene.host.outcomes().is_empty());
    let stranger = Report::Void(Tid([9; 6]), Ttc(1));
    assert_eq!(scene.host.hear(NORTH, &stranger, at(90)), Err(Refusal::TidUnknown));
}

#[test]
fn a_tac_seen_is_taken_from_any_station() {
    let mut scene = Scene::new();
    let (record, _) = scene.sale(2_000, 1);
    scene.hear(&Report::Grey(record));
    let seen = Report::TacSeen(CARD, scene.card.unread());
    let heard = scene.host.hear("a station nobody knows", &seen, at(90)).unwrap();
    assert_eq!((heard.outcome, heard.news), (Some(Outcome::Sale), News::Upgrade));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

#[test]
fn a_tac_seen_before_its_record_is_kept_and_settles_it_when_it_comes() {
    let mut scene = Scene::new();
    let (record, _) = scene.sale(2_000, 1);
    let seen = Report::TacSeen(CARD, scene.card.unread());
    assert_eq!(scene.hear(&seen).outcome, None);
    assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0], "debited, and nobody claims it yet");
    assert!(scene.has(Code::TacWithoutRecord));
    assert_eq!(scene.host.holes(T1).highest, None, "a TAC fills no hole");
    assert_eq!(scene.hear(&Report::Grey(record)).outcome, Some(Outcome::Sale));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

#[test]
fn a_tac_seen_with_a_lying_ctc_still_finds_its_record() {
    let mut scene = Scene::new();
    let (record, _) = scene.sale(2_000, 1);
    let mut status = scene.card.unread();
    status.ctc += 40;
    scene.hear(&Report::TacSeen(CARD, status));
    scene.hear(&Report::Grey(record));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
}

#[test]
fn a_wrong_tac_seen_is_refused() {
    let mut scene = Scene::new();
    let (record, _) = scene.sale(2_000, 1);
    scene.hear(&Report::Grey(record));
    let mut status = scene.card.unread();
    status.b = Mac([1; 4]);
    let report = Report::TacSeen(CARD, status);
    assert_eq!(scene.host.hear(NORTH, &report, at(90)), Err(Refusal::TacWrong));
    status.state = wire::GreyState::Unlocked;
    let report = Report::TacSeen(CARD, status);
    assert_eq!(scene.host.hear(NORTH, &report, at(90)), Err(Refusal::StatusShowsNoTac));
    assert_eq!(scene.reserved(), 2_000);
}

#[test]
fn row_debit_answered_by_something_that_is_not_the_card_is_a_grey_record() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    let heard = scene.hear(&Report::Sale(record, Mac([7; 4])));
    assert_eq!(heard.outcome, Some(Outcome::Grey));
    assert!(scene.has(Code::TacWrong));
    assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0]);
    assert_eq!(scene.host.grey_list().len(), 1);
}

#[test]
fn a_wrong_stored_gtac_never_rejects_and_the_recomputed_one_is_listed() {
    let mut scene = Scene::new();
    let mut record = scene.grey(2_000, 1);
    let right = record.certified.gtac;
    record.certified.gtac = Mac([0xEE; 4]);
    assert_eq!(scene.hear(&Report::Grey(record)).outcome, Some(Outcome::Grey));
    assert!(scene.has(Code::GtacWrong));
    assert_eq!(scene.host.grey_list()[0].certified.gtac, right);
    let lock = record.terms.id;
    assert_eq!(scene.host.grey_record(&lock), Some(scene.host.grey_list()[0]));
    let other = LockId { ctc: lock.ctc + 1, ..lock };
    assert_eq!(scene.host.grey_record(&other), None, "by its whole id, not by TID and TTC");
}

#[test]
fn what_does_not_verify_is_quarantined_and_stays_a_hole() {
    let good = {
        let mut scene = Scene::new();
        scene.grey(2_000, 1)
    };
    let psam = TestPsam::new(T1);
    let mut cases = Vec::new();
    let mut add = |code, change: &dyn Fn(&mut wire::ClaimedRecord)| {
        let mut record = good;
        change(&mut record);
        cases.push((code, record));
    };
    add(Code::Mac2Wrong, &|r| r.certified.mac2 = Mac([0; 4]));
    add(Code::Mac2Wrong, &|r| r.terms.balance = cents(50_001));
    add(Code::Mac2Wrong, &|r| r.terms.id.ctc += 2);
    add(Code::Mac2Wrong, &|r| r.terms.at = at(3));
    add(Code::Mac2Wrong, &|r| r.terms.icc = wire::Icc([0; 4]));
    add(Code::GmacWrong, &|r| r.delivery.amount = cents(2_001));
    add(Code::GmacWrong, &|r| r.delivery.at = at(9));
    add(Code::SamTacWrong, &|r| r.claim.sam_tac = Mac([0; 4]));
    add(Code::KeyVersionUnknown, &|r| r.terms.key.version = 9);
    add(Code::KeyVersionUnknown, &|r| r.terms.key.algorithm = 0x10);
    add(Code::TermsInconsistent, &|r| r.terms.trn.0[0] = 0x7F);
    add(Code::CeilingExceedsBalance, &|r| r.certified.ceiling = cents(50_001));
    add(Code::AmountExceedsCeiling, &|r| {
        r.certified.ceiling = cents(1_999);
        psam.sign(r);
    });
    for (code, record) in cases {
        let mut scene = Scene::new();
        quarantined(&mut scene, &Report::Grey(record), code);
        assert_eq!(scene.host.holes(T1).highest, None, "{code}");
        let again = scene.hear(&Report::Grey(record));
        assert_eq!(again.news, News::Quarantined(code), "a repeat gets the same answer");
        assert_eq!(scene.host.outcomes()[0].quarantined, 1);
        assert_eq!(scene.hear(&Report::Grey(good)).outcome, Some(Outcome::Grey), "{code}");
        assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0], "{code}");
    }
}

/// The terminal has the scheme from the card's public data, which nothing proves: altered on
/// its way it costs the station nothing.
#[test]
fn a_scheme_altered_on_its_way_is_repaired() {
    let good = Scene::new().grey(2_000, 1);
    let mut altered = good;
    altered.terms.scheme = Scheme::Field;
    let mut scene = Scene::new();
    assert_eq!(scene.hear(&Report::Grey(altered)).outcome, Some(Outcome::Grey));
    assert_eq!(scene.host.grey_list()[0].terms.scheme, Scheme::Seed);
    assert_eq!(scene.hear(&Report::Grey(good)).news, News::Repeat, "one record, not two");
}

#[test]
fn a_repeat_with_an_altered_scheme_is_a_repeat() {
    let mut scene = Scene::new();
    let good = scene.card.lock(&mut scene.psam, at(1));
    let mut altered = good.clone();
    altered.terms.scheme = Scheme::Field;
    let reports = [unproved(&altered, 5_000, at(2)), unproved(&good, 5_000, at(2))];
    let notices = [Report::NoDispense(altered.terms), Report::NoDispense(good.terms)];
    for reports in [reports, notices] {
        let mut scene = Scene::new();
        assert_eq!(scene.hear(&reports[0]).news, News::First);
        for repeat in reports {
            assert_eq!(scene.hear(&repeat).news, News::Repeat);
        }
        assert!(!scene.has(Code::RecordDisagrees));
        assert_eq!(scene.host.outcomes()[0].quarantined, 0);
    }
}

#[test]
fn a_record_of_a_card_that_was_never_issued_is_quarantined() {
    let mut scene = Scene::new();
    let mut card = TestCard::new(wire::Asn([0x55; 8]));
    let grey = card.lock(&mut scene.psam, at(1));
    let record = scene.psam.claim(&grey, 100, at(2));
    quarantined(&mut scene, &Report::Grey(record), Code::CardUnknown);
}

#[test]
fn two_different_records_of_one_number_keep_the_first() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    let first = scene.psam.claim(&grey, 2_000, at(2));
    let second = scene.psam.claim(&grey, 2_500, at(2));
    scene.hear(&Report::Grey(first));
    let heard = scene.hear(&Report::Grey(second));
    assert_eq!(heard.news, News::Quarantined(Code::RecordDisagrees));
    assert_eq!(heard.outcome, Some(Outcome::Grey));
    assert!(scene.has(Code::RecordDisagrees));
    assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0]);
    assert_eq!(scene.host.grey_list(), [first]);
}

#[test]
fn an_unproved_delivery_is_reserved_and_the_claimed_record_upgrades_it() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    let report = unproved(&grey, 2_000, at(2));
    assert_eq!(scene.hear(&report).outcome, Some(Outcome::Unproved));
    assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0]);
    assert_eq!(scene.hear(&report).news, News::Repeat);
    let record = scene.psam.claim(&grey, 2_000, at(2));
    let heard = scene.hear(&Report::Grey(record));
    assert_eq!((heard.outcome, heard.news), (Some(Outcome::Grey), News::Upgrade));
    assert_eq!(scene.hear(&report).outcome, Some(Outcome::Grey), "never back");
}

#[test]
fn an_unproved_delivery_with_a_wrong_mac2_is_quarantined() {
    let mut scene = Scene::new();
    let mut grey = scene.card.lock(&mut scene.psam, at(1));
    grey.mac2 = Mac([0; 4]);
    quarantined(&mut scene, &unproved(&grey, 2_000, at(2)), Code::Mac2Wrong);
}

#[test]
fn a_record_against_a_notice_counts_in_either_order_and_raises_an_alarm() {
    for notice_first in [true, false] {
        for void in [true, false] {
            let mut scene = Scene::new();
            let record = scene.grey(2_000, 1);
            let notice =
                if void { Report::Void(T1, Ttc(1)) } else { Report::NoDispense(record.terms) };
            let mut reports = [notice, Report::Grey(record)];
            if !notice_first {
                reports.reverse();
            }
            scene.hear(&reports[0]);
            assert!(!scene.has(Code::NoticeAgainstRecord));
            assert_eq!(scene.hear(&reports[1]).outcome, Some(Outcome::Grey));
            assert!(scene.has(Code::NoticeAgainstRecord));
            assert_eq!(scene.books(), [48_000, 2_000, 0, 0, 0]);
            assert_eq!(decided(scene.ask(100)).amount, cents(2_000));
        }
    }
}

#[test]
fn an_unproved_delivery_against_a_notice_counts_too() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    scene.hear(&Report::NoDispense(grey.terms));
    assert_eq!(scene.hear(&unproved(&grey, 900, at(2))).outcome, Some(Outcome::Unproved));
    assert!(scene.has(Code::NoticeAgainstRecord));
}

/// The card proves the lock by TAC, by a status that waits, or by an answer that it took.
#[test]
fn a_void_that_the_card_belies_is_an_alarm_in_either_order_and_closes_no_hole() {
    for proof in 0..3 {
        for void_first in [true, false] {
            let mut scene = Scene::new();
            let record = scene.grey(2_000, 1);
            let void = Report::Void(T1, Ttc(1));
            if void_first {
                assert_eq!(scene.hear(&void).outcome, Some(Outcome::Void));
            }
            match proof {
                0 => {
                    scene.card.debit(&record);
                    scene.hear(&Report::TacSeen(CARD, scene.card.unread()));
                }
                1 => assert!(scene.ask(100).is_ok()),
                _ => {
                    assert!(scene.ask(100).is_ok());
                    scene.rule(record.terms.id, Ruling::Unlock(cents(2_000))).unwrap();
                    scene.unlock(101);
                }
            }
            if !void_first {
                assert!(!scene.has(Code::VoidLockWasMade));
                assert_eq!(scene.hear(&void).outcome, Some(Outcome::Void));
            }
            let notices = scene.host.notices();
            let alarm = notices.iter().find(|notice| notice.code == Code::VoidLockWasMade);
            assert_eq!(alarm.unwrap().about.lock, Some(record.terms.id), "{proof} {void_first}");
            let (next, tac) = TestCard::new(OTHER).whole_sale(&mut scene.psam, 100, 120);
            scene.hear(&Report::Sale(next, tac));
            assert_eq!(scene.host.holes(T1).missing, [1..=1], "nothing true was heard");
            assert_eq!(scene.outcome(T1, 1), Some(Outcome::Void));
        }
    }
}

#[test]
fn a_void_that_nothing_belies_closes_its_hole() {
    let mut scene = Scene::new();
    scene.psam.draw();
    scene.hear(&Report::Void(T1, Ttc(1)));
    let (record, tac) = scene.sale(2_000, 1);
    scene.hear(&Report::Sale(record, tac));
    assert_eq!(scene.host.holes(T1).missing, []);
    assert!(!scene.has(Code::VoidLockWasMade));
}

#[test]
fn notices_are_heard_and_told() {
    let mut scene = Scene::new();
    let grey = scene.card.lock(&mut scene.psam, at(1));
    let heard = scene.hear(&Report::NoDispense(grey.terms));
    assert_eq!(heard.outcome, Some(Outcome::NoDispense));
    assert_eq!(scene.hear(&Report::Void(T1, Ttc(2))).outcome, Some(Outcome::Void));
    assert!(scene.has(Code::NoDispenseHeard) && scene.has(Code::VoidHeard));
}

#[test]
fn an_attempt_that_never_reached_the_card_shares_its_number_with_the_next_lock() {
    let mut scene = Scene::new();
    let mut torn = scene.card.clone();
    let attempt = torn.lock(&mut scene.psam, at(1));
    let (record, tac) = scene.sale(2_000, 3);
    assert_eq!(attempt.terms.id.ctc, record.terms.id.ctc);
    scene.hear(&Report::NoDispense(attempt.terms));
    scene.hear(&Report::Sale(record, tac));
    assert_eq!(scene.outcome(T1, 1), Some(Outcome::NoDispense));
    assert_eq!(scene.outcome(T1, 2), Some(Outcome::Sale));
    assert_eq!(scene.books(), [48_000, 0, 2_000, 0, 0]);
    assert!(!scene.has(Code::ClonedOrRolledBackCard));
}

#[test]
fn row_journal_of_a_station_lost_leaves_holes_in_ttc() {
    let mut scene = Scene::new();
    let mut reports = Vec::new();
    for minute in [1, 4, 7, 10, 13] {
        let (record, tac) = scene.sale(100, minute);
        reports.push(Report::Sale(record, tac));
    }
    for index in [0, 3, 4] {
        scene.hear(&reports[index]);
    }
    let holes = scene.host.holes(T1);
    assert_eq!((holes.watermark, holes.highest), (Some(1), Some(5)));
    assert_eq!(holes.missing, [2..=3]);
    scene.hear(&reports[2]);
    scene.hear(&reports[1]);
    assert_eq!(scene.host.holes(T1).missing, []);
    assert_eq!(scene.host.holes(T1).watermark, Some(5));
}

#[test]
fn in_the_field_scheme_the_end_of_the_service_is_flagged_as_not_proved() {
    let mut scene = Scene::with(Scheme::Field);
    let (record, tac) = scene.sale(2_000, 1);
    assert_eq!(scene.hear(&Report::Sale(record, tac)).outcome, Some(Outcome::Sale));
    assert!(!scene.host.outcomes()[0].times_proved);
    let mut shifted = record;
    shifted.delivery.at = at(40);
    let mut other = Scene::with(Scheme::Field);
    let heard = other.hear(&Report::Grey(shifted));
    assert_eq!(heard.outcome, Some(Outcome::Grey), "no code notices it");
}

#[test]
fn claim_05_the_grey_list_holds_what_any_terminal_needs_to_free_the_card() {
    let mut scene = Scene::new();
    let record = scene.grey(2_000, 1);
    scene.hear(&Report::Grey(record));
    let listed = scene.host.grey_list();
    let status = scene.card.grey_status();
    let terms = listed[0].terms;
    let shown = (status.purse, status.tid, status.ctc, status.balance, status.date, status.time);
    let LockId { purse, tid, ctc, .. } = terms.id;
    assert_eq!((purse, tid, ctc + 1, terms.balance, terms.at.date, terms.at.time), shown);
    assert_eq!((listed[0].certified.mac2, listed[0].certified.gtac), (status.mac2(), status.b));
    assert_eq!(listed[0].claim, record.claim, "the GMAC that the card takes");
    scene.card.debit(&listed[0]);
    scene.hear(&Report::TacSeen(CARD, scene.card.unread()));
    assert!(scene.host.grey_list().is_empty());
}

#[test]
fn row_station_cannot_reach_the_centre_outcomes_go_up_later_each_settled_once() {
    let mut scene = Scene::new();
    let mut journal = Vec::new();
    for minute in [1, 4, 7] {
        let (record, tac) = scene.sale(100, minute);
        journal.push(Report::Sale(record, tac));
    }
    for report in journal.iter().rev().chain(&journal) {
        scene.hear(report);
    }
    assert_eq!(scene.books(), [49_700, 0, 300, 0, 0]);
    assert_eq!(scene.host.postings().iter().filter(|posting| posting.lock.is_some()).count(), 3);
}
