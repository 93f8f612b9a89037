//! Where a reader of changes stopped.
//!
//! Each writer of the centre numbers its changes in a lane of its own, without gaps; a cursor has the last number of
//! every lane.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The last number that was read of each lane: `0:15,2:7`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cursor(BTreeMap<i64, i64>);

/// Not a cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a cursor is what the last event carried as its id, like 0:15")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (lane, number)) in self.0.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(f, "{comma}{lane}:{number}")?;
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut lanes = BTreeMap::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (lane, number) = part.split_once(':').ok_or(CursorError)?;
            let number_of = |text: &str| text.parse::<i64>().ok().filter(|number| *number >= 0);
            let (lane, number) = number_of(lane).zip(number_of(number)).ok_or(CursorError)?;
            if lanes.insert(lane, number).is_some() || lanes.len() > 64 {
                return Err(CursorError);
            }
        }
        Ok(Self(lanes))
    }
}

impl Cursor {
    /// The last number that was read of a lane; 0 before its first event.
    #[must_use]
    pub fn last(&self, lane: i64) -> i64 {
        self.0.get(&lane).copied().unwrap_or(0)
    }

    /// Every lane with the last number that was read of it.
    pub fn lanes(&self) -> impl Iterator<Item = (i64, i64)> {
        self.0.iter().map(|(lane, number)| (*lane, *number))
    }

    /// What lies behind both: where a stream goes on for somebody who has two lists.
    #[must_use]
    pub fn behind_both(&self, other: &Self) -> Self {
        Self(
            self.0.iter().map(|(lane, number)| (*lane, (*number).min(other.last(*lane)))).collect(),
        )
    }

    /// Whether the event with this number of a lane lies behind the cursor.
    #[must_use]
    pub fn has_passed(&self, lane: i64, number: i64) -> bool {
        self.0.get(&lane).is_some_and(|last| *last >= number)
    }

    /// Whether this number follows without a gap: lanes have none, so a gap is an event that was not heard.
    #[must_use]
    pub fn comes_next(&self, lane: i64, number: i64) -> bool {
        self.last(lane).checked_add(1) == Some(number)
    }

    /// Whether everything up to the other cursor lies behind this one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.lanes().all(|(lane, number)| self.last(lane) >= number)
    }

    /// The lane and number of the one event that lies between this cursor and the next one; nothing when it is another
    /// number of events.
    #[must_use]
    pub fn step_to(&self, next: &Self) -> Option<(i64, i64)> {
        let mut moved = next.lanes().filter(|(lane, number)| self.last(*lane) != *number);
        let (lane, number) = moved.next()?;
        (self.comes_next(lane, number) && moved.next().is_none()).then_some((lane, number))
    }

    /// Goes behind an event.
    pub fn pass(&mut self, lane: i64, number: i64) {
        self.0.insert(lane, number);
    }
}
