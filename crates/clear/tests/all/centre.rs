//! The same outcomes, heard one by one by the centre's own rules: what stations are owed is the same.
//!
//! On-line unlocks are left out: the centre has to be asked for them, with codes that no table of outcomes has. What
//! they would have ended stays grey on both sides.

use std::collections::{BTreeMap, BTreeSet};

use clear::engine::columns;
use clear::row::{Kind, Row};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use host::{Account, CardOpening, Centre, Input, MemoryBooks, PurseOpening};
use wire::record::{Claim, Rounding};
use wire::{
    Amount, Asn, Certified, ClaimedRecord, Date, Delivery, Dispersing, GreyState, GreyStatus, Icc,
    KeyRef, Limit, LockId, LockTerms, Mac, Purse, Report, Scheme, Stamp, StatusMore, Tid, Time,
    Trn, Ttc,
};

use crate::maker::{DAY, keys, write};
use crate::runs::{here, run};
use crate::truth::{make, net, order};

pub(crate) fn id(row: &Row) -> LockId {
    let [_, _, tid @ ..] = row.tid.to_be_bytes();
    let purse = if row.purse == 1 { Purse::Ed } else { Purse::Ep };
    LockId {
        asn: Asn(row.asn.to_be_bytes()),
        purse,
        ctc: row.ctc,
        tid: Tid(tid),
        ttc: Ttc(row.ttc),
    }
}

pub(crate) fn mac(code: u32) -> Mac {
    Mac(code.to_be_bytes())
}

pub(crate) fn date(number: u32) -> Date {
    Date::from_bytes(number.to_be_bytes()).unwrap()
}

pub(crate) fn time(number: u32) -> Time {
    let [_, time @ ..] = number.to_be_bytes();
    Time::from_bytes(time).unwrap()
}

pub(crate) fn terms(row: &Row) -> LockTerms {
    LockTerms {
        id: id(row),
        icc: Icc(row.icc.to_be_bytes()),
        trn: Trn(row.trn.to_be_bytes()),
        balance: Amount::new(row.balance).unwrap(),
        limit: Limit::new(row.overdraft).unwrap(),
        at: Stamp { date: date(row.lock_date), time: time(row.lock_time), utc_offset_minutes: 480 },
        key: KeyRef { version: row.key_version, algorithm: row.algorithm },
        scheme: Scheme::Seed,
        dispersing: Dispersing::NONE,
    }
}

fn record(row: &Row) -> ClaimedRecord {
    let at = Stamp {
        date: date(row.end_date),
        time: time(row.end_time),
        utc_offset_minutes: row.utc_offset_minutes,
    };
    ClaimedRecord {
        terms: terms(row),
        certified: Certified {
            mac2: mac(row.mac2),
            gtac: mac(row.gtac),
            nozzle: 1,
            product: 92,
            unit_price: 1,
            rounding: Rounding::Down,
            ceiling: Amount::new(row.ceiling).unwrap(),
            totalizer_before: 1,
        },
        delivery: Delivery {
            quantity: 1,
            amount: Amount::new(row.amount).unwrap(),
            at,
            totalizer_after: 2,
        },
        claim: Claim { gmac: mac(row.gmac), sam_tac: mac(row.sam_tac) },
    }
}

fn status(row: &Row) -> GreyStatus {
    let LockId { purse, ctc, tid, ttc, .. } = id(row);
    let key = KeyRef { version: 0, algorithm: 0 };
    GreyStatus {
        state: GreyState::Debited,
        purse,
        balance: Amount::ZERO,
        ctc: ctc + 2,
        tid,
        date: date(row.end_date),
        time: time(row.end_time),
        a: row.amount.to_be_bytes(),
        b: mac(row.tac),
        more: Some(StatusMore { ttc, icc: Icc([0; 4]), trn: Trn([0; 4]), key }),
    }
}

