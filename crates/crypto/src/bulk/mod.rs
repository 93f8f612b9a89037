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

mod batch;
mod by_bytes;
mod circuits;
mod des;
mod des_tables;
mod engine;
mod gates;
mod layout;
mod maker;
mod messages;
mod portable;
mod record;
mod scalar;
mod sliced;
mod state;
mod transpose;
#[cfg(target_arch = "x86_64")]
mod vector;
mod word;

pub use batch::{Batch, Integers};
use core::fmt;
use std::boxed::Box;

use maker::Maker;
use wire::{Mac, Scheme};

pub use engine::Engine;
pub use gates::{busy, gmac_gates, sbox_gates, tac_gates};
pub use record::{Codes, Faults, Record};

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

/// Records whose codes are compared at a time: slices of the widest engine.
const PART: usize = 2048;

/// Keys, made ready for an engine, and its room. For one thread; another one takes another `Bulk`.
pub struct Bulk(Box<dyn Maker>);

impl Bulk {
    /// Takes the engine that is asked for, or the best one below it that this processor has.
    #[must_use]
    pub fn new(engine: Engine, keys: &Keys) -> Self {
        Self(maker::maker(engine.or_less(), keys))
    }

    /// All five codes of each record of the batch; beyond its end they mean nothing.
    pub fn codes(&mut self, batch: &Batch, codes: &mut [Codes]) {
        self.0.codes(batch, codes);
    }

    /// What is wrong with the codes that records claim to have; as many as the shortest of the three has.
    pub fn faults(&mut self, batch: &Batch, claimed: &[Codes], faults: &mut [Faults]) {
        let mut own = [Codes::ZERO; PART];
        let mut part = Batch::with_capacity(PART);
        let count = batch.len().min(claimed.len()).min(faults.len());
        let (claimed, faults) = (&claimed[..count], &mut faults[..count]);
        for (n, (claimed, faults)) in claimed.chunks(PART).zip(faults.chunks_mut(PART)).enumerate()
        {
            let own = &mut own[..claimed.len()];
            if count <= PART {
                self.codes(batch, own);
            } else {
                part.take(batch, n * PART, claimed.len());
                self.codes(&part, own);
            }
            for (fault, (own, claimed)) in faults.iter_mut().zip(own.iter().zip(claimed)) {
                *fault = Faults::between(own, claimed);
            }
        }
    }

    /// TAC of each record.
    pub fn tacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        self.0.tacs(batch, codes);
    }

    /// GMAC of each record.
    pub fn gmacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        self.0.gmacs(batch, codes);
    }
}

impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bulk(..)")
    }
}

/// All five codes of each record; as many are made as the shorter of both slices has room for.
pub fn codes(engine: Engine, keys: &Keys, records: &[Record], codes: &mut [Codes]) {
    let room = codes.len().min(records.len());
    Bulk::new(engine, keys).codes(&batch(records), &mut codes[..room]);
}

/// TAC of each record alone.
pub fn tacs(engine: Engine, keys: &Keys, records: &[Record], codes: &mut [Mac]) {
    let room = codes.len().min(records.len());
    Bulk::new(engine, keys).tacs(&batch(records), &mut codes[..room]);
}

/// GMAC of each record alone.
pub fn gmacs(engine: Engine, keys: &Keys, records: &[Record], codes: &mut [Mac]) {
    let room = codes.len().min(records.len());
    Bulk::new(engine, keys).gmacs(&batch(records), &mut codes[..room]);
}

fn batch(records: &[Record]) -> Batch {
    let mut batch = Batch::with_capacity(records.len());
    records.iter().for_each(|record| batch.push(record));
    batch
}
