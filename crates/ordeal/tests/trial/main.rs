//! What a running server is put through: killed at random moments, cut off from its database, starved of disk, asked
//! anything that its document allows and does not. Four cards live at three stations meanwhile, each told by a thread of
//! its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod base;
mod dice;
mod driver;
mod ear;
mod full;
mod kill;
mod schema;
#[path = "../../../host/tests/all/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
mod town;
mod weigh;
