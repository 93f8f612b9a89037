//! A station at work (protocol §9): a thread for each nozzle over reader, PSAM, dispenser and one journal.
//!
//! | module | holds |
//! |---|---|
//! | [`slot`] | where cards are put in, and the PSAM's place |
//! | [`uplink`] | what nozzles ask of whoever talks with the centre and with neighbours |
//! | [`Feed`] | what happens, as it is told live |
//!
//! Threads and time, but no sockets and no files of its own: readers, dispensers and the line to the centre are traits.
//!
//! Invariant: no nozzle waits for the network with a card that could go on without it.
#![forbid(unsafe_code)]

mod feed;
pub mod slot;
pub mod uplink;

pub use feed::{Feed, Told};
pub use slot::{CardSlot, ChipTransport, Presence, PsamSlot};
pub use uplink::{NoUplink, Standing, Uplink};
