//! Non-volatile memory that survives a power failure at any byte of any write (protocol §5 "Atomicity").
//!
//! Two things are built on the trait [`Nvm`]: an [`Image`], one payload that changes atomically (a card, a PSAM),
//! and a [`Log`], an append-only row of records behind an image as its head (a station's journal, the centre's books).
//!
//! # Fault model
//!
//! Power may fail at any byte of any write, again during the recovery, and again. The bytes being written are then
//! *anything*: old, new, a mixture, noise. Writes that no `sync` has followed may be lost or garbled in the same way.
//! Bytes that nobody was writing keep their value. Chance damage to bytes at rest is found by a CRC-64; forgery is
//! not, whoever can write the medium can write a right CRC.
//!
//! # Layout of an image
//!
//! All integers are big-endian. `F` is the fixed length, `S` the slot size.
//!
//! ```text
//! offset       bytes  what
//! 0            8      magic "GREYLOCK"          ┐
//! 8            1      kind                      │
//! 9            1      format version            │ header, 32 bytes
//! 10           4      F                         │
//! 14           4      S                         │
//! 18           6      reserved, zero            │
//! 24           8      CRC-64 of bytes 0..24     ┘
//! 32           F      fixed section, written once
//! 32+F         8      CRC-64 of the fixed section
//! 40+F         S      slot 0: generation 8 ‖ payload S−16 ‖ CRC-64 of both 8
//! 40+F+S       S      slot 1: the same
//! 40+F+2S      …      frames, in a log only
//! ```
//!
//! # Layout of a log
//!
//! An image of slot size 40 whose payload is the [tip](Log), then the frames without gaps:
//!
//! ```text
//! tip:    records 8 ‖ end offset 8 ‖ chain 8 (the CRC of the last frame)
//! frame:  length of payload 4 ‖ sequence number 8 ‖ payload ‖ CRC-64 8
//! ```
//!
//! The input of a frame's CRC begins with the CRC of the frame before it; the first frame follows the CRC of the fixed
//! section. A frame that is lost, swapped, replaced, or brought from another log therefore does not fit.
//!
//! The CRC everywhere is CRC-64/XZ.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "std")]
extern crate std;

mod bytes;
mod error;
mod frame;
mod header;
mod image;
mod log;
#[cfg(feature = "std")]
pub mod memory;
mod nvm;
mod recover;
mod slot;

pub use error::OpenError;
pub use frame::{FRAME_OVERHEAD, frame_len};
pub use header::{HEADER_LEN, Header, Kind, Spec, identify};
pub use image::{Image, image_len};
pub use log::{HEAD_SLOT, Log};
pub use nvm::{Nvm, NvmError};
pub use recover::{Recovery, Side, SlotRead, recover};
pub use slot::{OVERHEAD, slot_len};
