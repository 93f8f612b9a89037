//! Keys, days and files of the tests.

use crypto::Key;
use crypto::bulk::Engine;
use host::MainKeys;
use records::Outcome;
use records::day::{Day, Order, Truth};
use wire::Date;

/// Made-up keys.
pub(crate) fn keys() -> MainKeys {
    let places = [0_u8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    let key = |seed: u8| Key::new(places.map(|place| seed.wrapping_mul(37) ^ (place * 13)));
    MainKeys::new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(key), key(11))
}

/// A day of so many rows.
pub(crate) fn order(records: u64, seed: u64) -> Order {
    Order::new(records, seed, Date::new(2026, 11, 23).unwrap())
}

/// Its rows, and what is right about them.
pub(crate) fn made(order: &Order, keys: &MainKeys, threads: usize) -> (Vec<Outcome>, Truth) {
    let mut day = Day::new(order.clone(), keys, Engine::best(), threads).unwrap();
    let mut rows = Vec::new();
    while let Some(more) = day.rows().unwrap() {
        rows.extend(more);
    }
    (rows, day.truth().clone())
}
