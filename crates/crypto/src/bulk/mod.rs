//! Codes of records in bulk: every record comes from another card, so every record has keys of its own.
//!
//! The main keys, and whatever levels of dispersing all cards share, are the same for all records of a call ([`Keys`]);
//! what differs is the last level, the ASN (protocol §4).
//!
//! | module | holds |
//! |---|---|
//! | `record` | a record and its codes |
//! | `engine` | the ways to compute them that this processor has |
//! | `scalar` | one record after the other, by the functions of this crate |

mod engine;
mod record;
mod scalar;

use wire::{Mac, Scheme};

pub use engine::Engine;
pub use record::{Codes, Record};

use crate::key::Key;

/// The keys that all records of a call share.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The scheme of the consumption key.
    pub scheme: Scheme,
    /// What DPK is dispersed from by the ASN: MPK, or what its further levels made of it.
    pub consumption: Key,
    /// What DTK is dispersed from by the ASN, likewise.
    pub tac: Key,
    /// MSK, from which each PSAM's record key comes.
    pub psam: Key,
}

/// All five codes of each record; as many are made as the shorter of both slices has room for.
pub fn codes(engine: Engine, keys: &Keys, records: &[Record], codes: &mut [Codes]) {
    let _ = engine;
    for (record, codes) in records.iter().zip(codes) {
        *codes = scalar::codes(keys, record);
    }
}

/// TAC of each record alone.
pub fn tacs(engine: Engine, keys: &Keys, records: &[Record], codes: &mut [Mac]) {
    let _ = engine;
    for (record, code) in records.iter().zip(codes) {
        *code = scalar::tac(keys, record);
    }
}

/// GMAC of each record alone.
pub fn gmacs(engine: Engine, keys: &Keys, records: &[Record], codes: &mut [Mac]) {
    let _ = engine;
    for (record, code) in records.iter().zip(codes) {
        *code = scalar::gmac(keys, record);
    }
}
