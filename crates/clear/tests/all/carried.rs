//! From day to day: what is booked once stays so, and what comes later is booked by what it changes.

use clear::line::Class;
use clear::row::{Row, mark};

use crate::maker::{coded, grey, no_dispense, sale, tac_seen, unlock};
use crate::rules::{Told, clear, left};

/// A record of station 2, another one of its terminal, by which the owner is known.
fn record() -> (Row, Row) {
    (grey((1, 0, 2, 1, 5_000, 1_200)), sale((2, 0, 2, 9, 5_000, 10)))
}

fn unproved(amount: u32) -> Row {
    Row { kind: 7, ..grey((1, 0, 2, 1, 5_000, amount)) }
}

/// Money of a class of what was said on the last of these days.
fn sums<const N: usize>(told: &Told, classes: [Class; N]) -> [u64; N] {
    classes.map(|class| told.sum(class).1)
}

#[test]
fn an_unlock_that_is_said_again_is_paid_once() {
    let (row, other) = record();
    let first = clear(&[unlock(&row, 1_000), other], &[]);
    assert_eq!(sums(&first, [Class::Online]), [1_000]);
    let second = clear(&[unlock(&row, 1_000)], &left(&first));
    assert_eq!((second.sum(Class::Online), second.sum(Class::Duplicate).0), ((0, 0), 1));
    let third = clear(&[unlock(&row, 1_000), row], &left(&second));
    assert_eq!(third.sum(Class::Online), (0, 0));
    assert_eq!(sums(&third, [Class::StationClaim]), [200]);
    let fourth = clear(&[unlock(&row, 1_000), row], &left(&third));
    assert_eq!(fourth.sum(Class::SettledBefore).0, 2);
}

#[test]
fn what_a_later_record_does_not_claim_is_taken_back() {
    let (row, other) = record();
    let first = clear(&[unlock(&row, 1_500), other], &[]);
    let second = clear(&[row], &left(&first));
    let classes = [Class::Online, Class::TakenBack, Class::CardholderClaim, Class::StationClaim];
    assert_eq!(sums(&second, classes), [0, 300, 300, 0]);
    assert_eq!(second.exceptions(), [("cardholder_claim", 1)]);
    assert_eq!(second.pending.len(), 0);
}

#[test]
fn of_two_unlocks_the_one_that_was_paid_counts() {
    let (row, other) = record();
    let first = clear(&[unlock(&row, 1_000), other], &[]);
    let second = clear(&[unlock(&row, 700)], &left(&first));
    assert_eq!(sums(&second, [Class::Online, Class::TakenBack]), [0, 0]);
    let third = clear(&[grey((1, 0, 2, 1, 5_000, 1_000))], &left(&second));
    let classes = [Class::Online, Class::TakenBack, Class::StationClaim, Class::CardholderClaim];
    assert_eq!(sums(&third, classes), [0, 0, 0, 0]);
}

