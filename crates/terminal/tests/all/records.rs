//! One lock's records, made up: codes need not be right here.

use terminal::Progress;
use wire::record::Rounding;
use wire::*;

pub(crate) fn stamp(day: u8, second: u8) -> Stamp {
    Stamp {
        date: Date::new(2026, 6, day).unwrap(),
        time: Time::new(8, 0, second).unwrap(),
        utc_offset_minutes: 120,
    }
}

pub(crate) fn terms() -> LockTerms {
    LockTerms {
        id: LockId {
            asn: "1234567890123456".parse().unwrap(),
            purse: Purse::Ed,
            ctc: 7,
            tid: "000000000001".parse().unwrap(),
            ttc: Ttc(41),
        },
        icc: Icc([1, 2, 3, 4]),
        trn: Trn([0x81, 2, 3, 4]),
        balance: Amount::new(10_000).unwrap(),
        limit: Limit::ZERO,
        at: stamp(1, 1),
        key: KeyRef { version: 1, algorithm: 0 },
        scheme: Scheme::Seed,
        dispersing: Dispersing::NONE,
    }
}

pub(crate) fn certified() -> Certified {
    Certified {
        mac2: Mac([1; 4]),
        gtac: Mac([2; 4]),
        nozzle: 1,
        product: 1,
        unit_price: 789,
        rounding: Rounding::Down,
        ceiling: Amount::new(10_000).unwrap(),
        totalizer_before: 500,
    }
}

pub(crate) fn delivery() -> Delivery {
    Delivery {
        quantity: 1000,
        amount: Amount::new(789).unwrap(),
        at: stamp(1, 9),
        totalizer_after: 1500,
    }
}

pub(crate) fn claim() -> Claim {
    Claim { gmac: Mac([3; 4]), sam_tac: Mac([4; 4]) }
}

pub(crate) const TAC: Mac = Mac([5; 4]);

pub(crate) fn record() -> ClaimedRecord {
    ClaimedRecord { terms: terms(), certified: certified(), delivery: delivery(), claim: claim() }
}

/// Every step a lock can have taken, by its name.
pub(crate) fn all_progress() -> Vec<Progress> {
    vec![
        Progress::LockSent(terms()),
        Progress::Locked(terms(), certified()),
        Progress::Delivered(terms(), certified(), delivery()),
        Progress::Claimed(record()),
        Progress::Settled(record(), TAC),
        Progress::NoDispense(terms()),
        Progress::Void(Some(terms())),
        Progress::Void(None),
    ]
}

pub(crate) fn all_steps() -> Vec<Step> {
    vec![
        Step::LockSent(terms()),
        Step::Locked(certified()),
        Step::Delivered(delivery()),
        Step::Claimed(claim()),
        Step::Settled(TAC),
        Step::NoDispense,
        Step::Void,
    ]
}

/// What the card shows while it is grey under [`terms`].
pub(crate) fn grey_status() -> GreyStatus {
    let terms = terms();
    GreyStatus {
        state: GreyState::Grey,
        purse: Purse::Ed,
        balance: terms.balance,
        ctc: terms.id.ctc + 1,
        tid: terms.id.tid,
        date: terms.at.date,
        time: terms.at.time,
        a: certified().mac2.0,
        b: certified().gtac,
        more: Some(StatusMore {
            ttc: terms.id.ttc,
            icc: terms.icc,
            trn: terms.trn,
            key: terms.key,
        }),
    }
}

/// What it shows after the debit of [`record`].
pub(crate) fn debited_status() -> GreyStatus {
    GreyStatus {
        state: GreyState::Debited,
        balance: Amount::new(9211).unwrap(),
        ctc: terms().id.ctc + 2,
        date: delivery().at.date,
        time: delivery().at.time,
        a: delivery().amount.to_bytes(),
        b: TAC,
        more: Some(StatusMore { ttc: terms().id.ttc, ..StatusMore::default() }),
        ..grey_status()
    }
}
