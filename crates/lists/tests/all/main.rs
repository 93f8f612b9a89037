//! Lists: what they hold after any changes, their files, and their digest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod changes;
mod files;
mod records;
