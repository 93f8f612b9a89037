//! What the centre's server is put through, as a process of its own: killed at random moments, cut off from its
//! database, starved of disk, and asked at random.
//!
//! | module | holds |
//! |---|---|
//! | [`process`] | a server as a child: started, heard, killed, gone with its test |
//! | [`client`] | asking it over HTTP, and what is known when no answer comes |
//! | [`listen`] | its events, read on from a cursor |
//!
//! The tests under `tests` are the ordeals. In `trial` the centre's server stands alone, and what plays there are the card
//! and the PSAM of the rules' own tests: `cargo xtask ordeal`. In `siege` a centre, two stations and their customers are
//! processes: `cargo xtask siege`.
#![forbid(unsafe_code)]

pub mod client;
pub mod listen;
pub mod process;
