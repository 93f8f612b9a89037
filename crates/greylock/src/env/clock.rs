//! The time of this machine.

use std::time::Duration;

use jiff::Zoned;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use pki::UnixTime;
use terminal::transport::Clock;
use wire::{Date, Stamp, Time};

use crate::error::{Error, Fault};

/// The machine's clock in its own time zone (`TZ`).
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes in")]
    fn now(&mut self) -> Stamp {
        stamp(&Zoned::now())
    }
}

/// The time of this machine, for a server: each request asks for it.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the same place, for a server's threads")]
pub fn stamp_now() -> Stamp {
    stamp(&Zoned::now())
}

/// The same, and the time since 1970 with its fractions of a second.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the same place, for the demo's timeline")]
pub fn moment_now() -> (Stamp, Duration) {
    let now = Zoned::now();
    let since = u64::try_from(now.timestamp().as_millisecond()).unwrap_or(0);
    (stamp(&now), Duration::from_millis(since))
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

/// The same moment as certificates count time.
///
/// # Errors
/// A clock that shows a time before 1970 or none at all.
pub fn unix_time(stamp: Stamp) -> Result<UnixTime, Error> {
    let seconds = seconds_since_1970(stamp).and_then(|seconds| u64::try_from(seconds).ok());
    let seconds = seconds.ok_or_else(|| {
        Error::new(Fault::System, "the clock of this machine shows no time")
            .advice("set it; certificates are good from a time to a time")
    })?;
    Ok(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
}

fn seconds_since_1970(stamp: Stamp) -> Option<i64> {
    let part = |number: u8| i8::try_from(number).ok();
    let ((year, month, day), (hour, minute, second)) = (stamp.date.ymd(), stamp.time.hms());
    let date = civil::Date::new(i16::try_from(year).ok()?, part(month)?, part(day)?).ok()?;
    let time = civil::Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()?;
    let offset = Offset::from_seconds(i32::from(stamp.utc_offset_minutes) * 60).ok()?;
    let there = date.to_datetime(time).to_zoned(TimeZone::fixed(offset)).ok()?;
    Some(there.timestamp().as_second())
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
        let seconds = u64::try_from(there.timestamp().as_second()).unwrap();
        assert_eq!(unix_time(stamp).unwrap().as_secs(), seconds);
        assert!(unix_time(Stamp::default()).is_err());
    }
}
