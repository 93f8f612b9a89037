//! The books in a database against the rules in memory, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod append_only;
mod backup;
mod base;
mod export;
mod held;
mod history;
mod hosts;
mod lanes;
mod lists;
mod operated;
mod same_books;
mod silence;
#[path = "../../../host/tests/all/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
mod tls;
mod together;
