//! Dispensers: the line protocol, the simulated pump, one delivery, and both ends of a connection.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod delivery;
mod kept;
mod lines;
mod over_tcp;
mod simulated;
mod support;
