//! Codes of records in bulk: every record comes from another card, so every record has keys of its own.
//!
//! The main keys, and whatever levels of dispersing all cards share, are the same for all records of a call ([`Keys`]);
//! what differs is the last level, the ASN (protocol §4).
//!
//! | module | holds |
//! |---|---|
//! | `record`, `batch` | a record and its codes; records as columns of numbers |
//! | `engine`, `maker` | the ways to compute codes that this processor has, and which one keys get |
//! | `scalar`, `messages` | one record after the other, by the ciphers of this crate |
//! | `sliced`, `state`, `layout` | suite 00 side by side: the codes, blocks on their way, where data elements stand |
//! | `des`, `des_tables`, `circuits`, `transpose` | DES over words, its wiring, its S-boxes, records into planes |
//! | `word`, `portable`, `vector` | what a word is, in numbers and in a processor's registers |
//! | `by_bytes` | suites 10 and 20, sixteen records side by side |
//! | `gates` | how many gates a code takes, and how many a processor makes |

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

use core::fmt;
use std::boxed::Box;

use maker::Maker;
use wire::{Mac, Scheme};

pub use batch::{Batch, Integers};
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

    /// All five codes of each record, as many as the shorter of both has.
    pub fn codes(&mut self, batch: &Batch, codes: &mut [Codes]) {
        let count = batch.len().min(codes.len());
        self.0.codes(batch, &mut codes[..count]);
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

    /// TAC of each record, likewise.
    pub fn tacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        let count = batch.len().min(codes.len());
        self.0.tacs(batch, &mut codes[..count]);
    }

    /// GMAC of each record, likewise.
    pub fn gmacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        let count = batch.len().min(codes.len());
        self.0.gmacs(batch, &mut codes[..count]);
    }
}

impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bulk(..)")
    }
}
