//! Grey records on paper that were shown here and believed. They are forgotten with the power: the customer has the paper.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use api::operate::Lock;
use api::site::PaperTaken;
use pki::Trust;
use receipt::{Paper, PaperError, Signed};
use wire::{ClaimedRecord, LockId, Tid};

use crate::neighbours::Neighbours;

/// Papers that are kept at the same time.
const MOST: usize = 1024;

/// Why a paper frees nothing here.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PaperRefused {
    /// It is none, or not believed.
    #[error("{0}")]
    Paper(#[from] PaperError),
    /// This station has no authority whose stations it could believe.
    #[error("this station has no authority's certificate: give one, and show the paper again")]
    NoAuthority,
    /// A station signed it that does not have its PSAM.
    #[error(
        "station {station} signed it, and its PSAM {tid} is another's: keep the paper and ask the centre"
    )]
    NotItsPsam {
        /// Who signed.
        station: String,
        /// Of the record.
        tid: Tid,
    },
    /// Its PSAM is this station's own, whose journal has the record without any paper.
    #[error(
        "its PSAM {tid} is this station's own, which needs no paper: put the card in, and ask the centre if that frees it not"
    )]
    OwnPsam {
        /// Of the record.
        tid: Tid,
    },
}

/// The papers.
#[derive(Default)]
pub(crate) struct Papers {
    trust: RwLock<Option<Arc<Trust>>>,
    believed: Mutex<VecDeque<ClaimedRecord>>,
}

impl Papers {
    /// From now on believes these; a paper that was believed before is shown again.
    pub(crate) fn set_trust(&self, trust: Option<Arc<Trust>>) {
        *self.trust.write().unwrap_or_else(PoisonError::into_inner) = trust;
        self.believed().clear();
    }

    /// Takes a paper by the text of its code.
    pub(crate) fn show(
        &self,
        text: &str,
        neighbours: &Neighbours,
        is_own: &dyn Fn(Tid) -> bool,
    ) -> Result<PaperTaken, PaperRefused> {
        let trust = self.trust.read().unwrap_or_else(PoisonError::into_inner).clone();
        let trust = trust.ok_or(PaperRefused::NoAuthority)?;
        let Signed { record, station } = Paper::from_text(text)?.check(&trust)?;
        let id = record.terms.id;
        if is_own(id.tid) {
            return Err(PaperRefused::OwnPsam { tid: id.tid });
        }
        if !neighbours.may_speak(&station, id.tid) {
            return Err(PaperRefused::NotItsPsam { station, tid: id.tid });
        }
        let mut believed = self.believed();
        // Not in the place of an earlier one: that would let the later one hide it.
        if !believed.contains(&record) {
            if believed.len() >= MOST {
                believed.pop_front();
            }
            believed.push_back(record);
        }
        tracing::info!(station, lock = %id, "a paper is believed");
        let lock = Lock {
            asn: id.asn.to_string(),
            purse: id.purse.to_string(),
            ctc: id.ctc,
            tid: id.tid.to_string(),
            ttc: id.ttc.0,
        };
        Ok(PaperTaken { lock, amount: record.delivery.amount.units(), station })
    }

    /// All that were shown of a lock, in the order in which they were.
    pub(crate) fn records(&self, lock: &LockId) -> Vec<ClaimedRecord> {
        self.believed().iter().filter(|record| record.terms.id == *lock).copied().collect()
    }

    fn believed(&self) -> MutexGuard<'_, VecDeque<ClaimedRecord>> {
        self.believed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
