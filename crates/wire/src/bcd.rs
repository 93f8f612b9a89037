//! BCD dates and times (protocol, opening page): the terminal's local civil time.

use core::fmt;

/// A date, BCD `YYYYMMDD`, four bytes; month 01–12, day 01–31, no calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date([u8; 4]);

/// A time of day, BCD `hhmmss`, three bytes; hour 00–23, minute and second 00–59.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time([u8; 3]);

/// A local civil time with its offset from UTC, as records carry it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Stamp {
    /// The date.
    pub date: Date,
    /// The time of day.
    pub time: Time,
    /// Minutes east of UTC.
    pub utc_offset_minutes: i16,
}

impl Stamp {
    /// Seconds since 1970-01-01T00:00:00Z. A day that its month has not got counts on into the next month.
    #[must_use]
    pub fn unix_seconds(self) -> i64 {
        let ((year, month, day), (hour, minute, second)) = (self.date.ymd(), self.time.hms());
        // Years begin in March here, so that the day that some years have more is their last.
        let year = i64::from(year) - i64::from(month < 3);
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
        let days = 365 * year + leap_days + day_of_year - 719_468;
        let minutes = i64::from(hour) * 60 + i64::from(minute) - i64::from(self.utc_offset_minutes);
        days * 86_400 + minutes * 60 + i64::from(second)
    }
}

/// The value of one BCD byte, or `None` for a nibble above 9.
const fn value(byte: u8) -> Option<u8> {
    let (high, low) = (byte >> 4, byte & 0x0F);
    if high <= 9 && low <= 9 { Some(high * 10 + low) } else { None }
}

fn within(byte: u8, least: u8, most: u8) -> bool {
    value(byte).is_some_and(|v| (least..=most).contains(&v))
}

/// A number below 100 as one BCD byte.
const fn to_bcd(number: u8) -> u8 {
    ((number / 10 % 10) << 4) | (number % 10)
}

impl Date {
    /// Days of a month in the calendar; [`Date::new`] takes up to 31 in every one, as cards do.
    #[must_use]
    pub const fn days_of_month(year: u16, month: u8) -> u8 {
        let leap =
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// All zero: what GET GREY STATUS shows where there is no date.
    pub const ZERO: Self = Self([0; 4]);

    /// `None` (status 6A80) for a nibble above 9, a month or a day that does not exist.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 4]) -> Option<Self> {
        let [century, year, month, day] = bytes;
        let good = value(century).is_some()
            && value(year).is_some()
            && within(month, 1, 12)
            && within(day, 1, 31);
        good.then_some(Self(bytes))
    }

    /// A date out of a stored record, or [`Date::ZERO`] there.
    #[must_use]
    pub fn from_bytes_or_zero(bytes: [u8; 4]) -> Option<Self> {
        if bytes == [0; 4] { Some(Self::ZERO) } else { Self::from_bytes(bytes) }
    }

    /// From numbers; `None` for a date that BCD cannot carry.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        if month > 12 || day > 31 {
            return None;
        }
        let century = u8::try_from(year / 100).ok().filter(|c| *c < 100)?;
        let year = u8::try_from(year % 100).ok()?;
        Self::from_bytes([to_bcd(century), to_bcd(year), to_bcd(month), to_bcd(day)])
    }

    /// Year, month, day as numbers.
    #[must_use]
    pub fn ymd(self) -> (u16, u8, u8) {
        let number = |byte: u8| (byte >> 4) * 10 + (byte & 0x0F);
        let [century, year, month, day] = self.0;
        (u16::from(number(century)) * 100 + u16::from(number(year)), number(month), number(day))
    }

    /// The four bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 4] {
        self.0
    }
}

impl Time {
    /// All zero.
    pub const ZERO: Self = Self([0; 3]);

    /// `None` (status 6A80) for a nibble above 9 or a time that does not exist.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 3]) -> Option<Self> {
        let [hour, minute, second] = bytes;
        let good = within(hour, 0, 23) && within(minute, 0, 59) && within(second, 0, 59);
        good.then_some(Self(bytes))
    }

    /// From numbers; `None` for a time that does not exist.
    #[must_use]
    pub fn new(hour: u8, minute: u8, second: u8) -> Option<Self> {
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(Self([to_bcd(hour), to_bcd(minute), to_bcd(second)]))
    }

    /// Hour, minute, second as numbers.
    #[must_use]
    pub fn hms(self) -> (u8, u8, u8) {
        let [hour, minute, second] = self.0.map(|byte| (byte >> 4) * 10 + (byte & 0x0F));
        (hour, minute, second)
    }

    /// The three bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 3] {
        self.0
    }
}

macro_rules! show_as_hex {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}
show_as_hex!(Date);
show_as_hex!(Time);
