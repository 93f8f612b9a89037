//! What a terminal opens, over a dispenser that may fall silent.

use std::sync::Arc;
use std::time::Duration;

use dispenser::deliver::LOOK_EVERY;
use dispenser::{Delivered, Dispenser, DispenserError, Order, OrderId, Reading, State, Unit};
use terminal::price::{amount_of, quantity_for};
use terminal::{NoReading, Open};
use wire::Certified;

use crate::common::Common;
use crate::post::Post;
use crate::slot::Presence;
use crate::words::lock_document;

/// So often a dispenser is asked whether an order that was open has ended.
const PATIENCE: usize = 50;

/// A dispenser that hangs on the station's power.
struct Mains {
    dispenser: Box<dyn Dispenser>,
    common: Arc<Common>,
}

/// One nozzle's dispenser.
pub(crate) struct Pump {
    mains: Mains,
    common: Arc<Common>,
    post: Arc<Post>,
    /// The card of the visit.
    presence: Option<Arc<dyn Presence>>,
    /// Why it gives no reading.
    last_error: Option<DispenserError>,
}

impl Mains {
    fn on(&mut self) -> Result<&mut dyn Dispenser, DispenserError> {
        if self.common.power.is_off() {
            return Err(DispenserError::Silent("the power is off".to_owned()));
        }
        Ok(&mut *self.dispenser)
    }
}

impl Dispenser for Mains {
    fn unit(&self) -> Unit {
        self.dispenser.unit()
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
        // What it said in the moment in which the power went nobody has heard.
        self.on()?;
        Ok(reading)
    }
}

impl Pump {
    pub(crate) fn new(
        dispenser: Box<dyn Dispenser>,
        common: &Arc<Common>,
        post: &Arc<Post>,
    ) -> Self {
        let mains = Mains { dispenser, common: Arc::clone(common) };
        let (common, post) = (Arc::clone(common), Arc::clone(post));
        Self { mains, common, post, presence: None, last_error: None }
    }

    /// Whose card is watched while something flows.
    pub(crate) fn watch(&mut self, presence: Option<Arc<dyn Presence>>) {
        self.presence = presence;
    }

    /// Why it gives no reading.
    pub(crate) fn last_error(&self) -> String {
        let error = self.last_error.as_ref();
        error.map_or_else(|| "the dispenser gives no reading".to_owned(), ToString::to_string)
    }

    fn note<T>(&mut self, result: Result<T, DispenserError>) -> Result<T, NoReading> {
        result.map_err(|error| {
            self.last_error = Some(error);
            NoReading
        })
    }

    /// The totalizer when nothing flows. An order that a station left open when its power went is stopped first.
    fn at_rest(&mut self) -> Result<u64, DispenserError> {
        let mut reading = self.mains.read()?;
        for _ in 0..PATIENCE {
            match &reading.state {
                State::Idle | State::Finished(_) => return Ok(reading.totalizer),
                State::Open(_) => {
                    self.mains.stop()?;
                    reading = self.mains.wait(LOOK_EVERY)?;
                }
            }
        }
        Err(DispenserError::Broken("it was stopped and stays open".to_owned()))
    }

    fn deliver(&mut self, permit: &Open) -> Result<u64, DispenserError> {
        let (id, certified) = (permit.terms().id, *permit.certified());
        let Certified { unit_price, rounding, ceiling, .. } = certified;
        let order = Order {
            id: OrderId::new(&format!("{}-{}", id.tid, id.ttc))
                .map_err(|error| DispenserError::Broken(error.to_string()))?,
            preset: quantity_for(ceiling, unit_price, rounding),
            unit_price,
        };
        self.begin(permit);
        let (post, common) = (Arc::clone(&self.post), Arc::clone(&self.common));
        let presence = self.presence.clone();
        let mut watch = |totalizer: u64| {
            show_flow(&post, &certified, totalizer);
            let is_in = presence.as_ref().is_none_or(|presence| presence.is_in());
            is_in && !post.is_stopped() && !common.is_closing()
        };
        let delivered = dispenser::deliver(&mut self.mains, &order, &mut watch)?;
        show_flow(&self.post, &certified, delivered.totalizer());
        let message = match delivered {
            Delivered::Closed(_) => None,
            Delivered::NotOpened(_) => Some("the dispenser refuses to open".to_owned()),
        };
        self.post.show(|nozzle| {
            (nozzle.state, nozzle.message) = ("finishing".to_owned(), message);
        });
        Ok(delivered.totalizer())
    }

    fn begin(&self, permit: &Open) {
        let (lock, certified) = (lock_document(&permit.terms().id), permit.certified());
        self.post.show(|nozzle| {
            nozzle.state = "open".to_owned();
            nozzle.message = Some("take the hose".to_owned());
            nozzle.sale = Some(api::site::Sale {
                lock,
                ceiling: certified.ceiling.units(),
                unit_price: certified.unit_price,
                quantity: 0,
                amount: 0,
            });
            nozzle.totalizer = Some(certified.totalizer_before);
        });
    }
}

fn show_flow(post: &Post, certified: &Certified, totalizer: u64) {
    let Certified { unit_price, rounding, ceiling, totalizer_before, .. } = *certified;
    let quantity = totalizer.saturating_sub(totalizer_before);
    let amount = amount_of(quantity, unit_price, rounding, ceiling);
    post.show_flow(|nozzle| {
        nozzle.totalizer = Some(totalizer);
        if quantity > 0 {
            (nozzle.state, nozzle.message) = ("flowing".to_owned(), None);
        }
        if let Some(sale) = &mut nozzle.sale {
            (sale.quantity, sale.amount) = (quantity, amount.units());
        }
    });
}

impl terminal::Dispenser for Pump {
    fn totalizer(&mut self) -> Result<u64, NoReading> {
        let totalizer = self.at_rest();
        let totalizer = self.note(totalizer)?;
        self.post.show(|nozzle| nozzle.totalizer = Some(totalizer));
        Ok(totalizer)
    }

    fn dispense(&mut self, permit: &Open) -> Result<u64, NoReading> {
        let delivered = self.deliver(permit);
        self.note(delivered)
    }
}
