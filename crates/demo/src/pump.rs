//! A pump or charger at its place: the hand on its hose, how fast it flows, and a totalizer that outlives its power.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dispenser::kept::{self, Left};
use dispenser::simulated::{Hose, Keep, Rate, RealTime, Simulated};
use dispenser::{Dispenser, OrderId};

use crate::memory::Memory;
use crate::town::ProductPlan;

/// Faster than this nothing flows, however fast stories go: there is a moment left to pull a card in.
const FASTEST: f64 = 20.0;

/// What the totalizer of a pump showed last, and the memory that keeps it.
#[derive(Clone)]
struct Kept(Arc<Mutex<(Left, kept::Kept<Memory>)>>);

impl Kept {
    fn lock(&self) -> MutexGuard<'_, (Left, kept::Kept<Memory>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keep for Kept {
    fn keep(&mut self, totalizer: u64, last: Option<&OrderId>) -> std::io::Result<()> {
        let mut inside = self.lock();
        inside.1.keep(totalizer, last)?;
        inside.0 = (totalizer, last.cloned());
        Ok(())
    }
}

/// What hands did to the hose.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Lifted {
    /// It is in the tank.
    pub lifted: bool,
    /// After so many thousandths the tank is full.
    pub tank: Option<u64>,
}

/// A pump.
pub struct Pump {
    product: &'static ProductPlan,
    kept: Kept,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    hand: Lifted,
    /// Of the pump that has power now.
    powered: Option<(Hose, Rate)>,
}

impl Pump {
    /// A pump as this file has it; one that never gave anything where there is none.
    ///
    /// # Errors
    /// The file cannot be made, or holds something else.
    pub fn open(product: &'static ProductPlan, path: &Path) -> Result<Self, String> {
        let memory = Memory::fixed(kept::Kept::<Memory>::IMAGE_LEN);
        kept::Kept::format(memory.clone()).map_err(|error| error.to_string())?;
        memory.keep_in(path)?;
        let (image, left) = kept::Kept::open(memory).map_err(|error| error.to_string())?;
        let kept = Kept(Arc::new(Mutex::new((left, image))));
        Ok(Self { product, kept, inside: Mutex::default() })
    }

    /// Gives it power: it stands where it was left, closed.
    #[must_use]
    pub fn power(&self, speed: f64) -> Box<dyn Dispenser> {
        let left = self.kept.lock().0.clone();
        let rate = self.rate(speed);
        let (unit, keep) = (self.product.unit, self.kept.clone());
        let pump = Simulated::new(unit, rate, left, keep, RealTime::default());
        let mut inside = self.lock();
        inside.powered = Some((pump.hose(), pump.rate()));
        inside.apply();
        drop(inside);
        Box::new(pump)
    }

    /// What hands do to the hose.
    pub fn hand(&self, hand: Lifted) {
        let mut inside = self.lock();
        inside.hand = hand;
        inside.apply();
    }

    /// What hands did to the hose.
    #[must_use]
    pub fn lifted(&self) -> Lifted {
        self.lock().hand
    }

    /// How fast it flows.
    pub fn set_speed(&self, speed: f64) {
        let rate = self.rate(speed);
        if let Some((_, powered)) = &self.lock().powered {
            powered.set(rate);
        }
    }

    /// Thousandths in a second.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a rate of thousands, times a speed within its bounds"
    )]
    fn rate(&self, speed: f64) -> u64 {
        (self.product.rate as f64 * speed.min(FASTEST)) as u64
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn apply(&self) {
        let Some((hose, _)) = &self.powered else { return };
        match self.hand {
            Lifted { lifted: false, .. } => hose.hang_up(),
            Lifted { tank: None, .. } => hose.lift(),
            Lifted { tank: Some(tank), .. } => hose.lift_for(tank),
        }
    }
}
