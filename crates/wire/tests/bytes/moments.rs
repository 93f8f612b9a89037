//! Local times with their offsets, as seconds.

#![allow(clippy::unwrap_used)]

use wire::{Date, Stamp, Time};

fn seconds((year, month, day): (u16, u8, u8), (h, m, s): (u8, u8, u8), offset: i16) -> i64 {
    let (date, time) = (Date::new(year, month, day).unwrap(), Time::new(h, m, s).unwrap());
    Stamp { date, time, utc_offset_minutes: offset }.unix_seconds()
}

/// Values of `date -u -d … +%s`.
#[test]
fn stamps_count_from_1970() {
    assert_eq!(seconds((1970, 1, 1), (0, 0, 0), 0), 0);
    assert_eq!(seconds((2000, 2, 29), (12, 0, 0), 0), 951_825_600);
    assert_eq!(seconds((2000, 3, 1), (0, 0, 0), 0), 951_868_800);
    assert_eq!(seconds((2026, 10, 18), (14, 25, 1), 330), 1_792_313_701);
    assert_eq!(seconds((1969, 12, 31), (23, 59, 59), 0), -1);
    assert_eq!(seconds((2100, 3, 1), (0, 0, 0), -60), 4_107_546_000);
}
