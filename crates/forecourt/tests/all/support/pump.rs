//! A pump that takes no time, what is left when its power goes, and what happens while it runs.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dispenser::simulated::{Hose, Keep, Pace, Simulated};
use dispenser::{Dispenser, DispenserError, Order, OrderId, Reading, State, Unit};

/// Time that goes by only when somebody waits; then somebody else may run, too.
#[derive(Clone, Default)]
pub struct Turning(Arc<Mutex<Duration>>);

impl Pace for Turning {
    fn now(&mut self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn pause(&mut self, time: Duration) {
        *self.0.lock().unwrap() += time;
        std::thread::yield_now();
    }
}

/// What outlives the pump's power.
#[derive(Clone, Default)]
pub struct Tank(Arc<Mutex<(u64, Option<OrderId>)>>);

impl Tank {
    pub fn totalizer(&self) -> u64 {
        self.0.lock().unwrap().0
    }
}

impl Keep for Tank {
    fn keep(&mut self, totalizer: u64, last: Option<&OrderId>) -> io::Result<()> {
        *self.0.lock().unwrap() = (totalizer, last.cloned());
        Ok(())
    }
}

/// What happens to a pump.
pub type Happens = Arc<Mutex<Box<dyn FnMut(&Reading) + Send>>>;

/// Half a litre a second, and somebody who sees every reading.
pub struct Pump {
    simulated: Simulated<Tank, Turning>,
    happens: Happens,
    silent: Arc<Mutex<bool>>,
}

impl Pump {
    pub fn new(tank: &Tank, happens: &Happens, silent: &Arc<Mutex<bool>>) -> (Self, Hose) {
        let kept = tank.0.lock().unwrap().clone();
        let simulated = Simulated::new(Unit::Litre, 500, kept, tank.clone(), Turning::default());
        let hose = simulated.hose();
        let (happens, silent) = (Arc::clone(happens), Arc::clone(silent));
        (Self { simulated, happens, silent }, hose)
    }

    fn on(&mut self) -> Result<&mut Simulated<Tank, Turning>, DispenserError> {
        if *self.silent.lock().unwrap() {
            return Err(DispenserError::Silent("unplugged".to_owned()));
        }
        Ok(&mut self.simulated)
    }
}

impl Dispenser for Pump {
    fn unit(&self) -> Unit {
        Unit::Litre
    }

    fn read(&mut self) -> Result<Reading, DispenserError> {
        self.on()?.read()
    }

    fn authorise(&mut self, order: &Order) -> Result<(), DispenserError> {
        self.on()?.authorise(order)
    }

    fn stop(&mut self) -> Result<(), DispenserError> {
        self.on()?.stop()
    }

    fn wait(&mut self, at_most: Duration) -> Result<Reading, DispenserError> {
        let reading = self.on()?.wait(at_most)?;
        if matches!(reading.state, State::Open(_)) {
            (self.happens.lock().unwrap())(&reading);
        }
        Ok(reading)
    }
}