#[test]
fn a_record_after_its_unproved_delivery_books_the_difference() {
    let classes = [
        Class::Online,
        Class::TakenBack,
        Class::StationClaim,
        Class::StationClaimBack,
        Class::CardholderClaim,
        Class::CardholderClaimBack,
    ];
    // Said without a GMAC, unlocked with, recorded; what is booked with the record.
    let cases = [
        ((1_200, 1_200, 1_500), [0, 0, 300, 0, 0, 0]),
        ((1_200, 1_000, 1_000), [0, 0, 0, 200, 0, 0]),
        ((800, 1_000, 1_000), [200, 0, 0, 0, 0, 200]),
        ((1_200, 1_200, 700), [0, 500, 0, 0, 500, 0]),
        ((1_200, 1_200, 1_200), [0; 6]),
    ];
    for ((said, unlocked, recorded), booked) in cases {
        let (_, other) = record();
        let row = grey((1, 0, 2, 1, 5_000, recorded));
        let first = clear(&[unproved(said), unlock(&row, unlocked), other], &[]);
        assert_eq!(first.pending.len(), 2, "its record may come");
        let second = clear(&[], &left(&first));
        assert_eq!(sums(&second, classes), [0; 6], "nothing is booked twice");
        assert_eq!(second.passed, first.passed, "and how its card went on is not forgotten");
        assert_eq!(second.exceptions(), [], "nor told twice");
        let third = clear(&[row], &left(&second));
        assert_eq!(sums(&third, classes), booked, "{said} {unlocked} {recorded}");
        assert_eq!(third.pending.len(), 0);
        let whole = clear(&[row, unproved(said), unlock(&row, unlocked), other], &[]);
        let [paid, _, station, _, holder, _] = sums(&whole, classes);
        let [was, _, station_was, _, holder_was, _] = sums(&first, classes);
        let [more, back, station_more, station_back, holder_more, holder_back] = booked;
        assert_eq!(paid, was + more - back, "all on one day");
        assert_eq!(station, station_was + station_more - station_back);
        assert_eq!(holder, holder_was + holder_more - holder_back);
    }
}

/// A record, what was said without a GMAC, and an unlock: on one day or on three, in whatever order.
#[test]
fn days_one_by_one_come_to_what_they_come_to_as_one() {
    let classes = [
        (Class::Online, Class::TakenBack),
        (Class::StationClaim, Class::StationClaimBack),
        (Class::CardholderClaim, Class::CardholderClaimBack),
    ];
    let (_, other) = record();
    for (said, unlocked, recorded) in [(900, 1_000, 1_100), (1_100, 1_000, 900), (700, 900, 800)] {
        let row = grey((1, 0, 2, 1, 5_000, recorded));
        let facts = [row, unproved(said), unlock(&row, unlocked)];
        let whole = clear(&[&facts[..], &[other]].concat(), &[]);
        let whole = classes.map(|(class, _)| i128::from(whole.sum(class).1));
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for days in [[0, 1, 2], [0, 0, 1], [0, 1, 1]] {
                let mut booked = [0; 3];
                let mut before = left(&clear(&[other], &[]));
                for day in 0..4 {
                    let of_day = order.iter().zip(days).filter(|(_, on)| *on == day);
                    let rows: Vec<Row> = of_day.map(|(fact, _)| facts[*fact]).collect();
                    let told = clear(&rows, &before);
                    for (sum, (class, back)) in booked.iter_mut().zip(classes) {
                        *sum += i128::from(told.sum(class).1) - i128::from(told.sum(back).1);
                    }
                    before = left(&told);
                }
                assert_eq!(booked, whole, "{said} {unlocked} {recorded}: {order:?} on {days:?}");
            }
        }
    }
}

#[test]
fn a_settled_number_stays_so_though_another_card_waits_under_it() {
    let row = sale((1, 0, 2, 1, 5_000, 1_200));
    let stranger = tac_seen(&sale((7, 4, 2, 1, 3_000, 70)), 5);
    let first = clear(&[row, stranger], &[]);
    assert_eq!(sums(&first, [Class::Sale, Class::NoRecord]), [1_200, 70]);
    let second = clear(&[row, stranger], &left(&first));
    assert_eq!(sums(&second, [Class::Sale, Class::NoRecord]), [0, 70]);
    assert_eq!((second.sum(Class::SettledBefore).0, second.sum(Class::Duplicate).0), (1, 2));
}

#[test]
fn a_number_of_which_others_alone_spoke_is_still_its_stations() {
    let stranger = tac_seen(&sale((7, 4, 2, 1, 3_000, 70)), 5);
    let first = clear(&[stranger], &[]);
    assert_eq!(first.heard, []);
    let second = clear(&[sale((1, 0, 2, 1, 5_000, 1_200))], &left(&first));
    assert_eq!(sums(&second, [Class::Sale, Class::NoRecord]), [1_200, 70]);
}

