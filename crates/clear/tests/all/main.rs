//! Clearing: the rules, whole runs, and the same day by other ways.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_possible_truncation)]

mod books;
mod carried;
mod centre;
mod checking;
mod cluster;
mod doors;
mod folders;
mod maker;
mod rules;
mod runs;
mod truth;
