//! A slot whose commands are counted, and whose card a hand can pull.

use std::cell::Cell;
use std::rc::Rc;

use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

/// A slot on the way of every command.
#[derive(Debug)]
pub struct Counted<T> {
    slot: T,
    apdus: u32,
    pulled: Rc<Cell<bool>>,
}

/// The hand that pulls the card out while the terminal works.
#[derive(Clone, Debug)]
pub struct Hand(Rc<Cell<bool>>);

impl Hand {
    /// Pulls it.
    pub fn pull(&self) {
        self.0.set(true);
    }
}

impl<T> Counted<T> {
    /// Counts from zero.
    pub fn new(slot: T) -> Self {
        Self { slot, apdus: 0, pulled: Rc::default() }
    }

    /// Commands sent so far.
    pub const fn apdus(&self) -> u32 {
        self.apdus
    }

    /// What is in the slot.
    pub const fn slot(&self) -> &T {
        &self.slot
    }

    /// What is in the slot, to send commands that are not counted.
    pub const fn slot_mut(&mut self) -> &mut T {
        &mut self.slot
    }

    /// A hand on the card.
    #[must_use]
    pub fn hand(&self) -> Hand {
        Hand(Rc::clone(&self.pulled))
    }
}

impl<T: Transport> Transport for Counted<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        if self.pulled.get() {
            return Err(Lost::NotSent);
        }
        self.apdus = self.apdus.saturating_add(1);
        self.slot.transmit(command)
    }

    fn is_present(&mut self) -> bool {
        !self.pulled.get() && self.slot.is_present()
    }
}
