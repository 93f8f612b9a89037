//! A centre, two stations and four customers as processes: killed, cut off from each other, their clocks moved, their
//! disks filled, at random. Then all is let go on, and every card is free, every outcome heard, and every cent
//! accounted for.
//!
//! A run is one seed, and what is struck in it comes from the seed alone; when exactly, from the machine. Whatever a
//! customer's command answers, it must not be a bug; what must hold is asked of the whole: `greylock audit` over cards,
//! PSAMs, journals and the centre's books. Beside that, what the journals claim must be what the pumps have given.
//!
//! `GREYLOCK_SIEGE_RUNS`, `GREYLOCK_SIEGE_SEED` and `GREYLOCK_SIEGE_FIRST` choose the runs; a failure names its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod books;
mod customer;
#[path = "../trial/dice.rs"]
mod dice;
mod disk;
mod hand;
mod line;
mod place;
mod pumps;
mod rest;
mod runs;
mod town;
