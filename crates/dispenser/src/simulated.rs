//! A simulated pump or charger: it delivers while its hose is lifted, and its totalizer outlives a power cut.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::line::SILENCE;
use crate::{Dispenser, DispenserError, Order, OrderId, Reading, State, Unit};

/// How often a simulated nozzle counts.
const STEP: Duration = Duration::from_millis(20);

/// Keeps what must outlive a power cut: the totalizer, and the order for which the nozzle was opened last, so that it is
/// not opened for it again.
pub trait Keep: Send {
    /// Durable, or an error: what is not counted must not flow.
    ///
    /// # Errors
    /// It could not be kept.
    fn keep(&mut self, totalizer: u64, last: Option<&OrderId>) -> std::io::Result<()>;
}

/// Keeps nothing: for a world that ends with its process.
#[derive(Clone, Copy, Debug)]
pub struct Forget;

impl Keep for Forget {
    fn keep(&mut self, _: u64, _: Option<&OrderId>) -> std::io::Result<()> {
        Ok(())
    }
}

/// The time as a nozzle sees it.
pub trait Pace: Send {
    /// Since some moment that stays the same.
    fn now(&mut self) -> Duration;
    /// Lets time go by.
    fn pause(&mut self, time: Duration);
}

/// Real time.
#[derive(Clone, Copy, Debug)]
pub struct RealTime(Instant);

