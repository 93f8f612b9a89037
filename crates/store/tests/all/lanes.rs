//! What readers see of several hosts: nothing is hidden, and no older state comes after a newer one.

use host::Input;
use store::{Cursor, Desk, Event, Place};
use wire::{Report, Scheme};

use crate::base::{Base, on_postgres, on_sqlite};
use crate::support::world::start;
use crate::support::{CARD, NORTH, Scene, at, keys};

fn heard(desk: &Desk, report: Report) {
    let input = Input::Hear { station: NORTH.to_owned(), report, now: at(200) };
    desk.apply(vec![input]).unwrap().into_iter().for_each(|output| drop(output.unwrap()));
}

fn names(base: &Base, after: &Cursor, most: usize) -> Vec<&'static str> {
    let events = base.reader().events_after(after, most).unwrap();
    let name = |event: &Event| match event {
        Event::Grey { .. } => "grey",
        Event::GreyGone { .. } => "gone",
        Event::Blacklisted { .. } => "blacklisted",
        Event::Cleared { .. } => "cleared",
    };
    events.iter().map(|fed| name(&fed.event)).collect()
}

/// Two hosts take turns with the events of one card.
fn in_turn(base: &Base) {
    let (one, other) = (base.desk(), base.desk());
    one.apply(start().1).unwrap();
    let mut scene = Scene::new();
    let mut told = Vec::new();
    for round in 0..3 {
        let record = scene.grey(100, 1 + 2 * round);
        heard(&other, Report::Grey(record));
        let tac = scene.card.debit(&record);
        heard(&one, Report::Sale(record, tac));
        told.extend(["grey", "gone"]);
        assert_eq!(names(base, &Cursor::default(), 100), told);
    }
    // The same a few at a time, each page behind the one before.
    let (mut cursor, mut paged) = (Cursor::default(), Vec::new());
    loop {
        let page = base.reader().events_after(&cursor, 2).unwrap();
        if page.is_empty() {
            break;
        }
        paged.extend(names(base, &cursor, 2));
        page.iter().for_each(|fed| cursor.pass(fed.lane, fed.number));
    }
    assert_eq!(paged, told);
    assert_eq!(base.reader().end_of_events().unwrap(), cursor);
}

#[test]
fn events_of_two_hosts_about_one_card_are_in_their_order_on_sqlite() {
    in_turn(&on_sqlite(keys(Scheme::Seed)));
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn events_of_two_hosts_about_one_card_are_in_their_order_on_postgres() {
    in_turn(&on_postgres(keys(Scheme::Seed)));
}

/// Another host, that has drawn its numbers and commits after the pages were read.
const LATE: &str = "BEGIN; INSERT INTO lanes VALUES (63); \
    INSERT INTO entries VALUES (63, nextval('posting_blocks') * 1024, 0, 'opening', '1234000000000001', NULL, NULL, NULL, NULL, \
        (SELECT MIN(at) FROM entries), 'issued', 'float/1234000000000001/ed', 5); \
    INSERT INTO notices (code, about, detail, at, lane) VALUES ('tac_wrong', '[null,null,null,null]', 'late', \
        (SELECT MIN(at) FROM entries), 63)";

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn a_page_hides_nothing_of_a_host_that_commits_late_on_postgres() {
    let base = on_postgres(keys(Scheme::Seed));
    let desk = base.desk();
    desk.apply(start().1).unwrap();
    let Place::Postgres(url) = &base.place else { panic!("no PostgreSQL") };
    let mut late = postgres::Client::connect(url, postgres::NoTls).unwrap();
    late.batch_execute(LATE).unwrap();
    // Higher numbers, committed first.
    let mut scene = Scene::new();
    let record = scene.grey(1_000, 1);
    heard(&desk, Report::Sale(record, wire::Mac([1; 4])));
    let mut reader = base.reader();
    let (mut postings, mut notices) = (Cursor::default(), Cursor::default());
    let seen = reader.postings(&postings, 100).unwrap();
    assert_eq!(seen.last().unwrap().row.asn, Some(CARD));
    seen.iter().for_each(|row| postings.pass(row.lane, row.number));
    let told = reader.notices(&notices, 100).unwrap();
    told.iter().for_each(|row| notices.pass(row.lane, row.number));
    assert!(!told.is_empty() && reader.notices(&notices, 100).unwrap().is_empty());
    late.batch_execute("COMMIT").unwrap();
    let late = reader.postings(&postings, 100).unwrap();
    assert_eq!(late.iter().map(|row| row.lane).collect::<Vec<_>>(), [63]);
    assert!(late.iter().all(|late| seen.iter().any(|row| row.number > late.number)));
    let late = reader.notices(&notices, 100).unwrap();
    assert_eq!(late.iter().map(|row| row.row.detail.as_str()).collect::<Vec<_>>(), ["late"]);
}
