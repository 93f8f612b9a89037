//! Books that leave row by row are the same books where they arrive.

use host::{Books as _, MainKeys};
use store::Export;
use wire::Scheme;

use crate::base::{Base, on_postgres, on_sqlite};
use crate::hosts::told;
use crate::support::keys;
use crate::support::world::start;

fn round(base: fn(MainKeys) -> Base) {
    let base = base(keys(Scheme::Seed));
    let desk = base.desk();
    for input in start().1.iter().chain(&told().loose) {
        let _told = desk.apply(vec![input.clone()]).unwrap();
    }
    let mut reader = base.reader();
    let (mut export, mut rows) = (Export::default(), 0);
    reader
        .export(|table, row| {
            export.add(table.to_owned(), row);
            rows += 1;
            true
        })
        .unwrap();
    let there = reader.everything().unwrap();
    assert!(there.postings().len() > 4 && !there.notices().is_empty());
    assert_eq!(export.books().unwrap(), there);
    let mut taken = 0;
    reader
        .export(|_, _| {
            taken += 1;
            taken < 3
        })
        .unwrap();
    assert_eq!((taken, rows > 3), (3, true), "who wants no more gets no more");
}

#[test]
fn exported_books_are_the_same_books_on_sqlite() {
    round(on_sqlite);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn exported_books_are_the_same_books_on_postgres() {
    round(on_postgres);
}

#[test]
fn a_row_of_another_version_is_told() {
    let mut export = Export::default();
    export.add("cards".to_owned(), vec!["6280100000000017".into()]);
    assert_eq!(export.books().unwrap_err().kind, store::Kind::Damaged);
}