fn report(row: &Row) -> Report {
    match row.kind().unwrap() {
        Kind::Sale => Report::Sale(record(row), mac(row.tac)),
        Kind::Grey => Report::Grey(record(row)),
        Kind::Unproved => {
            let ClaimedRecord { terms, certified, delivery, .. } = record(row);
            Report::Unproved(terms, certified, delivery)
        }
        Kind::NoDispense => Report::NoDispense(terms(row)),
        Kind::Void => Report::Void(id(row).tid, id(row).ttc),
        Kind::TacSeen => Report::TacSeen(id(row).asn, status(row)),
        Kind::OnlineUnlock | Kind::Heard | Kind::Passed => panic!("no outcome"),
    }
}

/// The rules, and books in memory.
pub(crate) type InMemory = Centre<MemoryBooks, host::MainKeys>;

pub(crate) fn now() -> Stamp {
    Stamp { date: date(DAY), time: time(0), utc_offset_minutes: 480 }
}

/// With every card and PSAM of the rows.
pub(crate) fn opened(rows: &[Row]) -> InMemory {
    let mut centre = Centre::new(MemoryBooks::forgetful(), keys());
    let now = now();
    let purse =
        PurseOpening { balance: Amount::new(1_000_000_000).unwrap(), ..PurseOpening::default() };
    let asns: BTreeSet<Asn> =
        rows.iter().filter(|row| row.asn != 0).map(|row| id(row).asn).collect();
    for asn in asns {
        let card = CardOpening { asn, openings: [purse, purse], key_version: None, expiry: None };
        centre.apply(&Input::RegisterCard { card, chip: None, now }).unwrap();
    }
    let reporters =
        rows.iter().filter(|row| !(row.is(Kind::TacSeen) || row.is(Kind::OnlineUnlock)));
    let owners: BTreeMap<Tid, u32> = reporters.map(|row| (id(row).tid, row.station)).collect();
    for (tid, station) in owners {
        let station = station.to_string();
        centre.apply(&Input::RegisterPsam { tid, station, expiry: None, chip: None }).unwrap();
    }
    centre
}

/// Tells it what a row says.
pub(crate) fn hear(centre: &mut InMemory, row: &Row) {
    let (station, report) = (row.station.to_string(), report(row));
    let _ = centre.apply(&Input::Hear { station, report, now: now() });
}

/// What a clearing says that stations are owed is what the centre's books say.
pub(crate) fn owes_the_same(centre: &InMemory, folder: &std::path::Path, what: &str) {
    let trial = centre.trial_balance();
    let mut settled = 0;
    for (station, columns) in net(folder) {
        let name = host::StationId::from(station.to_string().as_str());
        let payable = trial.of(&Account::StationPayable(name.clone()));
        assert_eq!(payable, i128::from(columns["settled_amount"]), "{what}, station {station}");
        let claims = i128::from(columns["disputed_amount"] + columns["station_claim_amount"]);
        let claimed = trial.of(&Account::StationClaims(name));
        assert_eq!(claimed, claims, "{what}, station {station}");
        settled += payable;
    }
    let payable = |(account, amount): (&Account, &i128)| {
        matches!(account, Account::StationPayable(_)).then_some(*amount)
    };
    let all: i128 = trial.accounts.iter().filter_map(payable).sum();
    assert_eq!((settled, all > 0), (all, true), "{what}: no station is left out");
}

pub(crate) fn rows_of(path: &std::path::Path) -> Vec<Row> {
    let file = std::fs::File::open(path).unwrap();
    let batches = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let rows = batches.flat_map(|batch| {
        let batch = batch.unwrap();
        columns::rows(batch.columns(), batch.num_rows()).unwrap()
    });
    rows.collect()
}

#[test]
fn the_centres_own_rules_owe_stations_the_same() {
    for seed in [11, 12] {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        make(&path("whole.parquet"), order(2_000, seed));
        let mut rows = rows_of(&path("whole.parquet"));
        rows.retain(|row| !row.is(Kind::OnlineUnlock));
        write(&path("day.parquet"), &rows);
        run(&path("day.parquet"), None, &path("out"), DAY, here(2, None)).unwrap();
        let mut centre = opened(&rows);
        rows.iter().for_each(|row| hear(&mut centre, row));
        owes_the_same(&centre, &path("out"), &format!("seed {seed}"));
    }
}
