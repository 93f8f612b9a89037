//! Many outcomes in one transaction: the codes of all of them are computed together, and each is judged as if it were
//! alone. By the vault's account, the bulk engines computed them, with keys that were lent once.

use crate::base::{Base, on_postgres, on_sqlite};
use crate::history::{InMemory, tell};
use crate::hosts::cards;
use crate::support::world::start;
use crate::support::{NORTH, SOUTH, T1, T2, TestCard, TestPsam, at, keys, opening, order};
use crypto::{Key, bulk};
use host::{
    Answer, Centre, Code, Heard, Input, KeyKind, KeyVault, MainKeys, MemoryBooks, News, Output,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::{Desk, Place};
use wire::{Asn, ClaimedRecord, Mac, Report, Scheme, Tid};

/// Refuellings of each card.
const EACH: u8 = 12;
/// What a falsified code is xored with.
const FALSE: u8 = 0x40;

fn falsified(mac: Mac) -> Mac {
    let Mac([a, b, c, d]) = mac;
    Mac([a, b, c ^ FALSE, d])
}

/// One code of every fifth record is falsified, each in its turn; why it is quarantined.
fn forged(place: usize, record: &mut ClaimedRecord) -> Option<Code> {
    let (code, mac) = match place % 15 {
        2 => (Code::GmacWrong, &mut record.claim.gmac),
        7 => (Code::SamTacWrong, &mut record.claim.sam_tac),
        12 => (Code::Mac2Wrong, &mut record.certified.mac2),
        _ => return None,
    };
    *mac = falsified(*mac);
    Some(code)
}

/// Sales of twelve cards at two stations, some grey, some forged, one TAC in eleven falsified; each told twice.
fn told() -> Vec<(Input, Option<Code>)> {
    let mut cards: Vec<TestCard> = cards().into_iter().map(TestCard::new).collect();
    let mut psams = [TestPsam::new(T1), TestPsam::new(T2)];
    let mut told = Vec::new();
    for turn in 0..EACH {
        for card in &mut cards {
            let place = told.len();
            let psam = &mut psams[place % 2];
            let (mut record, mut tac) = card.whole_sale(psam, 100 + u32::from(turn), turn);
            let why = forged(place, &mut record);
            if place % 11 == 0 {
                tac = falsified(tac);
            }
            let grey = place % 13 == 0;
            let report = if grey { Report::Grey(record) } else { Report::Sale(record, tac) };
            let station = if record.terms.id.tid == T1 { NORTH } else { SOUTH };
            told.push((Input::Hear { station: station.to_owned(), report, now: at(200) }, why));
        }
    }
    // Close by, in the same transaction, and far away, in another one.
    let mut twice: Vec<_> = told.chunks(3).flat_map(|some| [some, some].concat()).collect();
    twice.extend(told.into_iter().step_by(5));
    // What is left on a card is paid out while its sales, some of them already on their way, are in the same transaction.
    for (asn, at) in crate::hosts::cards().into_iter().skip(2).zip([190, 260, 300]) {
        let order = host::ReplaceOrder { asn, ..order("ada", "bob", "lost") };
        twice.insert(at, (Input::Replace(order), None));
    }
    twice
}

fn in_batches(base: fn(MainKeys) -> Base, size: usize) {
    let register = |asn| Input::RegisterCard { card: opening(asn), chip: None, now: at(0) };
    let first: Vec<Input> =
        start().1.into_iter().chain(cards().into_iter().map(register)).collect();
    let mut alone: InMemory = Centre::new(MemoryBooks::new(), keys(Scheme::Seed));
    first.iter().for_each(|input| drop(alone.apply(input)));
    let base = base(keys(Scheme::Seed));
    let desk = base.desk();
    tell(&desk, first);
    let told = told();
    for some in told.chunks(size) {
        let inputs: Vec<Input> = some.iter().map(|(input, _)| input.clone()).collect();
        let wanted: Vec<Output> = inputs.iter().map(|input| alone.apply(input)).collect();
        let answers = desk.apply(inputs).unwrap();
        assert_eq!(answers, wanted);
        for ((input, why), answer) in some.iter().zip(answers) {
            let quarantined = match answer.unwrap() {
                Answer::Heard(Heard { news: News::Quarantined(code), .. }) => Some(code),
                _ => None,
            };
            assert_eq!(quarantined, *why, "{input:?}");
        }
    }
    assert_eq!(&base.reader().everything().unwrap(), alone.books());
    let holes = [T1, T2].map(|tid: Tid| alone.holes(tid).missing.len());
    assert!(holes.iter().all(|missing| *missing > 0), "forged records stay holes: {holes:?}");
}

#[test]
fn a_transaction_of_many_outcomes_judges_each_as_if_alone_on_sqlite() {
    [1, 16, 512].into_iter().for_each(|size| in_batches(on_sqlite, size));
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn a_transaction_of_many_outcomes_judges_each_as_if_alone_on_postgres() {
    [1, 16, 512].into_iter().for_each(|size| in_batches(on_postgres, size));
}

/// Main keys that count who asks for them.
struct Counted {
    keys: MainKeys,
    /// Lent for many records.
    lent: AtomicUsize,
    /// Dispersed for the codes of one record.
    dispersed: AtomicUsize,
}

impl Counted {
    fn counts(&self) -> [usize; 2] {
        [&self.lent, &self.dispersed].map(|count| count.load(Ordering::SeqCst))
    }
}

impl KeyVault for Counted {
    fn card_key(&self, kind: KeyKind, version: u8, asn: Asn) -> Option<Key> {
        self.dispersed.fetch_add(1, Ordering::SeqCst);
        self.keys.card_key(kind, version, asn)
    }
    fn psam_key(&self, tid: Tid) -> Key {
        self.dispersed.fetch_add(1, Ordering::SeqCst);
        self.keys.psam_key(tid)
    }
    fn scheme(&self, version: u8) -> Option<Scheme> {
        self.keys.scheme(version)
    }
    fn suite(&self, version: u8) -> Option<u8> {
        self.keys.suite(version)
    }
    fn versions(&self) -> Vec<u8> {
        self.keys.versions()
    }
    fn issuer(&self) -> [u8; 8] {
        self.keys.issuer
    }
    fn levels(&self, kind: KeyKind) -> u8 {
        self.keys.levels_of(kind)
    }
    fn consumption_key(&self, version: u8) -> Option<Key> {
        self.keys.consumption_key(version)
    }
    fn bulk_keys(&self, version: u8) -> Option<bulk::Keys> {
        self.lent.fetch_add(1, Ordering::SeqCst);
        self.keys.bulk_keys(version)
    }
    fn in_bulk(&self, version: u8) -> bool {
        self.keys.in_bulk(version)
    }
}

#[test]
fn the_desk_has_codes_computed_in_bulk_and_quarantines_just_what_was_forged() {
    assert!(bulk::Engine::best().lanes() > 1, "every processor has lanes");
    let (lent, dispersed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let vault = Arc::new(Counted { keys: keys(Scheme::Seed), lent, dispersed });
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Sqlite(folder.path().join("books.sqlite"));
    let desk = Desk::open(&place, Arc::<Counted>::clone(&vault) as _, Box::new(|_| {})).unwrap();
    let register = |asn| Input::RegisterCard { card: opening(asn), chip: None, now: at(0) };
    tell(&desk, start().1.into_iter().chain(cards().into_iter().map(register)));
    let [_, before] = vault.counts();
    let sales = |told: &(Input, _)| matches!(told.0, Input::Hear { .. });
    let told: Vec<_> = told().into_iter().filter(sales).collect();
    let (mut taken, mut kept_aside) = (0, 0);
    for some in told.chunks(128) {
        let inputs = some.iter().map(|(input, _)| input.clone()).collect();
        for ((input, why), answer) in some.iter().zip(desk.apply(inputs).unwrap()) {
            let quarantined = match answer.unwrap() {
                Answer::Heard(Heard { news: News::Quarantined(code), .. }) => Some(code),
                _ => None,
            };
            assert_eq!(quarantined, *why, "{input:?}");
            *(if why.is_some() { &mut kept_aside } else { &mut taken }) += 1;
        }
    }
    assert!(taken > 128 && kept_aside > 16, "{taken} and {kept_aside}");
    let [lent, dispersed] = vault.counts();
    assert_eq!((lent, dispersed - before), (1, 0), "lent once, and asked for no record alone");
}
