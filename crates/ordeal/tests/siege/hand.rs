//! The hand that kills, cuts and moves clocks.

use crate::dice::Dice;
use crate::town::{STATIONS, Town, idle};

/// What it did.
#[derive(Default, Debug)]
pub struct Blows {
    pub stations: u64,
    pub centres: u64,
    pub starting: u64,
    pub cuts: u64,
    pub clocks: u64,
}

/// A pause between two blows, in microseconds, at most.
const PAUSE: u64 = 120_000;
/// A start is over in about so many microseconds.
const START: u64 = 60_000;
/// An hour, and some more than a day.
const JUMPS: [i64; 4] = [-3_600, 90, 3_600, 100_000];

/// One blow; what it broke works again afterwards, but for lines and clocks.
pub fn strike(town: &Town, dice: &mut Dice, blows: &mut Blows) {
    idle(dice.below(PAUSE));
    let station = dice.index(STATIONS.len());
    match dice.below(8) {
        0..=2 => {
            blows.stations += 1;
            let place = &town.stations[station];
            place.kill();
            if dice.one_in(4) {
                blows.starting += 1;
                place.kill_while_it_starts(dice.below(START));
            }
            idle(dice.below(PAUSE));
            place.up();
        }
        3 | 4 => {
            blows.centres += 1;
            town.centre.kill();
            idle(dice.below(PAUSE));
            town.centre.up();
        }
        5 | 6 => {
            blows.cuts += 1;
            town.centre.line.cut(true);
            idle(dice.below(2 * PAUSE));
            if dice.one_in(2) {
                town.centre.line.cut(false);
            }
        }
        _ => {
            blows.clocks += 1;
            town.set_clock(station, JUMPS[dice.index(JUMPS.len())]);
        }
    }
}
