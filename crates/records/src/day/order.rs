//! What a day is asked for, and what of it cannot be had.

use wire::Date;

/// A day to make up.
#[derive(Clone, Debug)]
pub struct Order {
    /// How many rows.
    pub records: u64,
    /// How many of them are forged: exactly so many sales and grey records have one code that is wrong.
    pub forged: u64,
    /// Replays it: the same order gives the same bytes.
    pub seed: u64,
    /// The day.
    pub day: Date,
    /// Stations, numbered from 1, with four PSAMs each; `None` for as many as a day of that size has.
    pub stations: Option<u32>,
    /// Cards; `None` for one for every second row.
    pub cards: Option<u64>,
    /// Of a thousand locks so many are cards that left before their debit was answered.
    pub escapes: u32,
    /// Of a thousand locks so many are reported as grey first, and as a sale later: the card came back to its station.
    pub upgrades: u32,
    /// Of a thousand rows so many come once more.
    pub duplicates: u32,
    /// Of a thousand locks so many ended on the day before.
    pub late: u32,
    /// Copied cards: so many locks are made a second time under the same purse number, with right codes.
    pub clones: u64,
}

/// Why a day cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OrderError {
    /// A card has only so many numbers.
    #[error("{records} records need at least {least} cards: a purse has 32767 locks in its life")]
    TooFewCards {
        /// Rows.
        records: u64,
        /// Cards that would do.
        least: u64,
    },
    /// Numbers of ten digits.
    #[error("at most 10000000000 cards and 16777215 stations can be told apart")]
    TooMany,
    /// A day needs at least one station, and two where cards go to another one.
    #[error("at least one station is needed, and two where there are escapes or clones")]
    TooFewStations,
    /// Too many of them.
    #[error(
        "of {rows} rows only {most} could be forged, and {forged} are wanted: each of them must be a sale or a \
        grey record, once there, on which no other row depends"
    )]
    TooManyForged {
        /// Rows of a part of the day.
        rows: u64,
        /// Those that can be forged.
        most: u64,
        /// How many were to be.
        forged: u64,
    },
    /// Too many of them.
    #[error("of {rows} rows only {most} could be copied, and {clones} are wanted")]
    TooManyClones {
        /// Rows of a part of the day.
        rows: u64,
        /// Those that can be copied.
        most: u64,
        /// How many were to be.
        clones: u64,
    },
    /// Shares of a thousand.
    #[error("escapes, upgrades, duplicates and late records are shares of a thousand")]
    NoShare,
    /// The day after, or before.
    #[error("the day before {0} cannot be written")]
    NoDayBefore(Date),
    /// No keys.
    #[error("the keys file has no keys that this program can compute with")]
    NoKeys,
}

/// Most records that one card may have on average: it leaves its purse number far below FFFD.
const RECORDS_PER_CARD: u64 = 4_000;

impl Order {
    /// A day of so many rows, as days are.
    #[must_use]
    pub const fn new(records: u64, seed: u64, day: Date) -> Self {
        Self {
            records,
            forged: 0,
            seed,
            day,
            stations: None,
            cards: None,
            escapes: 20,
            upgrades: 0,
            duplicates: 5,
            late: 10,
            clones: 0,
        }
    }

    /// How many stations there are.
    ///
    /// # Errors
    /// Too few, or too many to be told apart.
    pub(super) fn stations(&self) -> Result<u32, OrderError> {
        // Some 320 rows a day at each, and 30,000 of them at the most.
        let usual = u32::try_from((self.records / 320).clamp(2, 30_000)).unwrap_or(30_000);
        let stations = self.stations.unwrap_or(usual);
        let least = if self.escapes > 0 || self.clones > 0 { 2 } else { 1 };
        match stations {
            few if few < least => Err(OrderError::TooFewStations),
            many if many > 0x00FF_FFFF => Err(OrderError::TooMany),
            fits => Ok(fits),
        }
    }

    /// How many cards there are.
    ///
    /// # Errors
    /// Too few, or too many to be told apart.
    pub(super) fn cards(&self) -> Result<u64, OrderError> {
        let cards = self.cards.unwrap_or(self.records.div_ceil(2).max(1));
        let least = self.records.div_ceil(RECORDS_PER_CARD).max(1);
        match cards {
            few if few < least => Err(OrderError::TooFewCards { records: self.records, least }),
            many if many > 10_000_000_000 => Err(OrderError::TooMany),
            fits => Ok(fits),
        }
    }

    /// Shares that are none.
    pub(super) fn check_shares(&self) -> Result<(), OrderError> {
        let share = |permille: u32| permille <= 1000;
        let good = [self.escapes, self.upgrades, self.duplicates, self.late].into_iter().all(share);
        good.then_some(()).ok_or(OrderError::NoShare)
    }

    /// The day before.
    pub(super) fn day_before(&self) -> Result<Date, OrderError> {
        let (year, month, day) = self.day.ymd();
        let before = match (month, day) {
            (1, 1) => year.checked_sub(1).and_then(|year| Date::new(year, 12, 31)),
            (_, 1) => Date::new(year, month - 1, Date::days_of_month(year, month - 1)),
            _ => Date::new(year, month, day - 1),
        };
        before.ok_or(OrderError::NoDayBefore(self.day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_before_is_one_of_the_calendar() {
        for (day, before) in [
            ((2026, 11, 23), "20261122"),
            ((2026, 1, 1), "20251231"),
            ((2026, 3, 1), "20260228"),
            ((2028, 3, 1), "20280229"),
            ((2100, 3, 1), "21000228"),
            ((2000, 3, 1), "20000229"),
            ((2026, 5, 1), "20260430"),
        ] {
            let (year, month, day) = day;
            let order = Order::new(1, 1, Date::new(year, month, day).unwrap());
            assert_eq!(order.day_before().unwrap().to_string(), before);
        }
        assert!(Order::new(1, 1, Date::new(0, 1, 1).unwrap()).day_before().is_err());
    }
}
