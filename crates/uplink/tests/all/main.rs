//! A station's line against a real centre: what goes up, what comes down, and what happens when either breaks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod centre;
mod certificates;
mod files;
mod listen;
mod near;
mod papers;
mod proxy;
mod rig;
#[path = "../../../host/tests/all/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
mod upload;
