//! The hand that kills, cuts, fills disks, moves clocks and tears cards out.

use std::fmt;
use std::sync::atomic::Ordering;

use crate::customer::Met;
use crate::dice::Dice;
use crate::line::Line;
use crate::place::{Place, idle};
use crate::town::{CARDS, STATIONS, Town};

/// A pause between two blows, in microseconds, at most.
const PAUSE: u64 = 80_000;
/// A start is over in about so many microseconds.
const START: u64 = 80_000;
/// An hour, and some more than a day.
const JUMPS: [i64; 6] = [-100_000, -3_600, -90, 90, 3_600, 100_000];

/// One blow, as it was drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blow {
    /// `kill -9`.
    KillStation(usize),
    KillStarting(usize),
    KillCentre,
    /// Everybody loses the power at once.
    KillAll,
    /// SIGTERM.
    Stop(usize),
    StopCentre,
    /// Between a station and the centre.
    Cut(usize),
    /// From a station to its neighbour.
    CutNeighbour(usize),
    /// From a station to the centre, or else to its neighbour: what is said arrives late.
    Silence(usize, bool),
    StationClock(usize),
    CentreClock,
    FillDisk(usize),
    Tear(usize),
}

/// Of each kind, in the order of the page.
pub const KINDS: [&str; 13] = [
    "stations killed",
    "stations killed while they start",
    "centre killed",
    "all three killed at once",
    "stations stopped in order",
    "centre stopped in order",
    "lines to the centre cut",
    "lines between stations cut",
    "lines fallen silent",
    "clocks of stations moved",
    "clock of the centre moved",
    "disks of stations full",
    "cards torn out",
];

impl Blow {
    /// By its seed.
    pub fn draw(dice: &mut Dice) -> Self {
        let (station, card) = (dice.index(STATIONS.len()), dice.index(CARDS));
        let to_centre = dice.one_in(2);
        match dice.below(18) {
            0 | 1 => Self::KillStation(station),
            2 => Self::KillStarting(station),
            3 | 4 => Self::KillCentre,
            5 => Self::KillAll,
            6 => Self::Stop(station),
            7 => Self::StopCentre,
            8 | 9 => Self::Cut(station),
            10 => Self::CutNeighbour(station),
            11 | 12 => Self::Silence(station, to_centre),
            13 => Self::StationClock(station),
            14 => Self::CentreClock,
            15 => Self::FillDisk(station),
            _ => Self::Tear(card),
        }
    }

    /// Its place in [`KINDS`].
    pub const fn kind(self) -> usize {
        match self {
            Self::KillStation(_) => 0,
            Self::KillStarting(_) => 1,
            Self::KillCentre => 2,
            Self::KillAll => 3,
            Self::Stop(_) => 4,
            Self::StopCentre => 5,
            Self::Cut(_) => 6,
            Self::CutNeighbour(_) => 7,
            Self::Silence(..) => 8,
            Self::StationClock(_) => 9,
            Self::CentreClock => 10,
            Self::FillDisk(_) => 11,
            Self::Tear(_) => 12,
        }
    }
}

impl fmt::Display for Blow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::KillStation(at) => write!(f, "{} killed", STATIONS[at]),
            Self::KillStarting(at) => write!(f, "{} killed while it starts", STATIONS[at]),
            Self::KillCentre => write!(f, "centre killed"),
            Self::KillAll => write!(f, "all killed"),
            Self::StopCentre => write!(f, "centre stopped"),
            Self::Stop(at) => write!(f, "{} stopped", STATIONS[at]),
            Self::Cut(at) => write!(f, "{} cut off the centre", STATIONS[at]),
            Self::CutNeighbour(at) => write!(f, "{} cut off its neighbour", STATIONS[at]),
            Self::Silence(at, true) => write!(f, "{} silent to the centre", STATIONS[at]),
            Self::Silence(at, false) => write!(f, "{} silent to its neighbour", STATIONS[at]),
            Self::StationClock(at) => write!(f, "clock of {}", STATIONS[at]),
            Self::CentreClock => write!(f, "clock of the centre"),
            Self::FillDisk(at) => write!(f, "disk of {} full", STATIONS[at]),
            Self::Tear(card) => write!(f, "card {card} torn out"),
        }
    }
}

/// Strikes after a pause. What was killed works again afterwards; lines, clocks and disks may stay as they are until
/// the run is over, so that blows meet.
pub fn strike(town: &Town, blow: Blow, dice: &mut Dice, met: &Met) {
    idle(dice.below(PAUSE));
    let (pause, stays) = (dice.below(PAUSE), dice.one_in(2));
    let jump = JUMPS[dice.index(JUMPS.len())];
    match blow {
        Blow::KillStation(at) => {
            town.stations[at].kill();
            idle(pause);
            town.start(at);
        }
        Blow::KillStarting(at) => {
            town.stations[at].kill_while_it_starts(dice.below(START));
            town.start(at);
        }
        Blow::KillCentre => {
            town.centre.kill();
            idle(pause);
            town.centre.up().unwrap();
        }
        Blow::KillAll => {
            town.stations.iter().chain([&town.centre]).for_each(Place::kill);
            idle(pause);
            // The centre last: stations begin without it.
            (0..STATIONS.len()).for_each(|at| town.start(at));
            town.centre.up().unwrap();
        }
        Blow::StopCentre => {
            town.centre.stop();
            idle(pause);
            town.centre.up().unwrap();
        }
        Blow::Stop(at) => {
            town.stations[at].stop();
            idle(pause);
            town.start(at);
        }
        Blow::Cut(at) => part(&town.centre.lines[1 + at], Line::cut, pause, stays),
        Blow::CutNeighbour(at) => part(&town.stations[1 - at].lines[1], Line::cut, pause, stays),
        Blow::Silence(at, true) => part(&town.centre.lines[1 + at], Line::silence, pause, stays),
        Blow::Silence(at, false) => {
            part(&town.stations[1 - at].lines[1], Line::silence, pause, stays);
        }
        Blow::StationClock(at) => town.stations[at].set_clock(jump),
        Blow::CentreClock => town.centre.set_clock(jump),
        Blow::FillDisk(at) => fill(town, at, pause, stays),
        Blow::Tear(card) => {
            met.to_tear[card].fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn part(line: &Line, part: fn(&Line), pause: u64, stays: bool) {
    part(line);
    idle(2 * pause);
    if !stays {
        line.mend();
    }
}

/// A station that runs must say so itself.
fn fill(town: &Town, at: usize, pause: u64, stays: bool) {
    let Some(disk) = &town.stations[at].disk else { return };
    disk.fill();
    idle(pause);
    if let Some(site) = town.site(at) {
        assert_eq!(site["journal"]["takes_locks"], false, "{site:#}");
    }
    if !stays {
        disk.make_room();
        // One that was started while it was full may not have come up.
        town.start(at);
    }
}
