//! What it remembers after it was closed, and what it refuses.

use logbook::LogbookError;
use station::{Index, Records as _};
use terminal::{Journal as _, Progress};
use wire::{Entry, Mac, Step, Ttc};

use crate::records::{claim, delivery, record, terms};
use crate::support::{open, steps, tid};

#[test]
fn after_every_entry_it_is_what_a_fold_of_all_entries_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let mut entries = [steps(1, 41), steps(2, 7)].concat();
    entries.push(Entry::Refused(terms().id));
    entries.push(Entry::Reported { through: 6 });
    entries.extend(steps(1, 42));
    let mut expected = Index::default();
    for (record, entry) in (1..).zip(&entries) {
        let mut book = open(&path).unwrap();
        book.append(entry).unwrap();
        expected.take(entry, record).unwrap();
        assert_eq!(book.look(Index::clone), expected);
        drop(book);
        let again = open(&path).unwrap();
        assert_eq!((again.look(Index::clone), again.records()), (expected.clone(), record));
        assert_eq!(again.unreported(), expected.unreported(record));
    }
}

#[test]
fn deliveries_of_a_day_open_locks_and_the_newest_time_are_there_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let mut book = open(&path).unwrap();
    let (asn, day) = (terms().id.asn, delivery().at.date);
    assert_eq!((book.newest(), book.fills(asn, day)), (None, Vec::new()));
    steps(1, 41).iter().for_each(|entry| book.append(entry).unwrap());
    steps(2, 7)[..2].iter().for_each(|entry| book.append(entry).unwrap());
    let looks = |book: &logbook::Logbook| {
        let fills = book.fills(asn, day);
        assert_eq!(fills.len(), 1, "one was delivered");
        assert_eq!((fills[0].nozzle, fills[0].amount), (1, delivery().amount));
        assert!(book.fills(asn, wire::Date::new(2001, 1, 1).unwrap()).is_empty());
        assert_eq!(book.newest(), Some(delivery().at));
        let open = book.open_locks();
        assert!(matches!(open[..], [Progress::Locked(..)]), "{open:?}");
        assert_eq!(book.next_open(None), Some((tid(2), Ttc(7))));
        assert_eq!(book.next_open(Some((tid(2), Ttc(7)))), None);
    };
    looks(&book);
    drop(book);
    looks(&open(&path).unwrap());
}

#[test]
fn what_cannot_follow_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = open(&folder.path().join("logbook")).unwrap();
    let claimed = Entry::Lock { tid: tid(1), ttc: Ttc(41), step: Step::Claimed(claim()) };
    assert!(book.append(&claimed).is_err());
    assert!(
        book.last_error().is_some_and(|words| words.contains("claimed")),
        "{:?}",
        book.last_error()
    );
    assert_eq!(book.records(), 0);
    for entry in steps(1, 41) {
        book.append(&entry).unwrap();
    }
    assert!(matches!(book.progress(tid(1), Ttc(41)), Some(Progress::Settled(_, _))));
    let again = Entry::Lock { tid: tid(1), ttc: Ttc(41), step: Step::Settled(Mac([9; 4])) };
    assert!(book.append(&again).is_err(), "another TAC of a lock that is settled");
    assert_eq!(book.records(), 5);
}

#[test]
fn nobody_else_gets_in_meanwhile_and_no_other_file_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let first = open(&path).unwrap();
    let copy = first.clone();
    drop(first);
    assert!(matches!(open(&path).map(drop), Err(LogbookError::InUse)));
    drop(copy);
    assert!(open(&path).is_ok());

    let text = folder.path().join("text");
    std::fs::write(&text, "a list of things to do".repeat(100)).unwrap();
    assert!(matches!(open(&text).map(drop), Err(LogbookError::Database(_))));
    assert!(std::fs::read(&text).unwrap().starts_with(b"a list"));
}

#[test]
fn a_row_that_somebody_altered_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let mut book = open(&path).unwrap();
    steps(1, 41).iter().for_each(|entry| book.append(entry).unwrap());
    drop(book);
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute("DELETE FROM entries WHERE record = 2", []).unwrap();
    drop(database);
    assert!(matches!(open(&path).map(drop), Err(LogbookError::OutOfOrder { record: 3, .. })));
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute("DELETE FROM entries", []).unwrap();
    database.execute("INSERT INTO entries VALUES (8, x'ff')", []).unwrap();
    drop(database);
    assert!(matches!(open(&path).map(drop), Err(LogbookError::NoEntry { record: 8 })));
    let database = rusqlite::Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 9).unwrap();
    drop(database);
    assert!(matches!(open(&path).map(drop), Err(LogbookError::Version(9))));
}

#[test]
fn a_logbook_of_version_2_goes_on_as_one_of_version_4() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let mut book = open(&path).unwrap();
    book.append(&Entry::Refused(terms().id)).unwrap();
    drop(book);
    let version = |database: &rusqlite::Connection| -> i64 {
        database.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
    };
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute_batch("DROP TABLE vehicles; PRAGMA user_version = 2;").unwrap();
    drop(database);
    let mut book = open(&path).unwrap();
    assert!(book.is_refused(&record()), "whichever record it was");
    let lock = wire::LockId { ttc: Ttc(9), ..terms().id };
    book.append(&Entry::RefusedRecord { lock, tried: record().tried() }).unwrap();
    drop(book);
    assert_eq!(version(&rusqlite::Connection::open(&path).unwrap()), 4);
}
