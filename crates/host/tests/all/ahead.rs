//! Codes of many records at once are the codes of one record after the other, for every suite, scheme, level and version.

use crate::support::{TestCard, TestPsam, at, keys};
use crypto::Key;
use crypto::bulk::Engine;
use host::{Ahead, Input, KeyKind, KeySet, KeyVault, MainKeys, Together};
use proptest::prelude::*;
use std::sync::Arc;
use wire::{Asn, Mac, Report, Scheme, Suite, Tid};

/// A vault that is asked record by record, as a device is.
struct OneByOne(MainKeys);

impl KeyVault for OneByOne {
    fn card_key(&self, kind: KeyKind, version: u8, asn: Asn) -> Option<Key> {
        self.0.card_key(kind, version, asn)
    }
    fn psam_key(&self, tid: Tid) -> Key {
        self.0.psam_key(tid)
    }
    fn scheme(&self, version: u8) -> Option<Scheme> {
        self.0.scheme(version)
    }
    fn suite(&self, version: u8) -> Option<u8> {
        self.0.suite(version)
    }
    fn versions(&self) -> Vec<u8> {
        self.0.versions()
    }
    fn issuer(&self) -> [u8; 8] {
        self.0.issuer
    }
    fn levels(&self, kind: KeyKind) -> u8 {
        self.0.levels_of(kind)
    }
    fn consumption_key(&self, version: u8) -> Option<Key> {
        self.0.consumption_key(version)
    }
}

/// A vault that must not lend its keys.
struct Miser(MainKeys);

impl KeyVault for Miser {
    fn card_key(&self, kind: KeyKind, version: u8, asn: Asn) -> Option<Key> {
        self.0.card_key(kind, version, asn)
    }
    fn psam_key(&self, tid: Tid) -> Key {
        self.0.psam_key(tid)
    }
    fn scheme(&self, version: u8) -> Option<Scheme> {
        self.0.scheme(version)
    }
    fn suite(&self, version: u8) -> Option<u8> {
        self.0.suite(version)
    }
    fn versions(&self) -> Vec<u8> {
        self.0.versions()
    }
    fn issuer(&self) -> [u8; 8] {
        self.0.issuer
    }
    fn levels(&self, kind: KeyKind) -> u8 {
        self.0.levels_of(kind)
    }
    fn consumption_key(&self, version: u8) -> Option<Key> {
        self.0.consumption_key(version)
    }
    fn in_bulk(&self, version: u8) -> bool {
        self.0.in_bulk(version)
    }
    fn bulk_keys(&self, version: u8) -> Option<crypto::bulk::Keys> {
        panic!("the keys of version {version} were copied only to hear that they are there")
    }
}

/// One record: its card, its key version, its amount, and whether one of its codes is falsified.
type Told = (u8, u8, u32, bool);

/// Keys of two versions, each of its suite and scheme, with so many levels of MPK and MTK.
fn vault((newest, older): (Suite, Suite), scheme: Scheme, levels: (u8, u8)) -> MainKeys {
    let of = |suite: Suite| if suite.has(scheme) { scheme } else { Scheme::Seed };
    let old = keys(of(older)).in_suite(older);
    let older = KeySet { main: old.main, version: 1, suite: old.suite, scheme: old.scheme };
    let mut keys = keys(of(newest)).in_suite(newest);
    keys.main.values_mut().for_each(|key| *key = key.diversify([0xA5; 8]));
    keys.version = 2;
    keys.issuer = [0x86, 0x42, 0, 1, 0, 0, 0, 9];
    keys.levels = [(KeyKind::Mpk, levels.0), (KeyKind::Mtk, levels.1)].into();
    keys.older = vec![older];
    keys
}

fn heard(keys: &MainKeys, (place, told): (usize, &Told)) -> Input {
    let (last, version, amount, falsified) = *told;
    let asn = Asn([0x12, 0x34, 0, 0, 0, 0, last / 10 % 10, last % 10]);
    let mut card = TestCard::new(asn);
    (card.keys, card.version) = (keys.clone(), version);
    let tid = Tid([0, 0, 0, 0, last % 3, 1]);
    let ttc = u32::try_from(place).unwrap();
    let mut psam = TestPsam { keys: keys.clone(), tid, ttc };
    let (mut record, mut tac) = card.whole_sale(&mut psam, amount, last % 100);
    match falsified {
        true if amount.is_multiple_of(2) => record.claim.gmac = Mac([last; 4]),
        true => tac = Mac([last; 4]),
        false => {}
    }
    let report =
        if amount.is_multiple_of(3) { Report::Grey(record) } else { Report::Sale(record, tac) };
    Input::Hear { station: "north".to_owned(), report, now: at(200) }
}

fn any_suite() -> impl Strategy<Value = Suite> {
    prop::sample::select(vec![Suite::TripleDes, Suite::Aes, Suite::Sm4])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn codes_at_once_are_those_of_one_record_after_the_other(
        suites in (any_suite(), any_suite()),
        field in any::<bool>(),
        levels in (1..=3_u8, 1..=3_u8),
        told in prop::collection::vec((any::<u8>(), 1..=2_u8, 1..50_000_u32, any::<bool>()), 1..150),
    ) {
        let scheme = if field { Scheme::Field } else { Scheme::Seed };
        let made_with = vault(suites, scheme, (levels.0.min(2), levels.1.min(2)));
        let inputs: Vec<Input> =
            told.iter().enumerate().map(|told| heard(&made_with, told)).collect();
        // Three levels have no defined inputs: nothing is foreseen then, in either way.
        let keys = vault(suites, scheme, levels);
        let wanted = Ahead::one_by_one(&OneByOne(keys.clone()), &inputs);
        let foreseen = levels.0 <= 2 && levels.1 <= 2;
        prop_assert_eq!(wanted.len(), if foreseen { inputs.len() } else { 0 });
        for engine in Engine::available() {
            // Kept from call to call, as a desk does.
            let (mut together, half) = (Together::by(engine), inputs.len() / 2);
            for some in [&inputs[..], &inputs[..half], &inputs[half..]] {
                let mut ahead = Ahead::default();
                ahead.add(&mut together, &keys, some);
                let wanted = Ahead::one_by_one(&OneByOne(keys.clone()), some);
                prop_assert_eq!(&ahead, &wanted, "{}", engine.name());
            }
        }
        for version in 0..=3 {
            let lent = keys.bulk_keys(version).is_some();
            prop_assert_eq!(keys.in_bulk(version), lent, "version {}", version);
            prop_assert_eq!(Arc::new(keys.clone()).in_bulk(version), lent);
            prop_assert!(!OneByOne(keys.clone()).in_bulk(version));
        }
        let mut together = Ahead::one_by_one(&keys, &inputs);
        prop_assert_eq!(&Ahead::one_by_one(&Miser(keys.clone()), &inputs), &together);
        together.add(&mut Together::default(), &keys, &inputs);
        prop_assert_eq!(&together, &wanted);
        prop_assert_eq!(&Ahead::of(&OneByOne(keys), &inputs), &wanted);
    }
}
