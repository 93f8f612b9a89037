//! The books in the database against those of the rules in memory, which were told the same.

use std::collections::BTreeMap;
use std::fmt::Debug;

use host::{Books, Centre, Codes, Input, MainKeys, MemoryBooks, Notice, Posting};
use store::Reader;
use wire::{Scheme, Stamp};

use crate::support::{at, keys, opening};
use crate::town::{CARDS, STATIONS, Town, Wrong, asn, station, tid};

/// Every row of the books, without the time at which it was written: a kind and its words.
type Rows = Vec<(&'static str, String)>;

fn words<T: Debug>(kind: &'static str, rows: Vec<T>) -> Rows {
    rows.into_iter().map(|row| (kind, format!("{row:?}"))).collect()
}

fn rows<B: Books, V: Codes>(centre: &Centre<B, V>) -> Rows {
    let at = Stamp::default();
    let postings = centre.postings().into_iter().map(|row| Posting { at, ..row }).collect();
    let notices = centre.notices().into_iter().map(|row| Notice { at, ..row }).collect();
    let holes = (0..STATIONS).map(|place| centre.holes(tid(place))).collect();
    let trial = centre.trial_balance();
    [
        words("outcome", centre.outcomes()),
        words("purchase", centre.purchases()),
        words("decision", centre.decisions()),
        words("posting", postings),
        words::<Notice>("notice", notices),
        words("account", trial.accounts.into_iter().collect()),
        words("sum", vec![trial.sum]),
        words("holes", holes),
        words("grey", centre.grey_list()),
        words("blacklist", centre.blacklist()),
    ]
    .concat()
}

/// The rules in memory, card after card.
fn in_memory(told: &[Vec<Input>]) -> Centre<MemoryBooks, MainKeys> {
    let mut centre = Centre::new(MemoryBooks::new(), keys(Scheme::Seed));
    for card in 0..CARDS {
        centre.register_card(&opening(asn(card)), at(0)).unwrap();
    }
    for place in 0..STATIONS {
        centre.register_psam(tid(place), &station(tid(place))).unwrap();
    }
    for input in told.iter().flatten() {
        let output = centre.apply(input);
        assert!(output.is_ok(), "{input:?}: {output:?}");
    }
    centre
}

/// What the database has less and more than it should.
#[expect(clippy::redundant_closure, reason = "the function has one lifetime, the closure any")]
pub fn weigh(town: &Town, reader: &mut Reader, told: &[Vec<Input>]) {
    let wanted = in_memory(told);
    assert_eq!(wanted.trial_balance().sum, 0);
    let mut counts: BTreeMap<(&'static str, String), i64> = BTreeMap::new();
    for row in rows(&wanted) {
        *counts.entry(row).or_default() -= 1;
    }
    for row in reader.look(|centre| rows(centre)).unwrap() {
        *counts.entry(row).or_default() += 1;
    }
    for ((kind, row), count) in counts.into_iter().filter(|(_, count)| *count != 0) {
        let wrong = match (kind, count > 0) {
            ("posting" | "decision", true) => Wrong::Doubled,
            ("outcome" | "purchase" | "posting", false) => Wrong::Lost,
            _ => Wrong::Books,
        };
        town.found(wrong, format!("{kind}, {count:+}: {row}"));
    }
}
