//! A station over HTTP, asked without a socket: chips in memory, and the centre's own rules behind the uplink.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod access;
mod docs;
mod events;
mod rig;
#[allow(dead_code, unused_imports)]
#[path = "../../../forecourt/tests/all/support/mod.rs"]
mod support;
mod visits;
