//! Logbooks of every version as the statements that make them: each opens and goes on. For a new version run the ignored
//! test, keep what it prints beside the others, and add a line here.

use std::fmt::Write as _;
use std::path::Path;

use station::Records as _;
use terminal::{Journal as _, Progress};
use wire::{Amount, Date, Entry, PurchaseAnswer, PurchaseStep, PurchaseTerms, Step, Ttc};

use crate::records::{TAC, debited_status, delivery, record, stamp, terms};
use crate::support::{open, steps, tid};

const VERSION: i64 = 4;

/// In the place of a random one.
const KEY: &str =
    "UPDATE kept SET bytes = x'0107070707070707070707070707070707' WHERE name = 'vehicle_key'";

fn later() -> Date {
    Date::new(2126, 1, 1).unwrap()
}

fn frozen(version: i64) -> String {
    let path = format!("{}/tests/frozen/logbook-v{version}.sql", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// One entry of every kind behind a delivery of a vehicle, and every value that is kept.
fn make(path: &Path) {
    drop(open(path).unwrap());
    rusqlite::Connection::open(path).unwrap().execute(KEY, []).unwrap();
    let mut book = open(path).unwrap();
    book.own_psam(tid(1)).unwrap();
    book.keep("parameters", b"[{\"version\":1},null]").unwrap();
    // The first one leaves, and the others stay.
    steps(1, 1).iter().for_each(|entry| book.append(entry).unwrap());
    book.set_vehicle(Some(book.vehicle("AB-12")));
    steps(1, 2).iter().for_each(|entry| book.append(entry).unwrap());
    book.set_vehicle(None);
    book.append(&Entry::Reported { through: 5 }).unwrap();
    assert_eq!(book.forget(later(), 1), Ok(1));
    rest().iter().for_each(|entry| book.append(entry).unwrap());
    book.trust_clock(stamp(9, 9)).unwrap();
}

fn rest() -> Vec<Entry> {
    let terms = terms();
    let lock = wire::LockId { tid: tid(2), ..terms.id };
    let paid = PurchaseTerms {
        id: wire::LockId { ttc: Ttc(8), ..lock },
        icc: terms.icc,
        amount: Amount::new(700).unwrap(),
        balance: terms.balance,
        limit: terms.limit,
        at: terms.at,
        key: terms.key,
    };
    let purchase = |step| Entry::Purchase { tid: tid(2), ttc: Ttc(8), step };
    let answer = PurchaseAnswer { tac: TAC, mac2: wire::Mac([6; 4]) };
    let other = Entry::Lock { tid: tid(2), ttc: Ttc(6), step: Step::Void };
    let mut given_up = vec![steps(2, 7)[0]];
    given_up.push(Entry::Lock { tid: tid(2), ttc: Ttc(7), step: Step::NoDispense });
    let mut entries = vec![other];
    entries.extend(given_up);
    entries.extend([
        purchase(PurchaseStep::Sent(paid)),
        purchase(PurchaseStep::Paid(answer)),
        Entry::TacSeen { asn: terms.id.asn, status: debited_status() },
        Entry::Refused(wire::LockId { ttc: Ttc(90), ..lock }),
        Entry::RefusedRecord { lock: record().terms.id, tried: record().tried() },
    ]);
    // Each may still come to its end.
    entries.extend(&steps(3, 1)[..1]);
    entries.extend(&steps(3, 2)[..2]);
    entries.extend(&steps(3, 3)[..3]);
    entries.extend(&steps(3, 4)[..4]);
    entries
}

/// The statements that make a file.
fn dump(path: &Path) -> String {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut dump = String::new();
    let schema = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
    let rows = [
        ("entries", "record || ', x''' || hex(bytes) || ''''", "record"),
        ("kept", "'''' || name || ''', x''' || hex(bytes) || ''''", "name"),
        (
            "vehicles",
            "'x''' || hex(tid) || ''', ' || ttc || ', x''' || hex(vehicle) || ''''",
            "tid",
        ),
    ];
    let mut take = |query: &str, before: &str, after: &str| {
        let mut statement = database.prepare(query).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            writeln!(dump, "{before}{}{after}", row.get::<_, String>(0).unwrap()).unwrap();
        }
    };
    take(schema, "", ";");
    for (table, columns, order) in rows {
        let query = format!("SELECT {columns} FROM {table} ORDER BY {order}");
        take(&query, &format!("INSERT INTO {table} VALUES ("), ");");
    }
    take("SELECT user_version || '' FROM pragma_user_version", "PRAGMA user_version = ", ";");
    dump
}

fn thaw(version: i64, path: &Path) {
    rusqlite::Connection::open(path).unwrap().execute_batch(&frozen(version)).unwrap();
}

#[test]
#[ignore = "prints what is kept for a new version"]
fn print_the_current_format() {
    let folder = tempfile::tempdir().unwrap();
    make(&folder.path().join("logbook"));
    println!("{}", dump(&folder.path().join("logbook")));
}

#[test]
fn the_current_format_is_frozen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    make(&path);
    let kept = frozen(VERSION);
    assert_eq!(dump(&path), kept, "the format changed without a new version");
    assert!(kept.ends_with(&format!("user_version = {VERSION};\n")));
}

