//! The forecourt: what a driver wants, and what goes wrong while the fuel flows.

use std::cell::Cell;
use std::rc::Rc;

use nvm::memory::{Ram, Tear};
use station::Pump;
use station::pump::Flow;
use terminal::{Dispenser, Open};
use wire::{Amount, Purse};

use crate::reader::{Shim, honest};
use crate::world::cents;

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

/// A pump at which the card can be pulled, or the power cut, while it runs.
pub(crate) struct Forecourt<'a> {
    pub(crate) pump: &'a mut Pump<Ram>,
    pub(crate) hand: Rc<Cell<bool>>,
    pub(crate) power: Rc<Cell<bool>>,
    pub(crate) wanted: Amount,
    pub(crate) breaks: Breaks,
}

impl<'a> Forecourt<'a> {
    pub(crate) fn idle(pump: &'a mut Pump<Ram>, power: &Rc<Cell<bool>>) -> Self {
        let (hand, power) = (Rc::default(), Rc::clone(power));
        Self { pump, hand, power, wanted: Amount::ZERO, breaks: Breaks::Nothing }
    }
}

impl Dispenser for Forecourt<'_> {
    fn totalizer(&mut self) -> u64 {
        self.pump.totalizer()
    }

    fn dispense(&mut self, permit: &Open) -> u64 {
        let stop_at = match self.breaks {
            Breaks::Nothing => self.wanted,
            Breaks::CardPulledAt(at) | Breaks::PowerCutAt(at) => cents(at).min(self.wanted),
        };
        self.pump.set_flow(Flow { stop_at });
        let after = self.pump.dispense(permit);
        match self.breaks {
            Breaks::Nothing => {}
            Breaks::CardPulledAt(_) => self.hand.set(true),
            Breaks::PowerCutAt(_) => {
                self.hand.set(true);
                self.power.set(false);
            }
        }
        after
    }
}
