//! Many outcomes in one transaction: the codes of all of them are computed together, and each is judged as if it were
//! alone.

use crate::base::{Base, on_postgres, on_sqlite};
use crate::history::{InMemory, tell};
use crate::hosts::cards;
use crate::support::world::start;
use crate::support::{NORTH, SOUTH, T1, T2, TestCard, TestPsam, at, keys, opening, order};
use host::{Answer, Centre, Code, Heard, Input, MainKeys, MemoryBooks, News, Output};
use wire::{ClaimedRecord, Mac, Report, Scheme, Tid};

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
