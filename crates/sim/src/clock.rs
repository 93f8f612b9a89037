//! The world's time: it starts where the story says and moves when somebody looks.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use terminal::Clock;
use wire::{Date, Stamp, Time};

/// A clock that goes on by a second each time it is read.
#[derive(Clone, Debug)]
pub struct WorldClock {
    now: DateTime,
}

impl Default for WorldClock {
    fn default() -> Self {
        Self { now: date(2026, 6, 1).at(8, 0, 0, 0) }
    }
}

impl WorldClock {
    /// Lets time pass.
    pub fn advance_seconds(&mut self, seconds: i64) {
        // Civil time ends in the year 9999; a story that gets there stands still.
        self.now = self.now.checked_add(seconds.seconds()).unwrap_or(self.now);
    }
}

impl Clock for WorldClock {
    fn now(&mut self) -> Stamp {
        self.advance_seconds(1);
        let unsigned = |part: i8| u8::try_from(part).unwrap_or(0);
        let year = u16::try_from(self.now.year()).unwrap_or(0);
        let (month, day) = (unsigned(self.now.month()), unsigned(self.now.day()));
        let time = Time::new(
            unsigned(self.now.hour()),
            unsigned(self.now.minute()),
            unsigned(self.now.second()),
        );
        Stamp {
            date: Date::new(year, month, day).unwrap_or_default(),
            time: time.unwrap_or_default(),
            utc_offset_minutes: 120,
        }
    }
}