impl Default for RealTime {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Pace for RealTime {
    fn now(&mut self) -> Duration {
        self.0.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "fuel takes real time here")]
    fn pause(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// The customer's hand on the hose.
#[derive(Clone, Debug, Default)]
pub struct Hose(Arc<Mutex<Hand>>);

#[derive(Clone, Copy, Debug, Default)]
struct Hand {
    lifted: bool,
    /// Hung up by itself when this much has flowed.
    enough: Option<u64>,
}

impl Hose {
    /// Takes the hose; it flows until it is hung up, or the preset is reached.
    pub fn lift(&self) {
        *self.hand() = Hand { lifted: true, enough: None };
    }

    /// Takes the hose, and hangs it up when this much has flowed, in thousandths.
    pub fn lift_for(&self, quantity: u64) {
        *self.hand() = Hand { lifted: true, enough: Some(quantity) };
    }

    /// Hangs it up.
    pub fn hang_up(&self) {
        *self.hand() = Hand::default();
    }

    /// Whether somebody holds it.
    #[must_use]
    pub fn is_lifted(&self) -> bool {
        self.hand().lifted
    }

    fn hand(&self) -> MutexGuard<'_, Hand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How fast a simulated nozzle flows; it may change while something flows.
#[derive(Clone, Debug)]
pub struct Rate(Arc<AtomicU64>);

impl Rate {
    /// In thousandths in a second.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// So many thousandths in a second from now on.
    pub fn set(&self, rate: u64) {
        self.0.store(rate, Ordering::Relaxed);
    }
}

struct Open {
    order: Order,
    /// The totalizer when it was opened.
    from: u64,
    /// It flowed at least once, so a hose on its hook means that the customer is done.
    began: bool,
    /// Until when it was counted.
    counted: Duration,
    /// Millionths of a thousandth that flowed and are not counted yet.
    rest: u64,
}

/// A nozzle without fuel.
pub struct Simulated<K, P> {
    unit: Unit,
    rate: Rate,
    totalizer: u64,
    /// The order of the last opening; finished, unless `open` has it.
    last: Option<OrderId>,
    open: Option<Open>,
    watched: Duration,
    hose: Hose,
    keep: K,
    pace: P,
}

impl<K: Keep, P: Pace> Simulated<K, P> {
    /// A nozzle that stands where it was left. What was open when its power went is closed.
    pub fn new(
        unit: Unit,
        rate: u64,
        (totalizer, last): (u64, Option<OrderId>),
        keep: K,
        pace: P,
    ) -> Self {
        let (rate, hose) = (Rate(Arc::new(AtomicU64::new(rate))), Hose::default());
        Self { unit, rate, totalizer, last, open: None, watched: Duration::ZERO, hose, keep, pace }
    }

    /// Its hose.
    #[must_use]
    pub fn hose(&self) -> Hose {
        self.hose.clone()
    }

    /// How fast it flows.
    #[must_use]
    pub fn rate(&self) -> Rate {
        self.rate.clone()
    }

    fn reading(&self) -> Reading {
        let state = match (&self.open, &self.last) {
            (Some(open), _) => State::Open(open.order.id.clone()),
            (None, Some(id)) => State::Finished(id.clone()),
            (None, None) => State::Idle,
        };
        Reading { state, totalizer: self.totalizer }
    }

    /// Counts what has flowed until now; closes at the preset, when the hose hangs, and when nobody watches.
    fn count(&mut self) {
        let now = self.pace.now();
        let Some(open) = &mut self.open else { return };
        let hand = *self.hose.hand();
        // Nobody may have asked for long: it closed when the silence was long enough.
        let until = now.min(self.watched.saturating_add(SILENCE));
        let time = until.saturating_sub(open.counted);
        open.counted = until;
        let mut done = open.began && !hand.lifted;
        if hand.lifted {
            open.began = true;
            let most =
                hand.enough.map_or(open.order.preset, |enough| enough.min(open.order.preset));
            let left = most.saturating_sub(self.totalizer.saturating_sub(open.from));
            let part = open.flowed_in(time, self.rate.get()).min(left);
            let next = self.totalizer.saturating_add(part);
            match self.keep.keep(next, self.last.as_ref()) {
                Ok(()) => self.totalizer = next,
                Err(_) => done = true,
            }
            done |= part == left;
        }
        if done || now.saturating_sub(self.watched) >= SILENCE {
            self.open = None;
        }
    }
}

impl Open {
    /// Whole thousandths that flow in this time; what is left over flows with the next.
    fn flowed_in(&mut self, time: Duration, rate: u64) -> u64 {
        let time = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let millionths = time.saturating_mul(rate).saturating_add(self.rest);
        self.rest = millionths % 1_000_000;
        millionths / 1_000_000
    }
}

impl<K: Keep, P: Pace> Dispenser for Simulated<K, P> {
    fn unit(&self) -> Unit {
        self.unit
    }

    fn read(&mut self) -> Result<Reading, DispenserError> {
        self.count();
        Ok(self.reading())
    }

    fn authorise(&mut self, order: &Order) -> Result<(), DispenserError> {
        self.count();
        if self.last.as_ref() == Some(&order.id) {
            return Ok(());
        }
        if let Some(open) = &self.open {
            return Err(DispenserError::Refused(format!("it is open for order {}", open.order.id)));
        }
        // Durable before it opens: after a power cut it is not opened for this order again.
        let kept = self.keep.keep(self.totalizer, Some(&order.id));
        kept.map_err(|error| {
            DispenserError::Refused(format!("its totalizer cannot be kept: {error}"))
        })?;
        let now = self.pace.now();
        (self.last, self.watched) = (Some(order.id.clone()), now);
        let (order, from) = (order.clone(), self.totalizer);
        self.open = Some(Open { order, from, began: false, counted: now, rest: 0 });
        Ok(())
    }

    fn stop(&mut self) -> Result<(), DispenserError> {
        self.count();
        self.open = None;
        Ok(())
    }

    fn wait(&mut self, at_most: Duration) -> Result<Reading, DispenserError> {
        self.watched = self.pace.now();
        let (until, before) = (self.watched.saturating_add(at_most), self.reading());
        loop {
            self.count();
            let (now, reading) = (self.pace.now(), self.reading());
            if reading != before || now >= until {
                return Ok(reading);
            }
            self.pace.pause(STEP.min(until.saturating_sub(now)));
        }
    }
}
