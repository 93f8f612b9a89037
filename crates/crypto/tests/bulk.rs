//! Codes in bulk are the codes of one record after the other.
#![cfg(feature = "bulk")]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests")]

use crypto::Key;
use crypto::bulk::{Batch, Bulk, Codes, Engine, Faults, Integers, Keys, Record};
use crypto::session::{Randoms, SessionKey};
use wire::{Amount, Asn, Date, Dispersing, Icc, Mac, Purse, Scheme, Suite, Tid, Time, Trn, Ttc};

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| (self.next() >> 32) as u8)
    }
    fn below(&mut self, most: u64) -> u8 {
        ((self.next() >> 32) % most) as u8
    }
    fn amount(&mut self) -> Amount {
        Amount::new((self.next() >> 33) as u32).unwrap()
    }
    fn date(&mut self) -> Date {
        Date::new(2026 + u16::from(self.below(20)), 1 + self.below(12), 1 + self.below(28)).unwrap()
    }
    fn time(&mut self) -> Time {
        Time::new(self.below(24), self.below(60), self.below(60)).unwrap()
    }
    fn record(&mut self) -> Record {
        Record {
            asn: Asn(self.bytes()),
            purse: if self.next() >> 40 & 1 == 1 { Purse::Ep } else { Purse::Ed },
            ctc: self.next() as u16,
            tid: Tid(self.bytes()),
            ttc: Ttc(self.next() as u32),
            icc: Icc(self.bytes()),
            trn: Trn(self.bytes()),
            balance: self.amount(),
            lock_date: self.date(),
            lock_time: self.time(),
            amount: self.amount(),
            end_date: self.date(),
            end_time: self.time(),
        }
    }
    fn keys(&mut self, suite: Suite, scheme: Scheme) -> Keys {
        let mut key = || Key::of(suite, self.bytes());
        Keys { scheme, consumption: key(), tac: key(), psam: key() }
    }
}

/// By the functions that card, PSAM and centre use.
fn reference(keys: &Keys, record: &Record) -> Codes {
    let dpk = keys.consumption.for_card(record.asn, &Dispersing::NONE);
    let dtk = keys.tac.for_card(record.asn, &Dispersing::NONE).folded();
    let Record { icc, ctc, ttc, trn, tid, .. } = *record;
    let source =
        SessionKey::locking_source(&dpk, keys.scheme, &Randoms { icc, ctc, ttc, trn, tid });
    let (lock, debit) = (record.lock(keys.scheme), record.debit());
    Codes {
        mac2: lock.mac2(&source),
        gtac: lock.gtac(&source, &dtk),
        gmac: debit.gmac(&source, keys.scheme),
        sam_tac: debit.sam_tac(&keys.psam.for_psam(tid), keys.scheme, record.asn, ctc),
        tac: debit.tac(&dtk),
    }
}

fn same(seed: u64, suite: Suite, scheme: Scheme, count: usize) {
    same_of(Random(seed), (suite, suite), scheme, count);
}

/// PSAMs' own keys may be of another suite than cards' keys.
fn same_of(mut random: Random, (suite, psam): (Suite, Suite), scheme: Scheme, count: usize) {
    let keys = Keys { psam: Key::of(psam, random.bytes()), ..random.keys(suite, scheme) };
    let records: Vec<Record> = (0..count).map(|_| random.record()).collect();
    let expected: Vec<Codes> = records.iter().map(|record| reference(&keys, record)).collect();
    let mut batch = Batch::default();
    records.iter().for_each(|record| batch.push(record));
    for engine in Engine::available() {
        let mut made = vec![Codes::ZERO; count];
        let mut bulk = Bulk::new(engine, &keys);
        bulk.codes(&batch, &mut made);
        assert!(made == expected, "{} {suite:?} {scheme:?} {count}", engine.name());
        let mut made = vec![Mac([0; 4]); count];
        bulk.tacs(&batch, &mut made);
        assert!(
            made.iter().zip(&expected).all(|(made, codes)| *made == codes.tac),
            "{}",
            engine.name()
        );
        bulk.gmacs(&batch, &mut made);
        assert!(
            made.iter().zip(&expected).all(|(made, codes)| *made == codes.gmac),
            "{}",
            engine.name()
        );
    }
}

#[test]
fn every_engine_makes_the_codes_that_the_card_makes() {
    let counts =
        [(0, 1), (1, 2), (63, 3), (64, 4), (65, 5), (511, 6), (512, 7), (513, 8), (3000, 9)];
    for (count, seed) in counts {
        same(seed, Suite::TripleDes, Scheme::Seed, count);
        same(seed + 100, Suite::TripleDes, Scheme::Field, count);
        same(seed + 200, Suite::Aes, Scheme::Seed, count);
        same(seed + 300, Suite::Sm4, Scheme::Seed, count);
    }
}

