//! How the station's clock stands to the centre's, by what the centre says of its time with each answer.

use std::time::{Duration, Instant};

use client::Heard;
use forecourt::ClockOffset;
use wire::Stamp;

/// So long is a time that was heard good for: a quartz loses less than a second in an hour, and a clock that was set
/// meanwhile shows at once, since the time since then is counted by one that nobody sets.
const GOOD_FOR: Duration = Duration::from_secs(60 * 60);

/// What the newest of these says of a clock that shows `now` at this moment; nothing when it is too old.
pub(crate) fn offset(
    heard: impl Iterator<Item = Heard>,
    now: Stamp,
    moment: Instant,
) -> Option<ClockOffset> {
    let newest = heard.min_by_key(|heard| heard.age(moment))?;
    if newest.age(moment) > GOOD_FOR {
        return None;
    }
    let ahead = now.unix_seconds().saturating_sub(newest.at(moment));
    Some(ClockOffset { ahead, within: newest.within() })
}

#[cfg(test)]
mod tests {
    use wire::{Date, Time};

    use super::*;

    /// 2026-06-01T12:00:00Z.
    const NOON: i64 = 1_780_315_200;

    fn noon(utc_offset_minutes: i16) -> Stamp {
        let (date, time) = (Date::new(2026, 6, 1).unwrap(), Time::new(12, 0, 0).unwrap());
        Stamp { date, time, utc_offset_minutes }
    }

    #[test]
    fn the_newest_answer_counts_until_it_is_old() {
        let second = Duration::from_secs(1);
        let start = Instant::now();
        let heard = |seconds, after: u32, took: u32| {
            Heard::between(seconds, start + second * after, start + second * (after + took))
        };
        // Asked at 0, answered at 20; the later one says another time.
        let (first, later) = (heard(NOON - 500, 0, 20), heard(NOON - 30, 100, 2));
        let at =
            |moment: u32, now| offset([first, later].into_iter(), now, start + second * moment);
        let same = ClockOffset { ahead: 20, within: 3 };
        assert_eq!(at(111, noon(0)), Some(same), "30 - 10 seconds since");
        assert_eq!(at(111, noon(60)), Some(ClockOffset { ahead: 20 - 3_600, within: 3 }));
        assert_eq!(at(101 + 3_600, noon(0)), Some(ClockOffset { ahead: 30 - 3_600, within: 3 }));
        assert_eq!(at(102 + 3_600, noon(0)), None, "an hour is long ago");
        assert_eq!(offset([].into_iter(), noon(0), start), None);
    }
}
