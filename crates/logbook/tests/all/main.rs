//! The logbook of a station: what it remembers, many nozzles at once, a disk that fills.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod forgets;
mod frozen;
mod nozzles;
#[path = "../../../terminal/tests/all/records.rs"]
#[allow(dead_code)]
mod records;
mod remembers;
mod room;
mod support;