/// What any station must find again, and can take to its end.
fn recovers(path: &Path) {
    let mut book = open(path).unwrap();
    let step = |book: &logbook::Logbook, ttc| book.progress(tid(3), Ttc(ttc)).unwrap().name();
    assert_eq!(
        [1, 2, 3, 4].map(|ttc| step(&book, ttc)),
        ["lock_sent", "locked", "delivered", "claimed"]
    );
    assert_eq!(book.open_locks().len(), 3);
    assert!(matches!(book.progress(tid(1), Ttc(2)), Some(Progress::Settled(..))));
    assert!(matches!(book.progress(tid(2), Ttc(7)), Some(Progress::NoDispense(_))));
    assert!(book.purchase(tid(2), Ttc(8)).is_some());
    assert_eq!(book.progress(tid(1), Ttc(1)), None, "it left");
    assert_eq!(book.forgotten().unwrap().numbers, 1);
    assert!(book.is_refused(&record()) && book.has_refused(&record().terms.id));
    assert!(book.is_own(tid(1)));
    assert_eq!(book.kept("parameters").unwrap().unwrap(), b"[{\"version\":1},null]");
    let reports = book.unreported().reports.len();
    assert_eq!(reports, 7, "all but the locks of which nobody knows yet how they end");
    for ttc in 1..=4 {
        let known = usize::try_from(ttc).unwrap();
        steps(3, ttc)[known..].iter().for_each(|entry| book.append(entry).unwrap());
    }
    assert!(book.open_locks().is_empty());
    let through = book.records();
    book.append(&Entry::Reported { through }).unwrap();
    drop(book);
    assert!(open(path).unwrap().pending().1.is_empty());
}

#[test]
fn version_4_opens_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    thaw(4, &path);
    let book = open(&path).unwrap();
    let day = delivery().at.date;
    assert_eq!(book.fills_of(book.vehicle("AB-12"), day).len(), 1);
    assert_eq!(book.newest(), Some(stamp(9, 9)));
    drop(book);
    recovers(&path);
}

#[test]
fn version_3_opens_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    thaw(3, &path);
    recovers(&path);
    let mut book = open(&path).unwrap();
    assert!(book.newest() > None);
    let vehicle = book.vehicle("AB-12");
    book.set_vehicle(Some(vehicle));
    steps(4, 1).iter().for_each(|entry| book.append(entry).unwrap());
    drop(book);
    let book = open(&path).unwrap();
    assert_eq!(book.vehicle("AB-12"), vehicle, "the key is kept");
    assert_eq!(book.fills_of(vehicle, delivery().at.date).len(), 1);
}
