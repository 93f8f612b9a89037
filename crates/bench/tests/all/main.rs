//! A small size of every figure: it runs, and nothing is missing. No time is judged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bench::{Figures, Ground, Size, run};

const SMALL: Size = Size { outcomes: 200, unlocks: 5, stations: 20, records: 2 };

fn measured(ground: &Ground) {
    let Figures { outcomes, unlocks, streams, .. } = run(ground, SMALL).unwrap();
    assert_eq!(outcomes.count, SMALL.outcomes);
    // Case, its number, sighting, TAC and one entry of the ledger.
    assert!((outcomes.rows_per_outcome - 5.0).abs() < 1e-9, "{outcomes:?}");
    let rates = [outcomes.desk_per_second, outcomes.bare_per_second, outcomes.http_per_second];
    assert!(rates.iter().all(|rate| rate.is_finite() && *rate > 0.0), "{outcomes:?}");
    assert_eq!([unlocks.alone.count, unlocks.under_load.count], [SMALL.unlocks; 2]);
    assert_eq!(streams.arrival.count, SMALL.stations * SMALL.records);
    assert_eq!(streams.bare.count, SMALL.stations * SMALL.records);
}

#[test]
fn every_figure_is_measured_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    measured(&Ground::Folder(folder.path().to_owned()));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the databases are gone");
}

#[test]
fn visits_are_measured_at_one_nozzle_and_at_eight_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let figures = bench::nozzles::run(8, 20, folder.path()).unwrap();
    assert_eq!([figures.alone.count, figures.busy.count], [20, 160]);
    for spread in [figures.alone, figures.busy] {
        assert!(0.0 < spread.p50 && spread.p50 <= spread.p99, "{figures:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing stays");
}

/// The yardstick makes the same codes, and every engine of this processor has its figures.
#[test]
fn codes_in_bulk_are_measured_beside_openssl() {
    let figures = bench::verify::run(2).unwrap();
    assert!(figures.openssl_tac_per_second > 0.0 && figures.two_cores > 0.0, "{figures:?}");
    assert_eq!(figures.engines.first().unwrap().engine, "portable");
    for engine in &figures.engines {
        assert!(engine.tac.share_of_limit > 0.0 && engine.gmac.share_of_limit > 0.0, "{engine:?}");
        assert!(engine.sbox_gates.iter().all(|gates| *gates > 10), "{engine:?}");
    }
}

#[test]
fn a_card_that_escaped_is_freed_at_the_other_station() {
    let folder = tempfile::tempdir().unwrap();
    let ground = Ground::Folder(folder.path().to_owned());
    let figures = bench::between(&ground, 3, folder.path()).unwrap();
    assert_eq!([figures.listed.count, figures.freed.count, figures.whole.count], [3; 3]);
    assert!(figures.whole.p50 >= figures.freed.p50, "{figures:?}");
    assert!(figures.lookup_nanoseconds > 0.0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing stays");
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn every_figure_is_measured_on_postgres() {
    measured(&Ground::Postgres(std::env::var("GREYLOCK_TEST_POSTGRES").unwrap()));
}
