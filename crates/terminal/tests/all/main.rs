//! The terminal's pure parts: recovery table, order of the steps, price.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod price;
mod progress;
mod purchase;
mod records;
mod recovery;
