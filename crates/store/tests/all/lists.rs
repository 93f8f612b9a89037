//! The lists of stations: base and events come to the same list, and what the books say of it is true at every cursor.

use host::{Input, MainKeys};
use lists::{Blacklist, GreyList, Kind, Numbers};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use store::{Cursor, Desk, Event, Fed, Reader};
use wire::{ClaimedRecord, LockId, Report, Scheme};

use crate::base::{Base, on_postgres, on_sqlite};
use crate::support::world::{start, stories, world};
use crate::support::{CARD, NORTH, OTHER, Scene, act, at, keys};

/// What a station holds that has heard everything.
#[derive(Default)]
struct Station {
    cursor: Cursor,
    blacklist: Blacklist,
    grey: GreyList,
}

impl Station {
    fn hear(&mut self, fed: &Fed) {
        assert!(self.cursor.comes_next(fed.lane, fed.number), "{fed:?} behind {}", self.cursor);
        self.cursor.pass(fed.lane, fed.number);
        let next = |numbers: Numbers| numbers.version + 1;
        let (black, grey) = (self.blacklist.list().numbers(), self.grey.list().numbers());
        match &fed.event {
            Event::Grey { record } => {
                let bytes = hex::decode(record).unwrap();
                let record: ClaimedRecord = wire::record::decode(&bytes).unwrap();
                self.grey.add(next(grey), &record).unwrap();
            }
            Event::GreyGone { lock, .. } => {
                let lock: LockId = wire::record::decode(&hex::decode(lock).unwrap()).unwrap();
                assert!(self.grey.get(&lock).is_some(), "{lock:?} was never listed");
                self.grey.remove(next(grey), &lock).unwrap();
            }
            Event::Blacklisted { asn, .. } => {
                self.blacklist.apply(next(black), asn.parse().unwrap(), true).unwrap();
            }
            Event::Cleared { asn } => {
                self.blacklist.apply(next(black), asn.parse().unwrap(), false).unwrap();
            }
        }
    }

    fn agrees(&self, reader: &mut Reader) {
        for (kind, mine) in [
            (Kind::Blacklist, self.blacklist.list().numbers()),
            (Kind::GreyList, self.grey.list().numbers()),
        ] {
            let head = reader.list_at(kind, Some(self.cursor.clone())).unwrap().unwrap();
            assert_eq!((&head.cursor, head.numbers), (&self.cursor, mine), "{kind:?}");
        }
    }
}

fn base_of(reader: &mut Reader, kind: Kind) -> Vec<u8> {
    let mut bytes = Vec::new();
    let each = |part: Vec<u8>| {
        bytes.extend(part);
        true
    };
    reader.list_base(kind, each).unwrap();
    bytes
}

/// Hears all events, one by one, and compares at each of them; at the end with both bases.
fn holds(base: &Base) -> Station {
    let (mut reader, mut station) = (base.reader(), Station::default());
    station.agrees(&mut reader);
    for fed in base.reader().events_after(&Cursor::default(), 10_000).unwrap() {
        station.hear(&fed);
        station.agrees(&mut reader);
    }
    let bytes = base_of(&mut reader, Kind::Blacklist);
    let (list, cursor) = Blacklist::from_bytes(&bytes).unwrap();
    assert_eq!(list.list().numbers(), station.blacklist.list().numbers());
    assert_eq!(cursor, reader.end_of_events().unwrap());
    let (list, _) = GreyList::from_bytes(&base_of(&mut reader, Kind::GreyList)).unwrap();
    assert_eq!(list.list().numbers(), station.grey.list().numbers());
    let record = list.list().rows().map(|(_, value)| value).collect::<Vec<_>>();
    assert_eq!(record, station.grey.list().rows().map(|(_, value)| value).collect::<Vec<_>>());
    station
}