#[test]
fn psams_may_be_of_another_suite_than_cards() {
    let suites = [Suite::TripleDes, Suite::Aes, Suite::Sm4];
    for (seed, suite) in suites.into_iter().enumerate() {
        for psam in suites {
            same_of(Random(seed as u64 + 31), (suite, psam), Scheme::Seed, 600);
        }
    }
}

/// `GREYLOCK_BULK_RECORDS=3000000` makes it millions.
#[test]
fn many_records_under_many_keys() {
    let told = std::env::var("GREYLOCK_BULK_RECORDS").ok().and_then(|told| told.parse().ok());
    let count: usize = told.unwrap_or(240_000);
    let suites = [
        (Suite::TripleDes, Scheme::Seed),
        (Suite::TripleDes, Scheme::Field),
        (Suite::Aes, Scheme::Seed),
        (Suite::Sm4, Scheme::Seed),
    ];
    // Keys change every 5000 records.
    std::thread::scope(|scope| {
        for (place, (suite, scheme)) in suites.into_iter().enumerate() {
            scope.spawn(move || {
                for part in 0..count / suites.len() / 5000 {
                    same((part * 4 + place) as u64 + 1000, suite, scheme, 5000);
                }
            });
        }
    });
}

#[test]
fn exactly_the_falsified_lanes_are_flagged() {
    for (suite, scheme) in [
        (Suite::TripleDes, Scheme::Seed),
        (Suite::TripleDes, Scheme::Field),
        (Suite::Aes, Scheme::Seed),
        (Suite::Sm4, Scheme::Seed),
    ] {
        let mut random = Random(suite as u64 + 77);
        let keys = random.keys(suite, scheme);
        let records: Vec<Record> = (0..5000).map(|_| random.record()).collect();
        let mut claimed: Vec<Codes> =
            records.iter().map(|record| reference(&keys, record)).collect();
        let mut expected = vec![Faults::NONE; records.len()];
        for (codes, expected) in claimed.iter_mut().zip(&mut expected) {
            if random.below(7) == 0 {
                falsify(&mut random, codes, expected);
            }
        }
        let mut batch = Batch::default();
        records.iter().for_each(|record| batch.push(record));
        for engine in Engine::available() {
            let mut faults = vec![Faults::TAC; records.len()];
            Bulk::new(engine, &keys).faults(&batch, &claimed, &mut faults);
            assert!(faults == expected, "{} {suite:?} {scheme:?}", engine.name());
        }
    }
}

/// Flips a bit of one code, or of two.
fn falsify(random: &mut Random, codes: &mut Codes, faults: &mut Faults) {
    for _ in 0..=random.below(2) {
        let (code, fault) = match random.below(5) {
            0 => (&mut codes.mac2, Faults::MAC2),
            1 => (&mut codes.gtac, Faults::GTAC),
            2 => (&mut codes.gmac, Faults::GMAC),
            3 => (&mut codes.sam_tac, Faults::SAM_TAC),
            _ => (&mut codes.tac, Faults::TAC),
        };
        if !faults.any_of(fault) {
            code.0[usize::from(random.below(4))] ^= 1 << random.below(8);
            *faults = faults.and(fault);
        }
    }
}

/// What the elements hold, a cipher does not care: no date, no amount.
#[test]
fn integers_that_are_no_record_have_the_codes_of_their_bytes() {
    let mut random = Random(5);
    let keys = random.keys(Suite::TripleDes, Scheme::Seed);
    let mut batch = Batch::default();
    for _ in 0..700 {
        let mut word = || random.next() as u32;
        batch.push_integers(&Integers {
            asn: u64::from(word()) << 32,
            ep: word() & 1 == 1,
            ctc: word() as u16,
            tid: u64::from(word()),
            ttc: word(),
            icc: word(),
            trn: word(),
            balance: word(),
            lock_date: word(),
            lock_time: word() >> 8,
            amount: word(),
            end_date: word(),
            end_time: word() >> 8,
        });
    }
    let made = |engine| {
        let mut codes = vec![Codes::ZERO; batch.len()];
        Bulk::new(engine, &keys).codes(&batch, &mut codes);
        codes
    };
    let expected = made(Engine::Scalar);
    assert!(Engine::available().into_iter().all(|engine| made(engine) == expected));
}
