//! The receipt of a delivery: text, picture, and the grey record that any station reads off it.
//!
//! | module | holds |
//! |---|---|
//! | [`Receipt`] | what is printed, line by line |
//! | [`Paper`] | a grey record with the signature of its station, as the text of a QR code |
//! | [`picture`](mod@picture) | lines and code as a PNG |
//!
//! A card that escaped is freed with the paper alone, at any station that holds the authority's certificate, and with no
//! network at all. The record opens no card but the one that it was made for, and only for the amount that the PSAM
//! signed; but a card counts a wrong one as an error, so a station shows a card only what another station signed.
//!
//! Invariant: what a paper says is used only after its signature was checked.
#![forbid(unsafe_code)]

mod paper;
pub mod picture;
mod text;

pub use paper::{Paper, PaperError, Signed};
pub use text::{Ending, Receipt};
