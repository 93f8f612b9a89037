//! The station's journal and pump on media that tear.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod frozen;
mod journal;
mod pump;
#[path = "../../../terminal/tests/all/records.rs"]
#[allow(dead_code)]
mod records;
mod tears;