#[test]
fn what_came_under_another_ttc_is_booked_once_and_leaves_that_number_free() {
    let row = grey((1, 4, 2, 1, 5_000, 1_200));
    let altered = coded(Row { ttc: 0x0001_0001, ..row });
    for fact in [tac_seen(&altered, 5), unlock(&altered, 1_200)] {
        let first = clear(&[row, fact], &[]);
        assert_eq!(first.sum(Class::TacSeen).1 + first.sum(Class::Online).1, 1_200);
        let second = clear(&[fact], &left(&first));
        assert_eq!((second.sum(Class::NoRecord), second.sum(Class::Online)), ((0, 0), (0, 0)));
        assert_eq!((second.sum(Class::Duplicate).0, second.exceptions()), (1, vec![]));
        let third = clear(&[sale((3, 0, 2, 0x0001_0001, 900, 50)), fact], &left(&second));
        assert_eq!(sums(&third, [Class::Sale, Class::NoRecord, Class::Online]), [50, 0, 0]);
    }
}

#[test]
fn a_notice_waits_for_its_unlock() {
    let (row, other) = record();
    let first = clear(&[no_dispense(&row), other], &[]);
    assert_eq!((first.pending.len(), first.sum(Class::Notice).0), (1, 1));
    let waits = clear(&[no_dispense(&row)], &left(&first));
    assert_eq!((waits.pending.len(), waits.sum(Class::Duplicate).0), (1, 1));
    let second = clear(&[unlock(&row, 0)], &left(&waits));
    assert_eq!((second.sum(Class::Online), second.pending.len()), ((1, 0), 0), "it is over");
    let third = clear(&[row], &left(&second));
    assert_eq!(third.sum(Class::Grey), (1, 1_200), "open, until its card goes on otherwise");
    let fourth = clear(&[sale((1, 2, 3, 1, 5_000, 100))], &left(&third));
    assert_eq!(fourth.sum(Class::Disputed), (1, 1_200));
    assert_eq!(fourth.exceptions(), [("succession_disagrees", 1)]);
}

#[test]
fn a_notice_is_over_when_its_card_goes_on() {
    let (row, other) = record();
    let first = clear(&[no_dispense(&row), other], &[]);
    let second = clear(&[sale((1, 2, 3, 1, 5_000, 100))], &left(&first));
    assert_eq!(second.pending.len(), 0);
    let again = clear(&[no_dispense(&other)], &left(&first));
    assert_eq!(again.pending.len(), 1, "a notice of what is settled is late: it waits for nothing");
}

#[test]
fn a_right_gtac_is_kept_whichever_repeat_has_it() {
    for make in [grey, |of| Row { kind: 7, ..grey(of) }] {
        let right = make((1, 0, 2, 1, 5_000, 1_200));
        let wrong = Row { gtac: 0, ..right };
        for (one, other) in [(wrong, right), (right, wrong)] {
            let first = clear(&[one, other], &[]);
            let second = clear(&[one], &left(&first));
            let third = clear(&[other], &left(&second));
            assert!(left(&third).iter().any(|row| row.has(mark::GTAC)));
            assert_eq!(third.exceptions(), []);
        }
        let first = clear(&[wrong], &[]);
        let second = clear(&[right], &left(&first));
        assert!(left(&second).iter().any(|row| row.has(mark::GTAC)), "a day later");
    }
}

#[test]
fn what_was_paid_by_an_unlock_comes_before_a_copy_of_its_card() {
    let (row, other) = (grey((1, 0, 3, 1, 5_000, 1_200)), sale((2, 0, 3, 9, 5_000, 10)));
    let first = clear(&[unlock(&row, 1_200), other], &[]);
    let second = clear(&[sale((1, 0, 2, 1, 5_000, 700))], &left(&first));
    assert_eq!(sums(&second, [Class::Loss, Class::Sale]), [700, 0], "the other was paid already");
}

