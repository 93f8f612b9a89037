//! A day's outcomes to net positions (docs/clearing.md): verified, told from their repeats, matched with what ended
//! their locks, and added up for each station. In this process or on a cluster, with the same bytes as the result.
//!
//! | module | holds |
//! |---|---|
//! | [`row`], [`line`](mod@line) | what goes in and what comes out, in fixed widths |
//! | [`reason`] | the centre's words for what is wrong, as bytes |
//! | [`check`] | the codes of whole batches |
//! | [`psam`], [`card`], `lock`, `chain`, `book` | the rules: of one PSAM's numbers, of one card's locks, what is known of each, its balances, and what is booked |
//! | [`engine`] | the rules as functions of DataFusion, the plan, this process and the cluster |
//! | [`run`](mod@run), [`files`] | a run from tables to files, and the files |
//! | [`spent`], [`bench`](mod@bench) | time and memory, and how they are measured |
//!
//! The rules are pure. The engine scans, shuffles, adds, sorts and spills.
#![forbid(unsafe_code)]

pub mod bench;
mod book;
pub mod card;
mod chain;
pub mod check;
pub mod cli;
pub mod engine;
pub mod error;
pub mod files;
pub mod line;
mod lock;
pub mod psam;
pub mod reason;
pub mod row;
pub mod run;
pub mod spent;
