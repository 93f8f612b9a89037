//! How much may happen in one run.

use std::fmt;

/// The bounds of a run: everything within them is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Cards.
    pub cards: u8,
    /// Terminals, each with a PSAM and a station of its own; at most four.
    pub terminals: u8,
    /// Refuellings of each card.
    pub transactions: u8,
    /// Further visits of all cards: to be unlocked, or to have a TAC read.
    pub visits: u8,
    /// Mishaps, attacks and lies in all.
    pub faults: u8,
    /// What a card holds at first.
    pub money: u8,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { cards: 1, terminals: 2, transactions: 2, visits: 2, faults: 3, money: 2 }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cards, terminals, transactions, visits, faults, money } = self;
        write!(
            f,
            "{cards} cards of {money}, {terminals} terminals, {transactions} refuellings of each card, \
             {visits} further visits, {faults} faults"
        )
    }
}
