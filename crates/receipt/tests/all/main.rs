//! Receipts: their lines, their picture, and the record on paper.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod lines;
mod papers;
mod record;
