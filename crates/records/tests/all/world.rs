//! Keys, days and files of the tests.

use crypto::Key;
use crypto::bulk::Engine;
use host::MainKeys;
use records::Outcome;
use records::day::{Day, Order, Truth};
use wire::record::{Claim, Rounding};
use wire::{
    Amount, Certified, ClaimedRecord, Date, Delivery, Dispersing, Icc, KeyRef, Limit, LockId,
    LockTerms, Mac, Purse, Scheme, Stamp, Time, Trn, Ttc,
};

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

/// A claimed record with codes that are none.
pub(crate) fn claimed() -> ClaimedRecord {
    let at = Stamp {
        date: Date::new(2026, 11, 23).unwrap(),
        time: Time::new(9, 30, 0).unwrap(),
        utc_offset_minutes: 60,
    };
    let id = LockId {
        asn: "1234567890123456".parse().unwrap(),
        purse: Purse::Ed,
        ctc: 258,
        tid: "010203040506".parse().unwrap(),
        ttc: Ttc(77),
    };
    ClaimedRecord {
        terms: LockTerms {
            id,
            icc: Icc([1, 2, 3, 4]),
            trn: Trn([0x81, 2, 3, 4]),
            balance: Amount::new(5_000).unwrap(),
            limit: Limit::ZERO,
            at,
            key: KeyRef { version: 1, algorithm: 0x10 },
            scheme: Scheme::Seed,
            dispersing: Dispersing::NONE,
        },
        certified: Certified {
            mac2: Mac([1; 4]),
            gtac: Mac([2; 4]),
            nozzle: 1,
            product: 92,
            unit_price: 789,
            rounding: Rounding::Down,
            ceiling: Amount::new(5_000).unwrap(),
            totalizer_before: 1_000,
        },
        delivery: Delivery {
            quantity: 1_564,
            amount: Amount::new(1_234).unwrap(),
            at,
            totalizer_after: 2_564,
        },
        claim: Claim { gmac: Mac([3; 4]), sam_tac: Mac([4; 4]) },
    }
}
