//! A whole station with chips in memory, a pump that takes no time, and the centre's own rules behind the uplink.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod breaks;
mod many;
mod meant;
mod prices;
mod purchases;
mod smoke;
mod stays;
#[allow(dead_code, unused_imports)]
mod support;
mod waits;
