//! A pump whose time goes by when it is waited for.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dispenser::simulated::{Keep, Pace, Simulated};
use dispenser::{Order, OrderId, Unit};

/// Time that goes by only when somebody waits.
#[derive(Clone, Default)]
pub(crate) struct Turning(pub(crate) Arc<Mutex<Duration>>);

impl Turning {
    pub(crate) fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

impl Pace for Turning {
    fn now(&mut self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn pause(&mut self, time: Duration) {
        self.pass(time);
    }
}

/// What outlives the pump's power.
#[derive(Clone, Default)]
pub(crate) struct Paper(pub(crate) Arc<Mutex<(u64, Option<OrderId>)>>, pub(crate) Arc<Mutex<bool>>);

impl Keep for Paper {
    fn keep(&mut self, totalizer: u64, last: Option<&OrderId>) -> io::Result<()> {
        if *self.1.lock().unwrap() {
            return Err(io::Error::other("the paper is out"));
        }
        *self.0.lock().unwrap() = (totalizer, last.cloned());
        Ok(())
    }
}

pub(crate) type Pump = Simulated<Paper, Turning>;

/// Half a litre a second.
pub(crate) fn pump(paper: &Paper, time: &Turning) -> Pump {
    let kept = paper.0.lock().unwrap().clone();
    Simulated::new(Unit::Litre, 500, kept, paper.clone(), time.clone())
}

pub(crate) fn order(id: &str, preset: u64) -> Order {
    Order { id: OrderId::new(id).unwrap(), preset, unit_price: 789 }
}
