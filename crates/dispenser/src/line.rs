//! The line protocol of docs/dispensers.md as values: what a station says, what a dispenser answers.
//!
//! ```text
//! NOZZLE 1                     NOZZLE 1 L
//! READ                         IDLE 123456
//! OPEN 112233445566-7 50000 789    OPEN 112233445566-7 123456
//! WAIT 100                     OPEN 112233445566-7 123900
//! STOP                         FINISHED 112233445566-7 124000
//! ```
//!
//! Printable ASCII, words apart by one space, ended by LF (a CR before it is ignored), at most [`LONGEST`] bytes.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::{Order, OrderId, Reading, State, Unit};

/// Longest line in bytes, without its end.
pub const LONGEST: usize = 200;

/// The longest time that WAIT may ask for.
pub const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// A dispenser that hears nothing for this long while a nozzle is open closes it.
pub const SILENCE: Duration = Duration::from_secs(2);

/// A line that is none of the protocol's.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{line}` is no line of this protocol: want {want}")]
pub struct LineError {
    /// What came, its unprintable bytes replaced.
    pub line: String,
    /// What would be right.
    pub want: &'static str,
}

impl LineError {
    fn new(line: &str, want: &'static str) -> Self {
        let printable = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
        Self { line: line.chars().take(60).map(printable).collect(), want }
    }
}

/// What a station says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// `NOZZLE n`: the first line; the rest of the connection is about this nozzle.
    Nozzle(u8),
    /// `READ`: where it stands.
    Read,
    /// `OPEN id preset price`: authorise. Thousandths of the unit; smallest coins for a whole unit.
    Open(Order),
    /// `STOP`: close the nozzle.
    Stop,
    /// `WAIT ms`: answer when something changes, at the latest then.
    Wait(Duration),
}

const REQUESTS: &str = "NOZZLE n, READ, OPEN id preset price, STOP or WAIT ms";

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nozzle(nozzle) => write!(f, "NOZZLE {nozzle}"),
            Self::Read => f.write_str("READ"),
            Self::Open(Order { id, preset, unit_price }) => {
                write!(f, "OPEN {id} {preset} {unit_price}")
            }
            Self::Stop => f.write_str("STOP"),
            Self::Wait(at_most) => write!(f, "WAIT {}", at_most.as_millis()),
        }
    }
}

impl FromStr for Request {
    type Err = LineError;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = line.split(' ').collect();
        let request = match *words.as_slice() {
            ["NOZZLE", nozzle] => number(nozzle).map(Self::Nozzle),
            ["READ"] => Some(Self::Read),
            ["OPEN", id, preset, price] => order(id, preset, price).map(Self::Open),
            ["STOP"] => Some(Self::Stop),
            ["WAIT", ms] => number(ms)
                .map(Duration::from_millis)
                .filter(|wait| *wait <= LONGEST_WAIT)
                .map(Self::Wait),
            _ => None,
        };
        request.ok_or_else(|| LineError::new(line, REQUESTS))
    }
}

fn order(id: &str, preset: &str, price: &str) -> Option<Order> {
    Some(Order { id: OrderId::new(id).ok()?, preset: number(preset)?, unit_price: number(price)? })
}

/// Digits alone: no sign, no space.
fn number<T: FromStr>(digits: &str) -> Option<T> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// What a dispenser answers: one line to each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// `NOZZLE n unit`, to NOZZLE.
    Nozzle(u8, Unit),
    /// `IDLE totalizer`, `OPEN id totalizer` or `FINISHED id totalizer`.
    Reading(Reading),
    /// `NO words`: it was not done, and why.
    No(String),
}

const ANSWERS: &str =
    "NOZZLE n unit, IDLE totalizer, OPEN id totalizer, FINISHED id totalizer or NO words";

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nozzle(nozzle, unit) => write!(f, "NOZZLE {nozzle} {unit}"),
            Self::Reading(Reading { state, totalizer }) => match state {
                State::Idle => write!(f, "IDLE {totalizer}"),
                State::Open(id) => write!(f, "OPEN {id} {totalizer}"),
                State::Finished(id) => write!(f, "FINISHED {id} {totalizer}"),
            },
            Self::No(words) => write!(f, "NO {words}"),
        }
    }
}

impl FromStr for Answer {
    type Err = LineError;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = line.split(' ').collect();
        let reading = |state, totalizer| {
            number(totalizer).map(|totalizer| Self::Reading(Reading { state, totalizer }))
        };
        let answer = match *words.as_slice() {
            ["NOZZLE", nozzle, unit] => {
                let unit = Unit::ALL.into_iter().find(|known| known.symbol() == unit);
                number(nozzle).zip(unit).map(|(nozzle, unit)| Self::Nozzle(nozzle, unit))
            }
            ["IDLE", totalizer] => reading(State::Idle, totalizer),
            ["OPEN", id, totalizer] => {
                OrderId::new(id).ok().and_then(|id| reading(State::Open(id), totalizer))
            }
            ["FINISHED", id, totalizer] => {
                OrderId::new(id).ok().and_then(|id| reading(State::Finished(id), totalizer))
            }
            ["NO", ..] => Some(Self::No(line.get(3..).unwrap_or_default().to_owned())),
            _ => None,
        };
        answer.ok_or_else(|| LineError::new(line, ANSWERS))
    }
}