fn any_history(base: fn(MainKeys) -> Base, cases: u32) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let any = (stories(), prop::option::of(0..4_000_u32), 1..9_usize);
    TestRunner::new(config)
        .run(&any, |(stories, last, batch)| {
            let told = world(&stories, last);
            let base = base(keys(Scheme::Seed));
            // Two hosts in turn: a row that one put there the other may take away.
            let desks = [base.desk(), base.desk()];
            let inputs: Vec<Input> = told.log.iter().map(|(input, _)| input.clone()).collect();
            for (turn, batch) in inputs.chunks(batch).enumerate() {
                desks[turn % 2].apply(batch.to_vec()).unwrap();
            }
            holds(&base);
            Ok(())
        })
        .unwrap();
}

#[test]
fn base_and_events_are_one_list_on_sqlite() {
    any_history(on_sqlite, 16);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn base_and_events_are_one_list_on_postgres() {
    any_history(on_postgres, 8);
}

fn told(desk: &Desk, input: Input) {
    desk.apply(vec![input]).unwrap().remove(0).unwrap();
}

fn comes_and_goes(base: &Base) {
    let (one, other) = (base.desk(), base.desk());
    one.apply(start().1).unwrap();
    let mut scene = Scene::new();
    let record = scene.grey(100, 1);
    let hear = |report| Input::Hear { station: NORTH.to_owned(), report, now: at(200) };
    told(&one, hear(Report::Grey(record)));
    let lost = |asn| Input::Act(act(host::Subject::Card(asn), host::Measure::Block, 0));
    told(&other, lost(CARD));
    told(&one, lost(OTHER));
    let station = holds(base);
    assert_eq!((station.grey.list().len(), station.blacklist.list().len()), (1, 2));
    assert_eq!(station.grey.get(&record.terms.id), Some(record));
    assert!(station.blacklist.contains(CARD));
    let tac = scene.card.debit(&record);
    told(&other, hear(Report::Sale(record, tac)));
    assert_eq!(holds(base).grey.list().len(), 0);
    let mut ahead = station.cursor;
    ahead.pass(0, 1_000);
    let of_other_books = base.reader().list_at(Kind::GreyList, Some(ahead)).unwrap();
    assert_eq!(of_other_books, None, "books that were put back from a copy never had it");
}

#[test]
fn cards_and_records_come_and_go_on_sqlite() {
    comes_and_goes(&on_sqlite(keys(Scheme::Seed)));
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn cards_and_records_come_and_go_on_postgres() {
    comes_and_goes(&on_postgres(keys(Scheme::Seed)));
}

/// More rows than are read at once, and several locks of one card across the border.
#[test]
fn a_long_list_is_whole_and_in_order() {
    let base = on_sqlite(keys(Scheme::Seed));
    drop(base.desk());
    let store::Place::Sqlite(path) = &base.place else { panic!("a file") };
    let file = rusqlite::Connection::open(path).unwrap();
    let mut scene = Scene::new();
    let record = scene.grey(100, 1);
    let mut all = Vec::new();
    let put = file.unchecked_transaction().unwrap();
    for number in 0..9_000_u32 {
        let mut record = record;
        let card = format!("62801000{:08}", number / 3 * 7).parse().unwrap();
        // CTC falls as TTC grows: by TTC the rows of a card are not in the order of their keys.
        let (ctc, ttc) = (3 - u16::try_from(number % 3).unwrap(), wire::Ttc(number));
        record.terms.id = LockId { asn: card, ctc, ttc, ..record.terms.id };
        let bytes = hex::encode(wire::record::encode(&record).to_vec());
        let (tid, asn) = (record.terms.id.tid.to_string(), card.to_string());
        put.execute("INSERT INTO cases VALUES (?, ?, ?, ?, '')", (tid, number, asn, bytes))
            .unwrap();
        all.push(record);
    }
    put.commit().unwrap();
    let bytes = base_of(&mut base.reader(), Kind::GreyList);
    let rows = GreyList::base(0, all).unwrap();
    let written: Vec<u8> =
        rows.list().rows().flat_map(|(key, value)| [&key[..], &value].concat()).collect();
    assert!(bytes.ends_with(&written), "the rows, by key");
}
