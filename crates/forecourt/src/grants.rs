//! What a vehicle's fills that just begin may come to: two nozzles that begin for it in one moment see each other.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use logbook::{Fill, Logbook, Vehicle};
use wire::{Amount, Date, Tid, Ttc};

/// From the look at the limits until the fill has ended, one for each nozzle at most.
#[derive(Default)]
pub(crate) struct Grants(Mutex<Vec<Grant>>);

struct Grant {
    vehicle: Vehicle,
    nozzle: u8,
    product: u8,
    amount: Amount,
    quantity: u64,
    /// Fills of the vehicle that the journal had at this nozzle before: what comes later is this one.
    before: BTreeSet<(Tid, Ttc)>,
}

/// Who begins.
#[derive(Clone, Copy)]
pub(crate) struct Beginning {
    pub(crate) vehicle: Vehicle,
    pub(crate) day: Date,
    pub(crate) nozzle: u8,
    pub(crate) product: u8,
}

/// Ends a grant.
pub(crate) struct Granted<'a> {
    grants: &'a Grants,
    nozzle: u8,
}

impl Drop for Granted<'_> {
    fn drop(&mut self) {
        self.grants.all().retain(|grant| grant.nozzle != self.nozzle);
    }
}

impl Grants {
    fn all(&self) -> std::sync::MutexGuard<'_, Vec<Grant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides by all that the vehicle was delivered on a day and may yet be; what it is granted counts from then on, by
    /// amount and, at this unit price, by quantity. Nobody else decides meanwhile.
    pub(crate) fn decide<E>(
        &self,
        logbook: &Logbook,
        beginning: Beginning,
        unit_price: u32,
        decide: impl FnOnce(&[Fill]) -> Result<Amount, E>,
    ) -> Result<(Amount, Granted<'_>), E> {
        let Beginning { vehicle, day, nozzle, product } = beginning;
        let mut all = self.all();
        let mut fills = logbook.fills_of(vehicle, day);
        let here = |fill: &&Fill| fill.nozzle == nozzle;
        let before = fills.iter().filter(here).map(|fill| fill.number).collect();
        let granted: Vec<Fill> = all
            .iter()
            .filter(|grant| grant.vehicle == vehicle && grant.nozzle != nozzle)
            .filter(|grant| !fills.iter().any(|fill| grant.is(fill)))
            .map(Grant::fill)
            .collect();
        fills.extend(granted);
        let amount = decide(&fills)?;
        let quantity = Fill::most_of(amount, unit_price);
        all.retain(|grant| grant.nozzle != nozzle);
        all.push(Grant { vehicle, nozzle, product, amount, quantity, before });
        Ok((amount, Granted { grants: self, nozzle }))
    }
}

impl Grant {
    /// Whether the journal has it by now.
    fn is(&self, fill: &Fill) -> bool {
        fill.nozzle == self.nozzle && !self.before.contains(&fill.number)
    }

    fn fill(&self) -> Fill {
        let Self { nozzle, product, quantity, amount, .. } = *self;
        Fill { number: (Tid::default(), Ttc::default()), nozzle, product, quantity, amount }
    }
}
