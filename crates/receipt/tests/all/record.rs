//! A grey record.

use wire::record::Rounding;
use wire::{
    Amount, Asn, Certified, Claim, ClaimedRecord, Date, Delivery, Dispersing, Icc, KeyRef, Limit,
    LockId, LockTerms, Mac, Purse, Scheme, Stamp, Tid, Time, Trn, Ttc,
};

pub fn record() -> ClaimedRecord {
    let at = Stamp {
        date: Date::new(2026, 6, 15).unwrap(),
        time: Time::new(12, 34, 56).unwrap(),
        utc_offset_minutes: 120,
    };
    let id = LockId {
        asn: "6280100000000017".parse::<Asn>().unwrap(),
        purse: Purse::Ed,
        ctc: 7,
        tid: "112233445566".parse::<Tid>().unwrap(),
        ttc: Ttc(41),
    };
    ClaimedRecord {
        terms: LockTerms {
            id,
            icc: Icc([1; 4]),
            trn: Trn([0x80; 4]),
            balance: Amount::new(50_000).unwrap(),
            limit: Limit::default(),
            at,
            key: KeyRef::default(),
            scheme: Scheme::Seed,
            dispersing: Dispersing::default(),
        },
        certified: Certified {
            mac2: Mac([2; 4]),
            gtac: Mac([3; 4]),
            nozzle: 1,
            product: 2,
            unit_price: 789,
            rounding: Rounding::Down,
            ceiling: Amount::new(50_000).unwrap(),
            totalizer_before: 1_000,
        },
        delivery: Delivery {
            quantity: 31_416,
            amount: Amount::new(24_787).unwrap(),
            at,
            totalizer_after: 32_416,
        },
        claim: Claim { gmac: Mac([4; 4]), sam_tac: Mac([5; 4]) },
    }
}
