//! All is let go on: every card comes out free, every report is heard, and the books are right.

use std::process::Output;
use std::time::{Duration, Instant};

use ordeal::process;
use serde_json::Value;

use crate::books::open_loads;
use crate::disk::Disk;
use crate::line::Line;
use crate::place::{Place, idle};
use crate::town::{CARDS, NOZZLES, STATIONS, Town};

/// What does not settle in this time is stuck.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks, in microseconds.
pub const LOOK: u64 = 20_000;
/// What an unlock says of a card that is free.
const NOT_GREY: &str = "the card is not grey: there is nothing to unlock";
/// What a card is filled up for in the end.
const AT_REST: u32 = 342;

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

/// How a card came to rest.
#[derive(Clone, Copy, Default)]
pub struct Freed {
    /// It was not free.
    pub was_held: bool,
    /// How often its application had locked itself.
    pub unblocked: u64,
}

/// Every card is free then, every lock at its end and heard of, and every nozzle sells. What had to be done for that.
pub fn settle(town: &Town, run: u64) -> [Freed; CARDS] {
    all_up(town);
    let until = Instant::now() + PATIENCE;
    let freed = std::array::from_fn(|card| free(town, card, run, until));
    at_rest(town, run, until);
    sell(town, run);
    at_rest(town, run, until);
    for card in 0..CARDS {
        let shown = shown(town, card);
        assert_eq!(shown["state"], "unlocked", "run {run}: card {card}: {shown:#}");
        proved(town, &shown, run, until);
    }
    freed
}

/// Waits until the centre has heard of each load that the card carried out. One that never reached the card stays open
/// until the card uses its number.
fn proved(town: &Town, shown: &Value, run: u64, until: Instant) {
    let next = shown["purses"][0]["otc"].as_u64().unwrap();
    while open_loads(town, shown["asn"].as_str().unwrap()).iter().any(|otc| *otc < next) {
        assert!(Instant::now() < until, "run {run}: a load is not proved: {shown:#}");
        idle(LOOK);
    }
}

/// Waits until every station is as if nothing had happened.
fn at_rest(town: &Town, run: u64, until: Instant) {
    for (station, name) in STATIONS.into_iter().enumerate() {
        while let Some(site) = unrest(town, station) {
            assert!(Instant::now() < until, "run {run}: {name} is not at rest: {site:#}");
            idle(LOOK);
        }
    }
}

const _: () = assert!(CARDS == STATIONS.len() * NOZZLES.len(), "a card for each nozzle");

/// Each nozzle fills up one card, in every run another one: a station that refuses for ever has settled nothing. What a
/// purchase has left open comes to its end with that, too.
fn sell(town: &Town, run: u64) {
    std::thread::scope(|scope| {
        for card in 0..CARDS {
            scope.spawn(move || {
                let at = (card + usize::try_from(run).unwrap()) % CARDS;
                let (station, nozzle) = (at / NOZZLES.len(), NOZZLES[at % NOZZLES.len()]);
                let url = town.stations[station].lines[0].url();
                let words = format!(
                    "refuel --station {url} --nozzle {nozzle} --card card-{card}.img --amount {AT_REST} --json"
                );
                let output = process::output(&mut town.command(&words)).unwrap();
                let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
                assert_eq!(
                    (output.status.code(), document["outcome"].as_str()),
                    (Some(0), Some("settled")),
                    "run {run}: {words}: {document:#}\n{}",
                    String::from_utf8_lossy(&output.stderr)
                );
            });
        }
    });
}

/// Puts a card in here and there until it is free.
fn free(town: &Town, card: usize, run: u64, until: Instant) -> Freed {
    let (mut freed, mut was_read, mut last) = (Freed::default(), false, String::new());
    for attempt in 0.. {
        let shown = shown(town, card);
        match shown["state"].as_str().unwrap_or_default() {
            "unlocked" => return freed,
            // A free card whose last code was shown to a station that had it already; the next lock takes it off.
            "tac_unread" if was_read => return freed,
            "app_locked" => {
                let unblock = format!("card unblock --card card-{card}.img");
                let unblocked = town.by_operator(&unblock);
                freed.unblocked += u64::from(unblocked.is_ok());
                last = unblocked.err().unwrap_or_default();
            }
            state => {
                let output = unlock(town, card, attempt);
                let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
                // Looked at, and neither freed nor refused: there is nothing to free.
                was_read = state == "tac_unread"
                    && output.status.code() == Some(1)
                    && document["asn"] == shown["asn"]
                    && document["reason"] == NOT_GREY
                    && document["refusal"].is_null();
                last = format!("{output:?}");
            }
        }
        freed.was_held = true;
        assert!(Instant::now() < until, "run {run}: card {card} is stuck: {shown:#}\n{last}");
        idle(LOOK);
    }
    unreachable!("card {card}: {last}")
}

/// What a card shows.
fn shown(town: &Town, card: usize) -> Value {
    let shown = town.greylock(&format!("card show card-{card}.img --json")).unwrap();
    serde_json::from_str(&shown).unwrap()
}

/// At one station after the other.
fn unlock(town: &Town, card: usize, attempt: usize) -> Output {
    let url = town.stations[(card + attempt) % STATIONS.len()].lines[0].url();
    let nozzle = NOZZLES[card % NOZZLES.len()];
    let words = format!("unlock --station {url} --nozzle {nozzle} --card card-{card}.img --json");
    process::output(&mut town.command(&words)).unwrap()
}

/// The station's document, while something of it is not as it was before anything happened. No warning is let pass:
/// clock, disk, lists and line are well again, and the centre has had nothing against any report.
fn unrest(town: &Town, station: usize) -> Option<Value> {
    let Some(site) = town.site(station) else { return Some(Value::Null) };
    let journal = &site["journal"];
    let nozzles = site["nozzles"].as_array().unwrap();
    let calm = journal["open_locks"] == 0
        && journal["takes_locks"] == true
        && site["centre"]["queue"] == 0
        && site["centre"]["state"] == "up"
        && site["warnings"].as_array().unwrap().is_empty()
        && nozzles.iter().all(|nozzle| nozzle["state"] == "free");
    (!calm).then_some(site)
}

/// What the daemons said, for whoever looks for the reason.
pub fn said(town: &Town) -> String {
    let places = town.stations.iter().chain([&town.centre]);
    places.flat_map(Place::said).collect::<Vec<_>>().join("\n")
}