#[test]
fn what_comes_under_another_ttc_after_its_lock_was_settled_is_late() {
    let row = grey((1, 4, 2, 1, 5_000, 1_200));
    let altered = coded(Row { ttc: 0x0001_0001, ..row });
    for fact in [unlock(&altered, 1_200), tac_seen(&altered, 5)] {
        let first = clear(&[row], &[]);
        let second = clear(&[sale((1, 6, 3, 1, 3_800, 100))], &left(&first));
        assert_eq!(sums(&second, [Class::Succession]), [1_200]);
        let third = clear(&[fact], &left(&second));
        assert_eq!(sums(&third, [Class::Online, Class::Loss, Class::NoRecord]), [0; 3]);
        assert_eq!(third.exceptions(), [("ttc_high_half_altered", 1)]);
        let mut before = left(&third);
        before.retain(|row| row.kind != 10);
        let fourth = clear(&[fact, unlock(&altered, 1_100)], &before);
        assert_eq!(sums(&fourth, [Class::Online, Class::Loss, Class::NoRecord]), [0; 3]);
    }
}

#[test]
fn who_says_what_he_delivered_without_a_gmac_is_paid_when_the_terminal_is_known_to_be_his() {
    let said = Row { station: 7, ..unproved(1_500) };
    let first = clear(&[said, unlock(&said, 1_500)], &[]);
    assert_eq!(sums(&first, [Class::Online, Class::NoRecord]), [0, 1_500]);
    assert_eq!(first.totals.get(&(Class::NoRecord, 7)), None);
    let second = clear(&[grey((1, 0, 2, 1, 5_000, 1_200))], &left(&first));
    assert_eq!(second.totals[&(Class::Online, 2)], (1, 1_200));
    assert_eq!(sums(&second, [Class::CardholderClaim, Class::TakenBack]), [300, 0]);
    let own = clear(&[unproved(1_500), unlock(&said, 1_500), record().1], &[]);
    assert_eq!(own.totals[&(Class::Online, 2)], (1, 1_500));
}

#[test]
fn a_copy_that_was_paid_as_a_loss_does_not_settle_its_number() {
    let first = clear(&[grey((1, 0, 2, 1, 5_000, 1_200))], &[]);
    let second = clear(&[sale((1, 0, 3, 1, 5_000, 700))], &left(&first));
    assert_eq!(sums(&second, [Class::Loss, Class::Grey]), [700, 1_200]);
    let third = clear(&[sale((1, 2, 4, 1, 3_800, 100))], &left(&second));
    assert_eq!(sums(&third, [Class::Succession, Class::Loss]), [1_200, 0]);
}

#[test]
fn a_notice_after_its_unlock_ends_it_too() {
    let (row, other) = record();
    let first = clear(&[unlock(&row, 0), other], &[]);
    assert_eq!(first.pending.len(), 1);
    let second = clear(&[no_dispense(&row)], &left(&first));
    assert_eq!(second.pending.len(), 0);
}

#[test]
fn an_unlock_that_is_said_again_raises_no_alarm() {
    let (row, _) = record();
    let first = clear(&[row, unlock(&row, 1_200)], &[]);
    let second = clear(&[row, unlock(&row, 1_200)], &left(&first));
    assert_eq!((second.sum(Class::SettledBefore).0, second.exceptions()), (2, vec![]));
    let third = clear(&[unlock(&row, 1_100)], &left(&second));
    assert_eq!(third.exceptions(), [("settled_card_still_grey", 1)]);
}

#[test]
fn a_record_of_another_lock_does_not_displace_what_was_booked() {
    let row = grey((1, 0, 2, 1, 5_000, 1_000));
    let first = clear(&[unproved(1_200), unlock(&row, 1_000), record().1], &[]);
    let second = clear(&[grey((8, 0, 2, 1, 5_000, 50))], &left(&first));
    assert_eq!(second.exceptions(), [("record_disagrees", 1)]);
    let third = clear(&[row], &left(&second));
    assert_eq!(sums(&third, [Class::StationClaimBack, Class::StationClaim]), [200, 0]);
}
