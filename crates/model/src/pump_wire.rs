//! A pump, and the customer at it.

use std::cell::RefCell;

use terminal::{Dispenser, NoReading, Open};
use wire::{Amount, Tid, Ttc};

use crate::mishap::{Kind, Oracle};

/// The pump: a unit of quantity costs a unit of money.
pub(crate) struct PumpWire<'a> {
    pub(crate) totalizer: &'a mut u64,
    pub(crate) oracle: &'a RefCell<Oracle>,
    /// What the customer takes.
    pub(crate) wanted: Amount,
    /// What flowed, and under which lock.
    pub(crate) flowed: Option<((Tid, Ttc), Amount)>,
}

impl Dispenser for PumpWire<'_> {
    fn totalizer(&mut self) -> Result<u64, NoReading> {
        Ok(*self.totalizer)
    }

    fn dispense(&mut self, permit: &Open) -> Result<u64, NoReading> {
        let mut oracle = self.oracle.borrow_mut();
        let terms = permit.terms();
        let amount = self.wanted.min(permit.certified().ceiling);
        let kind = oracle.choose("fuel flows", &[Kind::PulledFlowing, Kind::CrashFlowing]);
        if oracle.crashed {
            return Ok(*self.totalizer);
        }
        self.flowed = Some(((terms.id.tid, terms.id.ttc), amount));
        *self.totalizer += u64::from(amount.units());
        match kind {
            Some(Kind::PulledFlowing) => oracle.pulled = true,
            Some(Kind::CrashFlowing) => oracle.crashed = true,
            _ => {}
        }
        Ok(*self.totalizer)
    }
}
