//! Codes in bulk are the codes of one record after the other.
#![cfg(feature = "bulk")]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests")]

use crypto::Key;
use crypto::bulk::{Codes, Engine, Keys, Record, codes, gmacs, tacs};
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
    let mut random = Random(seed);
    let keys = random.keys(suite, scheme);
    let records: Vec<Record> = (0..count).map(|_| random.record()).collect();
    let expected: Vec<Codes> = records.iter().map(|record| reference(&keys, record)).collect();
    for engine in Engine::available() {
        let mut made = vec![Codes::ZERO; count];
        codes(engine, &keys, &records, &mut made);
        assert!(made == expected, "{} {suite:?} {scheme:?} {count}", engine.name());
        let mut made = vec![Mac([0; 4]); count];
        tacs(engine, &keys, &records, &mut made);
        assert!(
            made.iter().zip(&expected).all(|(made, codes)| *made == codes.tac),
            "{}",
            engine.name()
        );
        gmacs(engine, &keys, &records, &mut made);
        assert!(
            made.iter().zip(&expected).all(|(made, codes)| *made == codes.gmac),
            "{}",
            engine.name()
        );
    }
}

#[test]
fn every_engine_makes_the_codes_that_the_card_makes() {
    for (count, seed) in
        [(0, 1), (1, 2), (63, 3), (64, 4), (65, 5), (511, 6), (512, 7), (513, 8), (3000, 9)]
    {
        same(seed, Suite::TripleDes, Scheme::Seed, count);
        same(seed + 100, Suite::TripleDes, Scheme::Field, count);
        same(seed + 200, Suite::Aes, Scheme::Seed, count);
        same(seed + 300, Suite::Sm4, Scheme::Seed, count);
    }
}
