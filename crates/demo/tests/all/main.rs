//! The whole world through its own interface.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_possible_truncation)]

mod hands;
mod power;
mod reopen;
mod stories;
mod support;
