//! The table that is written from a centre's books, cleared: stations are owed what the books owe them.

use std::path::Path;

use clear::row::{Kind, Row};
use crypto::online::Unlock;
use host::{
    Answer, Books as _, Codes as _, Input, OnlineSession, Piece, UnlockAnswer, UnlockRequest,
    UnlockStand,
};
use records::{TableWriter, rows_of as rows_of_books};
use wire::response::InitUnlock;
use wire::{GreyState, GreyStatus, Icc, LockId, Purse, StatusMore, Tid};

use crate::centre::{InMemory, hear, id, mac, now, opened, owes_the_same, rows_of, terms};
use crate::maker::{DAY, keys};
use crate::runs::{here, run};
use crate::truth::{make, order};

/// The card asks to be unlocked where it is, obeys, and its MAC3 is told.
fn unlock(centre: &mut InMemory, record: &Row, otc: u16) {
    let LockId { asn, purse, ctc, tid, ttc } = id(record);
    let lock = terms(record);
    let (balance, version, ctc) = (lock.balance, lock.key.version, ctc + 1);
    let [high, low] = otc.to_be_bytes();
    let icc = Icc([1, 2, high, low]);
    let session = OnlineSession { asn, version, icc, otc };
    let mac1 = keys().unlock_mac1(&session, &UnlockStand { balance, ctc, purse, tid }).unwrap();
    let status = GreyStatus {
        state: GreyState::Grey,
        purse,
        balance,
        ctc,
        tid,
        date: lock.at.date,
        time: lock.at.time,
        a: record.mac2.to_be_bytes(),
        b: mac(record.gtac),
        more: Some(StatusMore { ttc, icc: lock.icc, trn: lock.trn, key: lock.key }),
    };
    let init = InitUnlock { balance, ctc, otc, key: lock.key, icc, mac1 };
    let asked = UnlockRequest { tid, asn, status, init, now: now() };
    let answer = centre.apply(&Input::Unlock(asked)).unwrap();
    let Answer::Unlock(UnlockAnswer::Decided(decided)) = answer else { panic!("{answer:?}") };
    let (amount, date, time) = (decided.amount, decided.date, decided.time);
    let obeyed = Unlock { purse, amount, tid, date, time };
    let after = balance.checked_sub(amount).unwrap();
    let mac3 = keys().unlock_mac3(version, asn, &obeyed, (after, otc)).unwrap();
    let purse: Option<Purse> = Some(purse);
    centre.apply(&Input::Confirm { asn, purse, otc, mac3, now: now() }).unwrap();
}

/// The unlocks of a day, each once, in the order of their cards' numbers.
fn unlocks(rows: &[Row]) -> Vec<&Row> {
    let mut unlocks: Vec<&Row> = rows.iter().filter(|row| row.is(Kind::OnlineUnlock)).collect();
    unlocks.sort_by_key(|row| (row.asn, row.lock()));
    unlocks.dedup_by_key(|row| (row.asn, row.lock()));
    unlocks
}

/// A centre that heard a day: unlocks when they were, before their cards went on, and then all else.
fn heard(rows: &[Row]) -> InMemory {
    let mut centre = opened(rows);
    for (otc, row) in unlocks(rows).into_iter().enumerate() {
        let of_lock = |other: &&Row| {
            other.is(Kind::Grey) && (other.asn, other.lock()) == (row.asn, row.lock())
        };
        let record = rows.iter().find(of_lock).unwrap();
        hear(&mut centre, record);
        unlock(&mut centre, record, otc as u16);
    }
    rows.iter().filter(|row| !row.is(Kind::OnlineUnlock)).for_each(|row| hear(&mut centre, row));
    centre
}

/// The table of what the books hold, or of some of it.
fn table(centre: &InMemory, path: &Path, wanted: impl Fn(&Piece) -> bool) {
    let number = |tid: Tid| centre.books().station_of(tid).unwrap().0.parse().unwrap();
    let pieces = centre.books().held().filter(wanted);
    let rows: Vec<_> = pieces.flat_map(|piece| rows_of_books(&piece.held, number)).collect();
    let mut table = TableWriter::new(std::fs::File::create(path).unwrap()).unwrap();
    table.write(&rows).unwrap();
    table.finish().unwrap();
}

#[test]
fn a_table_out_of_the_books_is_cleared_to_what_they_owe() {
    for seed in [21, 22] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        make(&path("heard.parquet"), order(2_000, seed));
        let rows = rows_of(&path("heard.parquet"));
        let centre = heard(&rows);
        table(&centre, &path("books.parquet"), |_| true);
        let first = run(&path("books.parquet"), None, &path("first"), DAY, here(2, None)).unwrap();
        owes_the_same(&centre, &path("first"), &format!("seed {seed}"));
        let unlocks = unlocks(&rows).len();
        assert!(unlocks > 5, "{unlocks}");
        assert_eq!(first.classes["online"].count, unlocks as u64);
        assert!(first.classes["sale"].count > 1_000 && first.classes["succession"].count > 0);
        assert!(first.rows.quarantined > 0 && first.pending.count > 0);

        // The next day's table holds all that the first one held, or all that is not settled since before.
        let since = wire::Date::new(2026, 11, 24).unwrap();
        table(&centre, &path("some.parquet"), |piece| piece.settled.is_none_or(|day| day >= since));
        for (name, fewer) in [("books.parquet", false), ("some.parquet", true)] {
            let previous = path("first");
            let next =
                run(&path(name), Some(&previous), &path("next"), DAY + 1, here(2, None)).unwrap();
            let repeated = (next.settled.count, next.pending);
            assert_eq!(repeated, (0, first.pending), "{name}: nothing is paid twice");
            assert_eq!(next.rows.read < first.rows.read / 2, fewer, "{name}: {:?}", next.rows);
        }
    }
}
