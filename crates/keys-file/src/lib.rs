//! A centre's main keys as files: TOML, and sealed.
//!
//! ```toml
//! [main]
//! version = 1
//! suite = "3des"
//! scheme = "seed"
//! issuer = "0000000000000001"
//! currency = "EUR"
//! decimals = 2
//! levels = { mpk = 1, mlk = 1, … }
//! mpk = "32 hex digits"
//! …
//! msk = "32 hex digits"
//!
//! [[older]]
//! version = 0
//! suite = "3des"
//! scheme = "seed"
//! mpk = "32 hex digits"
//! …
//! ```
//!
//! The eleven keys must be there; whatever else is missing has the value above. `levels` may also be one number for
//! all card keys. Without `msk_suite` MSK is of `suite`. `[[older]]` stands up to three times: the keys of cards that were
//! issued before. No message ever shows a key, at most its check value.

#![forbid(unsafe_code)]

mod error;
mod fields;
mod read;
mod sealed;
mod write;

pub use error::KeysError;
pub use fields::{Fields, at_line};
pub use host::{KeyKind, KeySet, KeyVault, MainKeys};
pub use read::{KeysFile, currency_code, parse, read};
pub use sealed::{NONCE, SealKey, open, seal};
pub use write::{check_values, render, scheme_name, suite_name};

/// The most tables `[[older]]`: a PSAM has four places.
pub const MOST_OLDER: usize = 3;

/// The name of the PSAM's main key, which is no [`KeyKind`]: no card key comes from it.
pub const MSK: &str = "msk";

/// The names of the eleven keys, in the order of protocol §4.
pub fn key_names() -> impl Iterator<Item = &'static str> {
    KeyKind::ALL.into_iter().map(KeyKind::name).chain([MSK])
}
