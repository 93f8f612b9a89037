//! The interface, asked as stations and operators ask it, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod access;
#[path = "../../../store/tests/all/base.rs"]
#[allow(dead_code)]
mod base;
mod events;
mod figures;
mod issuing;
mod life;
mod lists;
mod operations;
mod prepaid;
mod problems;
mod requests;
mod site;
#[path = "../../../host/tests/all/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
mod told;
