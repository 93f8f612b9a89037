//! Runs by seed, and what must hold after each.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use crate::books::audit;
use crate::customer::{Met, live};
use crate::dice::Dice;
use crate::hand::{Blow, KINDS, strike};
use crate::pumps::totalizers;
use crate::rest::{Freed, all_up, said, settle};
use crate::town::{CARDS, Town};

/// Runs in the life of one town.
const RUNS: u64 = 20;
/// In so many there must be something of all that customers do.
const USUAL: u64 = 100;
/// Blows of one run, at most.
const BLOWS: u64 = 4;
/// Of a card's error counter, as it is issued.
const ERROR_LIMIT: u64 = 3;

/// What was done in all runs.
#[derive(Default)]
struct Tally {
    blows: [u64; KINDS.len()],
    met: Met,
    freed: usize,
    unblocked: u64,
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
        "{} cents debited: {} refuellings settled, {} escaped, {} purchases; {} loads; {} cards unlocked by a visit and {} in the end, {} applications unblocked",
        tally.debited,
        of(&met.refuelled),
        of(&met.escaped),
        of(&met.bought),
        of(&met.loaded),
        of(&met.unlocked),
        tally.freed,
        tally.unblocked,
    );
    println!(
        "{} refused, {} lost, {} of them by a full disk, {} cards torn out of a visit, {} starts on a full disk refused",
        of(&met.refused),
        of(&met.lost),
        of(&met.no_disk),
        met.torn.iter().map(of).sum::<u64>(),
        tally.no_room,
    );
    println!("refusals: {:?}", met.refusals.lock().unwrap());
    for (what, count) in [
        ("refuelled", &met.refuelled),
        ("escaped", &met.escaped),
        ("bought", &met.bought),
        ("loaded", &met.loaded),
        ("unlocked", &met.unlocked),
    ] {
        assert!(runs < USUAL || of(count) > 0, "in {runs} runs nobody has {what}");
    }
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
        let witness = Witness { town: &town, seed, run };
        all_up(&town);
        let torn = besiege(&town, seed, run, tally);
        count(&settle(&town, run), torn, tally);
        let flowed = totalizers(&town);
        stop(&town);
        let (sums, journals) = audit(&town, run);
        assert_eq!(journals.flowed, flowed, "run {run}: journals, and what has flowed");
        totals = sums;
        drop(witness);
    }
    town.centre.stop();
    tally.debited += totals["debits_by_cards"].as_i64().unwrap();
    tally.off += totals["difference"].as_i64().unwrap().abs();
    tally.no_room += town.no_room.load(Ordering::Relaxed);
}

/// An application locks itself only when right commands were cut short, one after the other, as often as its error counter
/// allows (protocol §5); a run begins with the counter at zero, which is what a debit leaves.
fn count(freed: &[Freed; CARDS], torn: [u64; CARDS], tally: &mut Tally) {
    for (card, (freed, torn)) in freed.iter().zip(torn).enumerate() {
        let may = torn / ERROR_LIMIT;
        assert!(
            freed.unblocked <= may,
            "card {card} locked itself {} times, and was torn out {torn} times",
            freed.unblocked
        );
        tally.freed += usize::from(freed.was_held);
        tally.unblocked += freed.unblocked;
    }
}

/// All stations at once.
fn stop(town: &Town) {
    std::thread::scope(|scope| {
        for station in &town.stations {
            scope.spawn(|| station.stop());
        }
    });
}

/// Customers come and go, and are struck. How often each card was torn out.
fn besiege(town: &Town, seed: u64, run: u64, tally: &mut Tally) -> [u64; CARDS] {
    let mut dice = Dice::new(seed << 32 | run);
    let blows: Vec<Blow> = (0..=dice.below(BLOWS)).map(|_| Blow::draw(&mut dice)).collect();
    let words: Vec<String> = blows.iter().map(Blow::to_string).collect();
    println!("run {run}: {}", words.join(", "));
    let is_over = AtomicBool::new(false);
    let met = &tally.met;
    let torn = || std::array::from_fn(|card| met.torn[card].load(Ordering::Relaxed));
    let before: [u64; CARDS] = torn();
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
    let after = torn();
    std::array::from_fn(|card| after[card] - before[card])
}

/// Tells of a run that fails, wherever it does.
struct Witness<'a> {
    town: &'a Town,
    seed: u64,
    run: u64,
}

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        // What was said before is of a run that went well.
        let said = said(self.town);
        if std::thread::panicking() {
            println!("seed {}, run {} failed; the daemons said:\n{said}", self.seed, self.run);
            println!("what is left of the town is in {}", self.town.keep().display());
        }
    }
}

/// Sends the customers home.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
