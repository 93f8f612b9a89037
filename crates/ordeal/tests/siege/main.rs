//! A centre, two stations and four customers as processes: killed, cut off from each other, their clocks moved, at
//! random. Then all is let go on, and every card is free, every outcome heard, and every cent accounted for.
//!
//! A run is one seed. Whatever a customer's command answers, it must not be a bug; what must hold is asked of the whole:
//! `greylock audit` over cards, PSAMs, journals and the centre's books.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod customer;
#[path = "../trial/dice.rs"]
#[allow(dead_code)]
mod dice;
mod hand;
mod line;
mod runs;
mod town;
