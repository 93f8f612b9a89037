//! Grey records, and how fast a card is found.

use std::hint::black_box;
use std::time::Instant;

use lists::{Blacklist, Cursor, GreyList};
use wire::record::Rounding;
use wire::{
    Amount, Asn, Certified, Claim, ClaimedRecord, Date, Delivery, Dispersing, Icc, KeyRef, Limit,
    LockId, LockTerms, Mac, Purse, Scheme, Stamp, Tid, Time, Trn, Ttc,
};

fn at() -> Stamp {
    Stamp {
        date: Date::new(2026, 6, 15).unwrap(),
        time: Time::new(12, 0, 0).unwrap(),
        utc_offset_minutes: 60,
    }
}

fn record(ttc: u32, levels: Dispersing) -> ClaimedRecord {
    let id =
        LockId { asn: Asn([0x62; 8]), purse: Purse::Ep, ctc: 7, tid: Tid([9; 6]), ttc: Ttc(ttc) };
    ClaimedRecord {
        terms: LockTerms {
            id,
            icc: Icc([1; 4]),
            trn: Trn([0x80; 4]),
            balance: Amount::new(5_000).unwrap(),
            limit: Limit::default(),
            at: at(),
            key: KeyRef::default(),
            scheme: Scheme::Seed,
            dispersing: levels,
        },
        certified: Certified {
            mac2: Mac([2; 4]),
            gtac: Mac([3; 4]),
            nozzle: 1,
            product: 2,
            unit_price: 789,
            rounding: Rounding::Down,
            ceiling: Amount::new(5_000).unwrap(),
            totalizer_before: 12,
        },
        delivery: Delivery {
            quantity: 1_000,
            amount: Amount::new(789).unwrap(),
            at: at(),
            totalizer_after: 1_012,
        },
        claim: Claim { gmac: Mac([4; 4]), sam_tac: Mac([5; 4]) },
    }
}

#[test]
fn a_record_comes_and_goes() {
    let mut list =
        GreyList::base(1, [record(2, Dispersing::default()), record(1, Dispersing::default())])
            .unwrap();
    let mut deep = record(3, Dispersing::new(&[[7; 8]; Dispersing::MOST]).unwrap());
    deep.delivery.quantity = u64::MAX;
    list.add(2, &deep).unwrap();
    assert_eq!(list.get(&deep.terms.id), Some(deep));
    list.remove(3, &record(1, Dispersing::default()).terms.id).unwrap();
    assert_eq!(list.get(&record(1, Dispersing::default()).terms.id), None);
    let (again, _) = GreyList::from_bytes(&list.to_bytes(&Cursor::default())).unwrap();
    assert_eq!(
        again.get(&record(2, Dispersing::default()).terms.id),
        Some(record(2, Dispersing::default()))
    );
    assert_eq!((again.list().len(), again.list().digest()), (2, list.list().digest()));
    let other = LockId { ctc: 8, ..deep.terms.id };
    assert_eq!(again.get(&other), None, "no part of a lock id is enough");
}

/// A million cards: the README's figure is printed by this test.
#[test]
#[ignore = "a figure, not a check: cargo test -p lists --release -- --ignored --nocapture"]
fn how_fast_a_card_is_found_among_a_million() {
    let number = |n: u32| {
        let digits = format!("62801000{n:08}");
        digits.parse::<Asn>().unwrap()
    };
    let list = Blacklist::base(1, (0..1_000_000).map(|n| number(n * 7)).collect());
    let asked: Vec<Asn> =
        (0..1_000_000_u32).map(|n| number(n.wrapping_mul(2_654_435_761) % 10_000_000)).collect();
    let start = Instant::now();
    let found = asked.iter().filter(|asn| list.contains(**asn)).count();
    let each = start.elapsed() / 1_000_000;
    println!("{} cards, {found} of 1000000 found, {each:?} each", list.list().len());
    black_box(found);
}
