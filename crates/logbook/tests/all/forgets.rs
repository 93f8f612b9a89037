//! What leaves the logbook, and what stays right without it.

use std::ops::ControlFlow;

use station::{Index, Records as _};
use terminal::{Journal as _, Progress};
use wire::{Date, Entry, Ttc};

use crate::records::delivery;
use crate::support::{open, steps, tid};

fn tomorrow() -> Date {
    let (year, month, _) = delivery().at.date.ymd();
    Date::new(year + 1, month, 1).unwrap()
}

/// A whole lock after the other, all reported, with an open lock in between.
fn filled(path: &std::path::Path) -> logbook::Logbook {
    let mut book = open(path).unwrap();
    for ttc in 1..=5 {
        steps(1, ttc).iter().for_each(|entry| book.append(entry).unwrap());
    }
    steps(2, 1)[..4].iter().for_each(|entry| book.append(entry).unwrap());
    steps(2, 2)[..1].iter().for_each(|entry| book.append(entry).unwrap());
    for ttc in 6..=9 {
        steps(1, ttc).iter().for_each(|entry| book.append(entry).unwrap());
    }
    let through = book.records();
    book.append(&Entry::Reported { through: 5 }).unwrap();
    book.append(&Entry::Reported { through }).unwrap();
    steps(1, 10).iter().for_each(|entry| book.append(entry).unwrap());
    book
}

#[test]
fn what_ended_and_is_reported_leaves_in_batches_and_all_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let book = filled(&path);
    let (records, unreported) = (book.records(), book.unreported());
    let totalizer = book.totalizer_before(tid(2), Ttc(2), 1);
    assert!(totalizer.is_some());
    assert_eq!(book.forget(delivery().at.date, 100), Ok(0), "nothing is so old");
    assert_eq!(book.forget(tomorrow(), 3), Ok(3));
    // Lock 5 has the reading before the open lock.
    assert_eq!(book.forget(tomorrow(), 100), Ok(5));
    assert_eq!(book.forget(tomorrow(), 100), Ok(0));
    let looks = |book: &logbook::Logbook| {
        assert_eq!((book.records(), book.unreported()), (records, unreported.clone()));
        assert_eq!(book.highest_ttc(tid(1)), Some(Ttc(10)));
        assert_eq!(book.totalizer_before(tid(2), Ttc(2), 1), totalizer);
        assert!(matches!(book.progress(tid(2), Ttc(1)), Some(Progress::Claimed(_))));
        assert!(matches!(book.progress(tid(2), Ttc(2)), Some(Progress::LockSent(_))));
        assert_eq!(book.progress(tid(1), Ttc(1)), None);
        let forgotten = book.forgotten().unwrap();
        let amount = u64::from(delivery().amount.units());
        assert_eq!((forgotten.numbers, forgotten.amount), (8, 8 * amount));
        let mut rows = Vec::new();
        book.each(0, |record, _| {
            rows.push(record);
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(rows.len() as u64 + forgotten.rows, records);
        assert!(rows.is_sorted());
    };
    looks(&book);
    let before = book.look(Index::clone);
    drop(book);
    let again = open(&path).unwrap();
    looks(&again);
    assert_eq!(again.look(Index::clone), before, "as a fold of what is left");
}

#[test]
fn needed_readings_at_the_head_hold_nothing_else_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = open(&folder.path().join("logbook")).unwrap();
    for (ttc, other) in [(1, 2), (2, 3), (3, 4)] {
        steps(1, ttc).iter().for_each(|entry| book.append(entry).unwrap());
        // Open for long, and locks 1 to 3 hold the readings before them.
        steps(other, 1)[..1].iter().for_each(|entry| book.append(entry).unwrap());
    }
    for ttc in 4..=9 {
        steps(1, ttc).iter().for_each(|entry| book.append(entry).unwrap());
    }
    let through = book.records();
    book.append(&Entry::Reported { through }).unwrap();
    assert_eq!(book.forget(tomorrow(), 3), Ok(3));
    assert!((1..=3).all(|ttc| book.progress(tid(1), Ttc(ttc)).is_some()));
    assert_eq!(book.forget(tomorrow(), 3), Ok(2), "and the last one has the newest reading");
}

#[test]
fn what_is_not_reported_never_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = open(&folder.path().join("logbook")).unwrap();
    for ttc in 1..=5 {
        steps(1, ttc).iter().for_each(|entry| book.append(entry).unwrap());
    }
    assert_eq!(book.forget(tomorrow(), 100), Ok(0));
    assert_eq!(book.records(), 25);
}

