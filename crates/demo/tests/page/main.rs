//! The page in a browser: every story by its button, a refuelling by keys alone, cards by mouse, a paper, and what the
//! page is to those who do not see it. The pictures stay in `target/page`.
//!
//! Chromium is needed, so these tests run as `cargo xtask page`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod access;
mod browser;
mod hands;
mod stories;
mod street;
#[path = "../all/support.rs"]
#[allow(dead_code, reason = "the other tests need more of it")]
mod support;
mod windows;
