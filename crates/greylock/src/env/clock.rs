//! The time of this machine.

use jiff::Zoned;
use terminal::transport::Clock;
use wire::{Date, Stamp, Time};

/// The machine's clock in its own time zone (`TZ`).
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes in")]
    fn now(&mut self) -> Stamp {
        stamp(&Zoned::now())
    }
}

/// Local civil time with its offset from UTC. A leap second counts as the second before it, which the card accepts.
fn stamp(now: &Zoned) -> Stamp {
    let part = |number: i8| u8::try_from(number).unwrap_or(0);
    let year = u16::try_from(now.year()).unwrap_or(0);
    let date = Date::new(year, part(now.month()), part(now.day()));
    let time = Time::new(part(now.hour()), part(now.minute()), part(now.second()).min(59));
    Stamp {
        date: date.unwrap_or_default(),
        time: time.unwrap_or_default(),
        utc_offset_minutes: i16::try_from(now.offset().seconds() / 60).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_and_its_offset_are_kept() {
        let there: Zoned = "2026-10-18T14:25:01+05:30[+05:30]".parse().unwrap();
        let stamp = stamp(&there);
        assert_eq!(stamp.date.to_string(), "20261018");
        assert_eq!(stamp.time.to_string(), "142501");
        assert_eq!(stamp.utc_offset_minutes, 330);
    }
}
