//! A station at work (protocol §9): a thread for each nozzle over reader, PSAM, dispenser and one journal.
//!
//! | module | holds |
//! |---|---|
//! | [`Forecourt`] | the station as everybody else sees it |
//! | [`Setup`] | what a station is made of |
//! | [`Parameters`] | prices and limits, by version |
//! | [`slot`] | where cards are put in, and the PSAM's place |
//! | [`hands`] | a reader in the same process, and the hand at it |
//! | [`uplink`] | what nozzles ask of whoever talks with the centre and with neighbours |
//! | [`Feed`] | what happens, as it is told live |
//! | [`Refused`] | why a station does not begin what it is asked for |
//!
//! Threads and time, but no sockets and no files of its own: readers, dispensers and the line to the centre are traits.
//!
//! Invariant: no nozzle waits for the network with a card that could go on without it.
#![forbid(unsafe_code)]

mod asked;
mod book;
mod clock;
mod common;
mod contact;
mod feed;
mod grants;
pub mod hands;
mod inside;
mod limits;
mod line;
mod nozzle;
mod outcome;
mod parameters;
mod post;
mod prices;
mod proofs;
mod pump;
mod refused;
mod setup;
pub mod slot;
mod station;
pub mod uplink;
mod visits;
mod warden;
mod warnings;
mod words;

pub use feed::{Feed, Told};
pub use parameters::{Parameters, ParametersError, Product};
pub use refused::{NoLock, Refused, name_of};
pub use setup::{ClockFn, FIRST_PAUSE, ForecourtError, NozzleSetup, Power, Setup, Watcher};
pub use slot::{CardInside, CardSlot, ChipTransport, Presence, PsamSlot, ReaderSilent};
pub use station::{Forecourt, OpenLock};
pub use uplink::{ClockOffset, Flushed, Found, NoUplink, Standing, Uplink};
