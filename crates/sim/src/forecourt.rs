//! The forecourt: what a driver wants, and what goes wrong while the fuel flows.

use std::cell::Cell;
use std::rc::Rc;

use nvm::memory::{Ram, Tear};
use station::Pump;
use terminal::price::amount_of;
use terminal::{Dispenser, NoReading, Open};
use wire::{Amount, Certified, LockId, Purse};

use crate::power::Mains;
use crate::reader::{Shim, honest};
use crate::world::{Site, cents};

/// What happens while the fuel flows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Breaks {
    /// Nothing.
    Nothing,
    /// The card is pulled when this much has flowed: the pump stops.
    CardPulledAt(u32),
    /// The station loses power when this much has flowed.
    PowerCutAt(u32),
}

/// One filling: how much is wanted, and what goes wrong.
pub struct Fill {
    /// Cents.
    pub amount: u32,
    /// While the fuel flows.
    pub breaks: Breaks,
    /// Who is on the card's wire.
    pub shim: Shim,
    /// The card's power fails in one of its writes.
    pub card_torn: Option<Tear>,
    /// Which purse pays.
    pub purse: Purse,
    /// False to fill up: an amount above the balance is then no reason to refuse.
    pub check: bool,
}

impl Fill {
    /// An honest filling.
    #[must_use]
    pub fn of(amount: u32) -> Self {
        Self {
            amount,
            breaks: Breaks::Nothing,
            shim: honest(),
            card_torn: None,
            purse: Purse::Ed,
            check: true,
        }
    }

    /// With somebody on the wire.
    #[must_use]
    pub fn through(amount: u32, shim: Shim) -> Self {
        Self { shim, ..Self::of(amount) }
    }

    /// Something breaks while the fuel flows.
    #[must_use]
    pub fn breaking(amount: u32, breaks: Breaks) -> Self {
        Self { breaks, ..Self::of(amount) }
    }
}

/// What a totalizer counted under one lock: the truth, whatever journals say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flow {
    /// The lock, as the terminal had it.
    pub lock: LockId,
    /// The nozzle's terms.
    pub certified: Certified,
    /// The totalizer afterwards.
    pub after: u64,
}

impl Flow {
    /// What it costs.
    #[must_use]
    pub fn amount(&self) -> Amount {
        let Certified { unit_price, rounding, ceiling, totalizer_before, .. } = self.certified;
        amount_of(self.after.saturating_sub(totalizer_before), unit_price, rounding, ceiling)
    }
}

/// A pump at which the card can be pulled, or the power cut, while it runs.
pub(crate) struct Forecourt<'a> {
    pub(crate) pump: &'a mut Pump<Mains>,
    pub(crate) flows: &'a mut Vec<Flow>,
    pub(crate) hand: Rc<Cell<bool>>,
    pub(crate) power: Rc<Cell<bool>>,
    pub(crate) wanted: Amount,
    pub(crate) breaks: Breaks,
}

impl<'a> Forecourt<'a> {
    pub(crate) fn idle(
        pump: &'a mut Pump<Mains>,
        flows: &'a mut Vec<Flow>,
        power: &Rc<Cell<bool>>,
    ) -> Self {
        let (hand, power) = (Rc::default(), Rc::clone(power));
        Self { pump, flows, hand, power, wanted: Amount::ZERO, breaks: Breaks::Nothing }
    }
}

impl Dispenser for Forecourt<'_> {
    fn totalizer(&mut self) -> Result<u64, NoReading> {
        self.pump.totalizer()
    }

    fn dispense(&mut self, permit: &Open) -> Result<u64, NoReading> {
        let stop_at = match self.breaks {
            Breaks::Nothing => self.wanted,
            Breaks::CardPulledAt(at) | Breaks::PowerCutAt(at) => cents(at).min(self.wanted),
        };
        self.pump.set_flow(station::pump::Flow { stop_at });
        let after = self.pump.dispense(permit)?;
        self.flows.push(Flow { lock: permit.terms().id, certified: *permit.certified(), after });
        match self.breaks {
            Breaks::Nothing => {}
            Breaks::CardPulledAt(_) => self.hand.set(true),
            Breaks::PowerCutAt(_) => {
                self.hand.set(true);
                self.power.set(false);
            }
        }
        if !self.power.get() {
            self.hand.set(true);
        }
        Ok(after)
    }
}

impl Site {
    /// The pump's electronics start, perhaps with a tear to come. What the totalizer shows then is
    /// what flowed. True when their power had failed.
    pub fn restart_pump(&mut self, tear: Option<Tear>) -> Result<bool, String> {
        let words = |error: nvm::NvmError| error.to_string();
        let spare = Ram::fixed(Pump::<Mains>::IMAGE_LEN);
        let spare = Mains { medium: spare, power: Rc::new(Cell::new(true)) };
        let spare = Pump::format(spare).map_err(words)?;
        let mut mains = std::mem::replace(&mut self.pump, spare).into_medium();
        let was_dark = mains.medium.is_dark();
        mains.medium.power_on();
        if let Some(tear) = tear {
            mains.medium.arm(tear);
        }
        self.pump = Pump::open(mains).map_err(|error| error.to_string())?;
        if let Some(last) = self.flows.last_mut() {
            last.after = self.pump.shown();
        }
        Ok(was_dark)
    }
}
