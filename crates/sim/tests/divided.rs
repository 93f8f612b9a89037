//! The centre's books divided by card: whatever happens in the seeded world, N books answer and end as one does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::num::NonZeroU16;

use host::Partitions;
use sim::divided::{Divisions, Tally};
use sim::run::{Order, Tale, run_beside};

fn divided(order: &Order, count: u16) -> (Tale, Tally) {
    let mut divisions = Divisions::new(Partitions::new(NonZeroU16::new(count).unwrap()));
    let tale = run_beside(order, &mut |keys| Ok(divisions.make(keys)));
    (tale, divisions.tally())
}

/// `SEED=7 TRANSACTIONS=300000 cargo test --release -p sim --test divided as_one` plays more.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn divided_books_answer_and_end_as_one_centre_does() {
    let order = Order::new(number("SEED", 3), number("TRANSACTIONS", 4_000));
    for count in [2, 8] {
        let (tale, tally) = divided(&order, count);
        assert_eq!(tale.failure, None, "{count} books");
        assert_eq!((tale.cents_off, tale.stuck_cards), (0, 0));
        assert!(tally.worlds > 10, "{tally:?}");
    }
}

/// Which kinds of call stay in one card's books, whatever they bring.
#[test]
fn what_stations_report_of_a_card_touches_one_card_s_books() {
    let (tale, tally) = divided(&Order::new(4, 4_000), 8);
    assert_eq!(tale.failure, None);
    let alone = ["sale", "grey record", "unproved", "no dispense", "purchase", "unlock"];
    for kind in alone {
        let touched = tally.calls.get(kind).copied().unwrap_or_default();
        assert!(touched.one > 20, "{kind}: {touched:?}");
        assert_eq!((touched.several, touched.all), (0, 0), "{kind}");
    }
    let void = tally.calls["void"];
    assert!(void.all > 20 && (void.one, void.several) == (0, 0), "{void:?}");
    assert!(tally.calls["transfer at an account"].several > 20);
    let whole = tally.whole();
    assert!(whole.one > 10 * (whole.several + whole.all), "{whole:?}");
}

/// In one book nothing is ever elsewhere.
#[test]
fn one_book_is_always_enough_for_one() {
    let (tale, tally) = divided(&Order::new(4, 400), 1);
    assert_eq!((tale.failure, tally.whole().several), (None, 0));
}
