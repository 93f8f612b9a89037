//! The next second of a civil time: the centre gives one card no second twice (protocol §9).

use wire::{Date, Stamp, Time};

fn next_day(date: Date) -> Option<Date> {
    let (year, month, day) = date.ymd();
    match (month, day) {
        (12, 31..) => Date::new(year + 1, 1, 1),
        (month, day) if day >= Date::days_of_month(year, month) => Date::new(year, month + 1, 1),
        (month, day) => Date::new(year, month, day + 1),
    }
}

/// One second later; `None` at the end of the year 9999.
#[must_use]
pub fn next_second(stamp: Stamp) -> Option<Stamp> {
    let (date, time) = match stamp.time.hms() {
        (23, 59, 59) => (next_day(stamp.date)?, Time::ZERO),
        (hour, 59, 59) => (stamp.date, Time::new(hour + 1, 0, 0)?),
        (hour, minute, 59) => (stamp.date, Time::new(hour, minute + 1, 0)?),
        (hour, minute, second) => (stamp.date, Time::new(hour, minute, second + 1)?),
    };
    Some(Stamp { date, time, ..stamp })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(date: (u16, u8, u8), time: (u8, u8, u8)) -> String {
        let (year, month, day) = date;
        let (hour, minute, second) = time;
        let stamp = Stamp {
            date: Date::new(year, month, day).unwrap(),
            time: Time::new(hour, minute, second).unwrap(),
            utc_offset_minutes: 480,
        };
        next_second(stamp).map_or("none".to_owned(), |s| format!("{} {}", s.date, s.time))
    }

    #[test]
    fn a_second_carries_into_minute_hour_day_month_and_year() {
        assert_eq!(after((2026, 3, 1), (9, 9, 9)), "20260301 090910");
        assert_eq!(after((2026, 3, 1), (9, 9, 59)), "20260301 091000");
        assert_eq!(after((2026, 3, 1), (9, 59, 59)), "20260301 100000");
        assert_eq!(after((2026, 3, 31), (23, 59, 59)), "20260401 000000");
        assert_eq!(after((2026, 12, 31), (23, 59, 59)), "20270101 000000");
        assert_eq!(after((9999, 12, 31), (23, 59, 59)), "none");
    }

    #[test]
    fn february_knows_its_leap_years() {
        assert_eq!(after((2028, 2, 28), (23, 59, 59)), "20280229 000000");
        assert_eq!(after((2026, 2, 28), (23, 59, 59)), "20260301 000000");
        assert_eq!(after((2100, 2, 28), (23, 59, 59)), "21000301 000000");
        assert_eq!(after((2000, 2, 29), (23, 59, 59)), "20000301 000000");
    }
}
