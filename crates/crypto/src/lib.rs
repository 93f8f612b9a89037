//! Keys and codes of the grey-lock purse (protocol §4): suite 00 in both schemes, suites 10 and 20.
//!
//! Everything is a pure function of bytes; nothing is kept, allocated or read from a clock.
//! Keys wipe themselves when dropped and never show themselves in `Debug`.
//!
//! | module | holds |
//! |---|---|
//! | [`key`] | main and card keys, dispersing, TAC key |
//! | [`session`] | SESPK (the locking card source) and the on-line session keys |
//! | [`mac`] | DES-CBC MAC, the codes of secure messaging; CMAC for the wider suites |
//! | [`lock`] | MAC1, MAC2, GTAC, GMAC, TAC and SAM TAC of the grey lock |
//! | [`online`] | MAC1, MAC2, MAC3 of the on-line unlock |
//! | [`purchase`], [`transfer`], [`overdraft`] | codes of the purchase, of load and unload, of the overdraft limit |
//! | [`message`] | secure messages of the issuer, PINs, authentication |
//! | [`mod@check`] | comparison in constant time, and the proof that it was made |
//! | [`aes`] | AES-128 itself, for the secure channel of personalisation |
//! | [`icc`] | the keyed permutation behind the card's random numbers |
//! | `bulk` | codes of records in bulk, with the feature `bulk`: for centres, with the standard library |
#![no_std]
#![cfg_attr(not(feature = "bulk"), forbid(unsafe_code))]

#[cfg(feature = "bulk")]
extern crate std;

pub mod aes;
#[cfg(feature = "bulk")]
pub mod bulk;
pub mod check;
pub mod icc;
pub mod key;
pub mod lock;
pub mod mac;
pub mod message;
pub mod online;
pub mod overdraft;
pub mod purchase;
pub mod session;
pub mod transfer;
mod wide;

pub use aes::AesKey;
pub use check::{Agreed, check};
pub use key::{Key, TacKey};
pub use lock::{Debit, Lock};
pub use purchase::Purchase;
pub use session::{Online, SessionKey};
pub use transfer::{Direction, Transfer};
