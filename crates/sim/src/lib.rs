//! The whole world in one thread: real cards, PSAMs, terminals, journals and centre, all in
//! memory, and the stories that they play.
//!
//! | module | holds |
//! |---|---|
//! | [`world`] | cards, sites and the centre, and what people do with them |
//! | [`centre`] | the rules in memory, and another centre beside them |
//! | [`divided`] | the centre's books divided by card, beside the one centre |
//! | [`deeds`] | what operators, thieves and broken devices do |
//! | [`forecourt`] | what a driver wants, and what breaks while the fuel flows |
//! | [`counter`] | a purchase at a counter |
//! | [`reader`] | readers, and whoever sits on the wire |
//! | [`link`] | the link between a station and the centre |
//! | [`power`] | what stops when the power goes |
//! | [`proof`] | the audit of everything there is |
//! | [`run`] | many worlds under one seed, with every fault there is |
//! | [`vault`] | the centre's keys |
//! | [`stories`] | every way in which it breaks (protocol §10), played in plain words |
#![forbid(unsafe_code)]

pub mod centre;
pub mod clock;
pub mod counter;
pub mod deeds;
pub mod divided;
pub mod forecourt;
pub mod link;
pub mod power;
pub mod proof;
pub mod reader;
pub mod run;
pub mod stories;
pub mod vault;
pub mod world;

pub use forecourt::{Breaks, Fill};
pub use world::World;
