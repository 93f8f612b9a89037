//! Pumps, chargers and counters: what a station opens, and what has flowed.
//!
//! | module | holds |
//! |---|---|
//! | [`Dispenser`] | one nozzle or outlet: authorise with a preset, flow, stop, totalizer |
//! | [`deliver`](mod@deliver) | one delivery from its authorisation to its end, while somebody watches the card |
//! | [`line`](mod@line) | the line protocol of docs/dispensers.md as values |
//! | [`remote`] | a dispenser behind a TCP connection |
//! | [`serve`](mod@serve) | the other side: any dispenser behind the line protocol |
//! | [`simulated`] | a pump or charger that needs no fuel |
//! | [`kept`] | what such a one remembers, on any medium |
//!
//! Quantities are thousandths of the product's unit: millilitres, watt-hours. A totalizer counts everything that ever
//! flowed, outlives a power cut and never goes back.
//!
//! Invariant: an order opens a nozzle once. The same order again tells how far it got.
//!
//! Invariant: whoever is not told that somebody watches the card stops by himself.
#![forbid(unsafe_code)]

pub mod deliver;
pub mod kept;
pub mod line;
pub mod remote;
pub mod serve;
pub mod simulated;

use std::fmt;
use std::time::Duration;

pub use deliver::{Delivered, Watch, deliver};

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Litres; a thousandth is a millilitre.
    Litre,
    /// Kilowatt-hours; a thousandth is a watt-hour.
    KilowattHour,
    /// Cubic metres; a thousandth is a litre.
    CubicMetre,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 3] = [Self::Litre, Self::KilowattHour, Self::CubicMetre];

    /// `L`, `kWh` or `m3`.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Litre => "L",
            Self::KilowattHour => "kWh",
            Self::CubicMetre => "m3",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// Names one delivery, so that the same order twice opens the nozzle once: TID and TTC of its lock as `TID-TTC`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct OrderId(String);

/// Not the name of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("an order is named by 1 to 40 letters, digits and hyphens")]
pub struct OrderIdError;

impl OrderId {
    /// Longest name.
    pub const LONGEST: usize = 40;

    /// A name of letters, digits and hyphens.
    ///
    /// # Errors
    /// It is empty, too long, or has other characters.
    pub fn new(name: &str) -> Result<Self, OrderIdError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if name.is_empty() || name.len() > Self::LONGEST || !name.bytes().all(plain) {
            return Err(OrderIdError);
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a station asks of a nozzle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Its name.
    pub id: OrderId,
    /// The nozzle stops by itself when this much has flowed, in thousandths.
    pub preset: u64,
    /// Price of a whole unit in the smallest coin, for the display.
    pub unit_price: u32,
}

/// Where a nozzle stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// Closed, and nothing was ordered since it was switched on.
    Idle,
    /// Open for this order; nothing may flow yet, or something does.
    Open(OrderId),
    /// Closed for good as far as this order goes.
    Finished(OrderId),
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Idle => f.write_str("idle"),
            Self::Open(id) => write!(f, "open for order {id}"),
            Self::Finished(id) => write!(f, "finished with order {id}"),
        }
    }
}

/// What a nozzle says about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// Where it stands.
    pub state: State,
    /// Everything that ever flowed, in thousandths.
    pub totalizer: u64,
}

/// A dispenser did not do what it was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DispenserError {
    /// It gives no answer: what flows now is known from its totalizer, later.
    #[error("the dispenser gives no answer: {0}")]
    Silent(String),
    /// It says no: the nozzle was not opened for this order.
    #[error("the dispenser refuses: {0}")]
    Refused(String),
    /// It says what no dispenser may say.
    #[error("the dispenser breaks its protocol: {0}")]
    Broken(String),
}

/// One nozzle or outlet.
pub trait Dispenser: Send {
    /// What it measures.
    fn unit(&self) -> Unit;

    /// Where it stands and what ever flowed.
    ///
    /// # Errors
    /// It gives no answer.
    fn read(&mut self) -> Result<Reading, DispenserError>;

    /// Opens the nozzle for an order. The order that it finished last stays finished; the one that is open stays open.
    ///
    /// # Errors
    /// It refuses, or gives no answer: then nobody knows whether it opened.
    fn authorise(&mut self, order: &Order) -> Result<(), DispenserError>;

    /// Closes the nozzle; what has flowed is told by [`Dispenser::read`] once it is finished.
    ///
    /// # Errors
    /// It gives no answer.
    fn stop(&mut self) -> Result<(), DispenserError>;

    /// Waits for something to change, at most so long; answers where it stands then. Whoever calls this tells the nozzle
    /// that somebody watches.
    ///
    /// # Errors
    /// It gives no answer.
    fn wait(&mut self, at_most: Duration) -> Result<Reading, DispenserError>;
}

impl<D: Dispenser + ?Sized> Dispenser for Box<D> {
    fn unit(&self) -> Unit {
        (**self).unit()
    }

    fn read(&mut self) -> Result<Reading, DispenserError> {
        (**self).read()
    }

    fn authorise(&mut self, order: &Order) -> Result<(), DispenserError> {
        (**self).authorise(order)
    }

    fn stop(&mut self) -> Result<(), DispenserError> {
        (**self).stop()
    }

    fn wait(&mut self, at_most: Duration) -> Result<Reading, DispenserError> {
        (**self).wait(at_most)
    }
}
