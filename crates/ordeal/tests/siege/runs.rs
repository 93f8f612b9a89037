//! Runs by seed, and what must hold after each.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use crate::customer::{Met, live};
use crate::dice::Dice;
use crate::hand::{Blow, KINDS, strike};
use crate::pumps::{delivered, totalizers};
use crate::rest::{all_up, audit, settle};
use crate::town::{CARDS, Town};

/// Runs in the life of one town.
const RUNS: u64 = 20;
/// Blows of one run, at most.
const BLOWS: u64 = 4;

/// What was done in all runs.
#[derive(Default)]
struct Tally {
    blows: [u64; KINDS.len()],
    met: Met,
    freed: u64,
    debited: i64,
    off: i64,
    no_room: u64,
}

#[test]
#[ignore = "wants processes to kill: cargo xtask siege"]
fn whatever_is_killed_or_cut_every_card_is_freed_and_every_cent_is_there() {
    let number = |name: &str, usual: u64| {
        std::env::var(name).map_or(usual, |text| text.parse::<u64>().unwrap())
    };
    let (runs, seed) = (number("GREYLOCK_SIEGE_RUNS", 100), number("GREYLOCK_SIEGE_SEED", 1));
    let first = number("GREYLOCK_SIEGE_FIRST", 0);
    let mut tally = Tally::default();
    for from in (first..runs).step_by(usize::try_from(RUNS).unwrap()) {
        town(seed, from..runs.min(from + RUNS), &mut tally);
    }
    tell(runs - first, seed, &tally);
}

/// The rows of the page, which come from the seed alone, and what else was counted.
fn tell(runs: u64, seed: u64, tally: &Tally) {
    let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let met = &tally.met;
    println!("| runs, seed {seed} | {runs} |");
    for (name, count) in KINDS.into_iter().zip(tally.blows) {
        println!("| {name} | {count} |");
    }
    // A card that is stuck has failed the test before.
    println!("| cents off | {} |\n| cards stuck | 0 |", tally.off);
    println!(
        "{} cents debited: {} refuellings settled, {} escaped, {} purchases; {} loads; {} cards unlocked by a visit and {} in the end",
        tally.debited,
        of(&met.refuelled),
        of(&met.escaped),
        of(&met.bought),
        of(&met.loaded),
        of(&met.unlocked),
        tally.freed,
    );
    println!(
        "{} refused, {} lost, {} of them by a full disk, {} cards torn out of a visit, {} starts on a full disk refused",
        of(&met.refused),
        of(&met.lost),
        of(&met.no_disk),
        of(&met.torn),
        tally.no_room,
    );
}

/// One town and its runs; the money of each is audited with that of all before.
fn town(seed: u64, runs: std::ops::Range<u64>, tally: &mut Tally) {
    let folder = tempfile::tempdir().unwrap();
    let town = Town::found(folder.path());
    if town.stations.iter().any(|station| station.disk.is_none()) {
        println!("no disk can be made without root: none is filled");
    }
    all_up(&town);
    town.clocks_move();
    let mut totals = Value::Null;
    for run in runs {
        all_up(&town);
        besiege(&town, seed, run, tally);
        tally.freed += settle(&town, run);
        let flowed = totalizers(&town);
        stop(&town);
        assert_eq!(delivered(&town), flowed, "run {run}: journals, and what has flowed");
        totals = audit(&town, run);
    }
    town.centre.stop();
    tally.debited += totals["debits_by_cards"].as_i64().unwrap();
    tally.off += totals["difference"].as_i64().unwrap().abs();
    tally.no_room += town.no_room.load(Ordering::Relaxed);
}

/// All stations at once.
fn stop(town: &Town) {
    std::thread::scope(|scope| {
        for station in &town.stations {
            scope.spawn(|| station.stop());
        }
    });
}

/// Customers come and go, and are struck.
fn besiege(town: &Town, seed: u64, run: u64, tally: &mut Tally) {
    let mut dice = Dice::new(seed << 32 | run);
    let blows: Vec<Blow> = (0..=dice.below(BLOWS)).map(|_| Blow::draw(&mut dice)).collect();
    let words: Vec<String> = blows.iter().map(Blow::to_string).collect();
    println!("run {run}: {}", words.join(", "));
    let is_over = AtomicBool::new(false);
    let met = &tally.met;
    std::thread::scope(|scope| {
        let _also_when_a_blow_fails = Over(&is_over);
        for card in 0..CARDS {
            let (is_over, seed) = (&is_over, dice.next());
            scope.spawn(move || live(town, card, seed, is_over, met));
        }
        for blow in &blows {
            strike(town, *blow, &mut dice, met);
        }
    });
    for blow in blows {
        // What could not be done was not done.
        let is_done = !matches!(blow, Blow::FillDisk(at) if town.stations[at].disk.is_none());
        tally.blows[blow.kind()] += u64::from(is_done);
    }
}

/// Sends the customers home.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
