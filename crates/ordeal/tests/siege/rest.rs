//! All is let go on: every card comes out free, every report is heard, and the books are right.

use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::disk::Disk;
use crate::line::Line;
use crate::place::{Place, idle};
use crate::town::{CARDS, NOZZLES, STATIONS, Town, psam};

/// What does not settle in this time is stuck.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks, in microseconds.
pub const LOOK: u64 = 20_000;

/// Everything works again.
pub fn all_up(town: &Town) {
    town.centre.set_clock(0);
    town.centre.lines.iter().for_each(Line::mend);
    town.centre.up().unwrap();
    for (number, station) in town.stations.iter().enumerate() {
        station.set_clock(0);
        station.lines.iter().for_each(Line::mend);
        station.disk.iter().for_each(Disk::make_room);
        town.start(number);
    }
}

/// Every card is free then, every lock at its end and heard of. How many cards had to be freed.
pub fn settle(town: &Town, run: u64) -> u64 {
    all_up(town);
    let until = Instant::now() + PATIENCE;
    let freed = (0..CARDS).map(|card| free(town, card, run, until)).sum();
    for (station, name) in STATIONS.into_iter().enumerate() {
        while let Some(site) = open(town, station) {
            assert!(
                Instant::now() < until,
                "run {run}: {name} is not at an end: {site:#}\n{}",
                said(town)
            );
            idle(LOOK);
        }
    }
    freed
}

/// Puts a card in here and there until it is free; 1 when it was not.
fn free(town: &Town, card: usize, run: u64, until: Instant) -> u64 {
    let (mut was_read, mut last) = (false, String::new());
    for attempt in 0.. {
        let shown = town.greylock(&format!("card show card-{card}.img --json")).unwrap();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let state = shown["state"].as_str().unwrap_or_default();
        match state {
            "unlocked" => return u64::from(attempt > 0),
            // A free card whose last code was shown to a station that had it already.
            "tac_unread" if was_read => return u64::from(attempt > 1),
            "app_locked" => {
                let unblock = format!("card unblock --card card-{card}.img");
                last = town.by_operator(&unblock).err().unwrap_or_default();
            }
            _ => {
                let output = unlock(town, card, attempt);
                // "Not grey" is an answer, too.
                was_read = state == "tac_unread" && matches!(output.status.code(), Some(0 | 1));
                last = format!("{output:?}");
            }
        }
        assert!(
            Instant::now() < until,
            "run {run}: card {card} is stuck: {shown:#}\n{last}\n{}",
            said(town)
        );
        idle(LOOK);
    }
    unreachable!("card {card}: {last}")
}

/// At one station after the other.
fn unlock(town: &Town, card: usize, attempt: usize) -> Output {
    let url = town.stations[(card + attempt) % STATIONS.len()].lines[0].url();
    let nozzle = NOZZLES[card % NOZZLES.len()];
    let words = format!("unlock --station {url} --nozzle {nozzle} --card card-{card}.img --json");
    town.command(&words).stdin(Stdio::null()).output().unwrap()
}

/// The station's document, while something of it is not at its end.
fn open(town: &Town, station: usize) -> Option<Value> {
    let Some(site) = town.site(station) else { return Some(Value::Null) };
    let done = site["journal"]["open_locks"] == 0 && site["centre"]["queue"] == 0;
    (!done).then_some(site)
}

/// What the daemons said, for whoever looks for the reason.
fn said(town: &Town) -> String {
    let places = town.stations.iter().chain([&town.centre]);
    places.flat_map(Place::said).collect::<Vec<_>>().join("\n")
}

/// Over every chip, journal and book; the stations have stopped. Their money.
pub fn audit(town: &Town, run: u64) -> Value {
    let mut words = "audit --json".to_owned();
    for card in 0..CARDS {
        words.push_str(&format!(" --card card-{card}.img"));
    }
    for (number, name) in STATIONS.into_iter().enumerate() {
        words.push_str(&format!(" --journal {name}"));
        for nozzle in NOZZLES {
            words.push_str(&format!(" --psam {}", psam(number, nozzle)));
        }
    }
    let printed = town.by_operator(&words).unwrap_or_else(|why| panic!("run {run}: {why}"));
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["ok"], true, "run {run}: {document:#}");
    let totals = &document["totals"];
    for nothing in ["difference", "pending_grey", "debited_unheard", "unproved"] {
        assert_eq!(totals[nothing], 0, "run {run}: {nothing}: {document:#}");
    }
    totals.clone()
}
