//! Locks of many nozzles, and a disk that says what it is told.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use logbook::{Disk, Logbook, LogbookError, Room};
use wire::{Entry, LockId, LockTerms, Step, Tid, Ttc};

use crate::records::{TAC, certified, claim, delivery, terms};

#[derive(Clone)]
pub struct Gauge(pub Arc<AtomicU64>);

impl Gauge {
    pub fn with(free: u64) -> Self {
        Self(Arc::new(AtomicU64::new(free)))
    }
}

impl Disk for Gauge {
    fn free(&self) -> Option<u64> {
        Some(self.0.load(Ordering::SeqCst))
    }
}

pub fn open(path: &Path) -> Result<Logbook, LogbookError> {
    Logbook::open(path, Room::of(Box::new(Gauge::with(u64::MAX))))
}

pub fn tid(nozzle: u8) -> Tid {
    Tid([0x11, 0x22, 0x33, 0x44, 0x55, nozzle])
}

/// The five steps of a whole refuelling at a nozzle with a PSAM of its own.
pub fn steps(nozzle: u8, ttc: u32) -> Vec<Entry> {
    let id = LockId { tid: tid(nozzle), ttc: Ttc(ttc), ..terms().id };
    let step = |step| Entry::Lock { tid: id.tid, ttc: id.ttc, step };
    vec![
        step(Step::LockSent(LockTerms { id, ..terms() })),
        step(Step::Locked(wire::Certified { nozzle, ..certified() })),
        step(Step::Delivered(delivery())),
        step(Step::Claimed(claim())),
        step(Step::Settled(TAC)),
    ]
}
