//! Runs by seed, and what must hold after each.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::customer::{Met, live};
use crate::dice::Dice;
use crate::hand::{Blows, strike};
use crate::town::{CARDS, NOZZLES, STATIONS, Town, idle, psam};

/// Runs in the life of one town.
const RUNS: u64 = 25;
/// Blows of one run, at most.
const BLOWS: u64 = 4;
/// What does not settle in this time is stuck.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
#[ignore = "wants processes to kill: cargo xtask ordeal"]
fn whatever_is_killed_or_cut_every_card_is_freed_and_every_cent_is_there() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).map_or(usual, |text| text.parse::<u64>().unwrap())
    };
    let (runs, seed) = (number("GREYLOCK_SIEGE_RUNS", 100), number("GREYLOCK_SIEGE_SEED", 1));
    let (mut blows, met) = (Blows::default(), Met::default());
    for first in (0..runs).step_by(usize::try_from(RUNS).unwrap()) {
        town(seed, first..runs.min(first + RUNS), &mut blows, &met);
    }
    let of = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    println!(
        "| {runs} | {} | {} | {} | {} | 0 | 0 | {seed} |",
        blows.stations, blows.centres, blows.cuts, blows.clocks
    );
    println!(
        "{} settled, {} escaped, {} refused, {} lost, {} cards torn out, {} stations killed while they started",
        of(&met.settled),
        of(&met.escaped),
        of(&met.refused),
        of(&met.lost),
        of(&met.torn),
        blows.starting,
    );
}

/// One town and its runs; the money of each is audited with that of all before.
fn town(seed: u64, runs: std::ops::Range<u64>, blows: &mut Blows, met: &Met) {
    let folder = tempfile::tempdir().unwrap();
    let town = Town::found(folder.path());
    for run in runs {
        let mut dice = Dice::new(seed << 32 | run);
        all_up(&town);
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for card in 0..CARDS {
                let (town, is_over, seed) = (&town, &is_over, dice.next());
                scope.spawn(move || live(town, card, seed, is_over, met));
            }
            for _ in 0..=dice.below(BLOWS) {
                strike(&town, &mut dice, blows);
            }
            is_over.store(true, Ordering::Relaxed);
        });
        settle(&town, run);
        town.stations.iter().for_each(crate::town::Place::stop);
        audit(&town, run);
    }
    town.centre.stop();
}

/// Everything works again.
fn all_up(town: &Town) {
    town.centre.line.cut(false);
    town.centre.up();
    for (number, station) in town.stations.iter().enumerate() {
        town.set_clock(number, 0);
        station.up();
    }
}

/// Every card is put in once more and is free then; every lock comes to its end and is heard of.
fn settle(town: &Town, run: u64) {
    all_up(town);
    let until = Instant::now() + PATIENCE;
    for card in 0..CARDS {
        let (station, nozzle) = (card % STATIONS.len(), NOZZLES[card % NOZZLES.len()]);
        loop {
            let url = town.stations[station].line.url();
            let words =
                format!("unlock --station {url} --nozzle {nozzle} --card card-{card}.img --json");
            match town.greylock(&words) {
                Ok(_) => break,
                Err(why) => assert!(Instant::now() < until, "run {run}: stuck: {why}"),
            }
            idle(50_000);
        }
    }
    loop {
        let left: Vec<Value> =
            (0..STATIONS.len()).filter_map(|number| open(town, number)).collect();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < until, "run {run}: not at an end: {left:#?}");
        idle(20_000);
    }
}

/// The station's document, while something of it is not at its end.
fn open(town: &Town, station: usize) -> Option<Value> {
    let Some(site) = town.site(station) else { return Some(Value::Null) };
    let done = site["journal"]["open_locks"] == 0 && site["centre"]["queue"] == 0;
    (!done).then_some(site)
}

/// Over every chip, journal and book.
fn audit(town: &Town, run: u64) {
    let url = town.centre.line.url();
    let mut words = format!("audit --json --host {url} --token centre/operator.token");
    for card in 0..CARDS {
        words.push_str(&format!(" --card card-{card}.img"));
    }
    for (number, name) in STATIONS.into_iter().enumerate() {
        words.push_str(&format!(" --journal {name}"));
        for nozzle in NOZZLES {
            words.push_str(&format!(" --psam {}", psam(number, nozzle)));
        }
    }
    let printed = town.greylock(&words).unwrap_or_else(|why| panic!("run {run}: {why}"));
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["ok"], true, "run {run}: {document:#}");
}
