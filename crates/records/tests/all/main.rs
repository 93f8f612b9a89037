//! The table of outcomes in every format, and made-up days.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod books;
mod day;
mod formats;
mod frozen;
mod hostile;
mod oracle;
mod table;
mod verify;
mod world;
