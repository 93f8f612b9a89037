//! What is believed of the station's clock (protocol §9: a lock's date and time, and expiry by the date).

use jiff::Timestamp;
use jiff::tz::Offset;
use wire::{Date, Stamp, Time};

use crate::uplink::ClockOffset;

/// A clock that is off by more seconds than that is told.
const OFF: u64 = 120;
const DAY: i64 = 24 * 60 * 60;

/// What the centre says of the station's clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Judged {
    /// It is right, as far as anybody needs it.
    Right,
    /// It is off by so many seconds: ahead when positive.
    Off {
        ahead: i64,
        /// It shows another date than the centre's time has here: cards would be taken for expired or good that are not
        /// (protocol §9), and the limits of a day would be another day's.
        other_day: bool,
    },
    /// The centre did not say its time of late, or the way there took too long to tell.
    Unknown,
}

/// Judges a clock that shows this now.
pub(crate) fn judge(now: Stamp, offset: Option<ClockOffset>) -> Judged {
    let Some(ClockOffset { ahead, within }) = offset else { return Judged::Unknown };
    let most = ahead.unsigned_abs().saturating_add(within);
    let least = ahead.unsigned_abs().saturating_sub(within);
    if most <= OFF {
        Judged::Right
    } else if least > OFF {
        let east = i64::from(now.utc_offset_minutes) * 60;
        let shown = now.unix_seconds() + east;
        let day = |ahead: i64| shown.saturating_sub(ahead).div_euclid(DAY);
        let nearest = least.cast_signed() * ahead.signum();
        Judged::Off { ahead, other_day: day(0) != day(nearest) }
    } else {
        Judged::Unknown
    }
}

/// The local time of a moment, in seconds since 1970 and minutes east of Greenwich.
pub(crate) fn stamp_of(moment: i64, utc_offset_minutes: i16) -> Option<Stamp> {
    let offset = Offset::from_seconds(i32::from(utc_offset_minutes) * 60).ok()?;
    let local = offset.to_datetime(Timestamp::from_second(moment).ok()?);
    let small = |number: i8| u8::try_from(number).ok();
    let year = u16::try_from(local.year()).ok()?;
    let date = Date::new(year, small(local.month())?, small(local.day())?)?;
    let time = Time::new(small(local.hour())?, small(local.minute())?, small(local.second())?)?;
    Some(Stamp { date, time, utc_offset_minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_one_local_time_and_back() {
        let written = |moment, offset| {
            let stamp = stamp_of(moment, offset).unwrap();
            assert_eq!(stamp.unix_seconds(), moment);
            (stamp.date.ymd(), stamp.time.hms())
        };
        assert_eq!(written(0, 0), ((1970, 1, 1), (0, 0, 0)));
        assert_eq!(written(951_782_399, 0), ((2000, 2, 28), (23, 59, 59)));
        assert_eq!(written(951_782_400, 0), ((2000, 2, 29), (0, 0, 0)));
        assert_eq!(written(1_709_251_199, 60), ((2024, 3, 1), (0, 59, 59)));
        assert_eq!(written(1_709_251_199, -90), ((2024, 2, 29), (22, 29, 59)));
        assert_eq!(stamp_of(i64::MAX, 0), None);
        assert_eq!(stamp_of(i64::MIN, -90), None);
    }

    fn at(hour: u8, minute: u8) -> Stamp {
        let (date, time) = (Date::new(2026, 6, 1).unwrap(), Time::new(hour, minute, 0).unwrap());
        Stamp { date, time, utc_offset_minutes: 120 }
    }

    #[test]
    fn what_is_not_certain_is_not_known() {
        let judge = |ahead, within| judge(at(12, 0), Some(ClockOffset { ahead, within }));
        assert_eq!(judge(-117, 3), Judged::Right);
        assert_eq!(judge(118, 3), Judged::Unknown);
        assert_eq!(judge(123, 3), Judged::Unknown);
        assert_eq!(judge(-124, 3), Judged::Off { ahead: -124, other_day: false });
        assert_eq!(judge(i64::MIN, 3), Judged::Off { ahead: i64::MIN, other_day: true });
        assert_eq!(super::judge(at(12, 0), None), Judged::Unknown);
    }

    #[test]
    fn the_date_is_the_local_one() {
        let other_day = |now, ahead| {
            let judged = judge(now, Some(ClockOffset { ahead, within: 3 }));
            matches!(judged, Judged::Off { other_day: true, .. })
        };
        // Ten minutes ahead, five past midnight: it is still yesterday.
        assert!(other_day(at(0, 5), 600));
        assert!(!other_day(at(0, 5), -600));
        assert!(other_day(at(23, 55), -600));
        assert!(!other_day(at(2, 5), 600), "midnight of Greenwich is none here");
        // By a hair it may be the same day.
        assert!(!other_day(at(0, 10), 602));
    }
}
