//! `greylock size`: the arithmetic of docs/scale.md.

use crate::world::World;

#[test]
fn the_document_has_what_a_day_asks_and_how_many_bear_it() {
    let line = "size --refuellings 36000 --transfers 3600 --escape-in 100 --barred 90 --stations 10 \
        --load 50 --outcomes-per-second 1 --bytes-per-outcome 1000 --json";
    let document = World::empty().run(line).document();
    let outcomes = &document["outcomes"];
    assert_eq!(outcomes["per_day"], 36_360);
    assert_eq!(outcomes["peak_thousandths_per_second"], 1_010);
    assert_eq!(document["deliveries"]["per_day"], 9_000);
    assert_eq!(document["books_for_outcomes"], 3);
    assert_eq!(document["bytes_a_day"], 36_000_000);
    assert!(document["tac_seconds"].is_null(), "it was not measured");
}

#[test]
fn people_read_the_same() {
    let text =
        World::empty().run("size --refuellings 36000 --outcomes-per-second 1 --load 50").done();
    for line in ["outcomes reported", "one is enough at", "books for the outcomes", "36,036"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("bytes in the end"), "{text}");
}

#[test]
fn nothing_is_computed_of_nothing() {
    for line in ["size --cards 0", "size --peak 101", "size --load 0", "size --escape-in 0"] {
        World::empty().run(line).is_wrong_use("invalid value");
    }
}
