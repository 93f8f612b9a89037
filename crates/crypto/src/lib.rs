//! Keys and codes of the grey-lock purse (protocol §4): suite 00, both schemes.
//!
//! Everything is a pure function of bytes; nothing is kept, allocated or read from a clock.
//! Keys wipe themselves when dropped and never show themselves in `Debug`.
//!
//! | module | holds |
//! |---|---|
//! | [`key`] | main and card keys, dispersing, TAC key |
//! | [`session`] | SESPK (the locking card source) and the on-line session keys |
//! | [`mac`] | DES-CBC MAC, secure messaging's retail MAC |
//! | [`lock`] | MAC1, MAC2, GTAC, GMAC, TAC and SAM TAC of the grey lock |
//! | [`online`] | MAC1, MAC2, MAC3 of the on-line unlock |
//! | [`mod@check`] | comparison in constant time, and the proof that it was made |
//! | [`icc`] | the keyed permutation behind the card's random numbers |
#![no_std]
#![forbid(unsafe_code)]

pub mod check;
pub mod icc;
pub mod key;
pub mod lock;
pub mod mac;
pub mod online;
pub mod session;

pub use check::{Agreed, check};
pub use key::{Key, TacKey};
pub use lock::{Debit, Lock};
pub use session::SessionKey;