#[test]
fn a_tac_that_was_seen_leaves_once_the_centre_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let mut book = open(&path).unwrap();
    let seen = |ctc| {
        let status = wire::GreyStatus { ctc, ..crate::records::debited_status() };
        Entry::TacSeen { asn: crate::records::terms().id.asn, status }
    };
    steps(1, 1).iter().for_each(|entry| book.append(entry).unwrap());
    book.append(&seen(9)).unwrap();
    steps(1, 2).iter().for_each(|entry| book.append(entry).unwrap());
    let through = book.records();
    book.append(&seen(11)).unwrap();
    steps(1, 3).iter().for_each(|entry| book.append(entry).unwrap());
    book.append(&Entry::Reported { through }).unwrap();
    assert_eq!(book.forget(delivery().at.date, 100), Ok(0), "it is not old");
    assert_eq!(book.look(|index| index.tacs_seen().len()), 2);
    assert_eq!(book.forget(tomorrow(), 100), Ok(2));
    let left = |book: &logbook::Logbook| {
        book.look(|index| index.tacs_seen().iter().map(|seen| seen.status.ctc).collect::<Vec<_>>())
    };
    assert_eq!(left(&book), [11], "the centre has not taken that one");
    let before = book.look(Index::clone);
    drop(book);
    let mut book = open(&path).unwrap();
    assert_eq!(book.look(Index::clone), before, "as a fold of what is left");
    // It needs no lock that leaves with it.
    let through = book.records();
    book.append(&Entry::Reported { through }).unwrap();
    assert_eq!(book.forget(tomorrow(), 100), Ok(1));
    assert!(left(&book).is_empty());
    // Shown once more it is kept and reported once more.
    book.append(&seen(9)).unwrap();
    assert_eq!(left(&book), [9]);
}

#[test]
fn times_to_come_count_no_more_once_the_clock_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let mut book = open(&path).unwrap();
    let at = |year| {
        let date = Date::new(year, 6, 1).unwrap();
        wire::Stamp { date, ..delivery().at }
    };
    let sent = |ttc, year| {
        let mut entry = steps(1, ttc)[0];
        if let Entry::Lock { step: wire::Step::LockSent(terms), .. } = &mut entry {
            terms.at = at(year);
        }
        entry
    };
    book.append(&sent(1, 2031)).unwrap();
    assert_eq!(book.newest(), Some(at(2031)));
    book.trust_clock(at(2026)).unwrap();
    assert_eq!(book.newest(), Some(at(2026)));
    drop(book);
    let mut book = open(&path).unwrap();
    assert_eq!(book.newest(), Some(at(2026)), "nothing is newer");
    book.append(&sent(2, 2027)).unwrap();
    drop(book);
    assert_eq!(open(&path).unwrap().newest(), Some(at(2027)), "what came since counts");
}

#[test]
fn fills_are_a_vehicles_too_until_they_leave() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let mut book = open(&path).unwrap();
    let (mine, other) = (book.vehicle("AB-12"), book.vehicle("AB-13"));
    let day = delivery().at.date;
    book.set_vehicle(Some(mine));
    steps(1, 1).iter().for_each(|entry| book.append(entry).unwrap());
    // It runs at another nozzle.
    steps(2, 1)[..2].iter().for_each(|entry| book.append(entry).unwrap());
    book.set_vehicle(None);
    steps(1, 2).iter().for_each(|entry| book.append(entry).unwrap());
    let looks = |book: &logbook::Logbook| {
        let amounts: Vec<_> = book.fills_of(mine, day).iter().map(|fill| fill.amount).collect();
        assert_eq!(amounts, [delivery().amount, crate::records::certified().ceiling]);
        assert_eq!(book.fills_of(other, day), []);
        assert_eq!(book.vehicle("AB-12"), mine);
    };
    looks(&book);
    drop(book);
    let mut book = open(&path).unwrap();
    looks(&book);
    steps(2, 1)[2..].iter().for_each(|entry| book.append(entry).unwrap());
    steps(2, 2).iter().for_each(|entry| book.append(entry).unwrap());
    let through = book.records();
    book.append(&Entry::Reported { through }).unwrap();
    assert_eq!(book.forget(tomorrow(), 100), Ok(2));
    assert_eq!(book.fills_of(mine, day), []);
    drop(book);
    assert_eq!(open(&path).unwrap().fills_of(mine, day), []);
}

#[test]
fn values_are_kept_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let book = open(&path).unwrap();
    assert_eq!(book.kept("parameters"), Ok(None));
    book.keep("parameters", b"one").unwrap();
    book.keep("parameters", b"two").unwrap();
    drop(book);
    assert_eq!(open(&path).unwrap().kept("parameters"), Ok(Some(b"two".to_vec())));
}
