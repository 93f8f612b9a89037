//! Figures as they are printed, and percentiles.

use std::time::Duration;

use serde::Serialize;

/// All figures of one database.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Figures {
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// Outcomes made durable.
    pub outcomes: Outcomes,
    /// On-line unlocks.
    pub unlocks: Unlocks,
    /// Events at stations.
    pub streams: Streams,
}

/// Outcomes verified, posted and durable; per second. Ratios are of the bare insert: 1 is as fast as it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Outcomes {
    /// How many of each kind.
    pub count: usize,
    /// Transactions in which the desk committed them.
    pub transactions: u64,
    /// Through the desk.
    pub desk_per_second: f64,
    /// The same rows into the same tables, in as many transactions, without rules.
    pub bare_per_second: f64,
    /// Desk to bare insert.
    pub desk_ratio: f64,
    /// In batches over HTTP, from as many stations.
    pub http_per_second: f64,
    /// HTTP to bare insert.
    pub http_ratio: f64,
    /// Rows of one outcome.
    pub rows_per_outcome: f64,
    /// One outcome through the desk.
    pub desk_microseconds: f64,
    /// Its rows alone.
    pub bare_microseconds: f64,
    /// Its codes alone, in one thread, for as many records together as the desk takes.
    pub codes_microseconds: f64,
    /// Its rules alone, over books in memory, with the codes known.
    pub rules_microseconds: f64,
}

/// How much of a disk an outcome takes in the books, indexes included.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Room {
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// How many outcomes there were.
    pub count: usize,
    /// What the database grew by, for each.
    pub bytes_per_outcome: f64,
    /// Rows of one outcome.
    pub rows_per_outcome: f64,
}

/// Milliseconds.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Spread {
    /// How many were measured.
    pub count: usize,
    /// Half took no longer.
    pub p50: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
}

/// An on-line unlock from the request to the whole answer, over HTTP on one connection.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Unlocks {
    /// Nobody else asks.
    pub alone: Spread,
    /// While stations report outcomes.
    pub under_load: Spread,
    /// The yardstick: one small row committed alone, on a connection of its own, with nobody else there.
    pub commit: Spread,
}

/// Grey records on their way to stations.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Streams {
    /// Stations that listen.
    pub stations: usize,
    /// From the first connection to the last one's answer, in milliseconds.
    pub connected: f64,
    /// From the acknowledgement of a report to its record's arrival at each station; below 0 counts as 0.
    pub arrival: Spread,
    /// The yardstick: the same bytes over as many bare sockets of this process.
    pub bare: Spread,
}

/// A card that escapes at one station and is freed at another one, both on-line.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Between {
    /// From the moment in which the record is durable at the first station until it is on the list of the second one.
    pub listed: Spread,
    /// From the card's insertion at the second station until it is free.
    pub freed: Spread,
    /// From the pull at the first station until it is free at the second one, put in as soon as its record was there.
    pub whole: Spread,
    /// Cards on the list of the next figure.
    pub rows: u32,
    /// One look-up of a card on that list, by the call that nozzles make.
    pub lookup_nanoseconds: f64,
}

pub(crate) fn milliseconds(took: Duration) -> f64 {
    round(took.as_secs_f64() * 1_000.0)
}

/// Three decimals: more would be noise.
pub(crate) fn round(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}

/// So many per second.
pub(crate) fn rate(count: usize, took: Duration) -> f64 {
    round(micros(count, took).recip() * 1e6)
}

/// Microseconds of each of so many.
pub(crate) fn micros(count: usize, took: Duration) -> f64 {
    let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    took.as_secs_f64() * 1e6 / f64::from(count)
}

impl Spread {
    pub(crate) fn of(mut took: Vec<Duration>) -> Self {
        took.sort_unstable();
        let at = |hundredths: usize| {
            let place = (took.len() * hundredths).div_ceil(100).saturating_sub(1);
            took.get(place).map_or(0.0, |took| milliseconds(*took))
        };
        Self { count: took.len(), p50: at(50), p99: at(99) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let took: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(Spread::of(took), Spread { count: 200, p50: 100.0, p99: 198.0 });
        assert_eq!(Spread::of(Vec::new()), Spread { count: 0, p50: 0.0, p99: 0.0 });
    }

    #[test]
    fn rates_are_per_second() {
        assert!((rate(500, Duration::from_millis(250)) - 2_000.0).abs() < 1e-6);
    }
}
