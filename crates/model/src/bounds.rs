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

impl Bounds {
    /// One card that is used twice, two terminals, three faults.
    pub const ONE_CARD: Self =
        Self { cards: 1, terminals: 2, transactions: 2, visits: 1, faults: 3, money: 2 };

    /// Two cards that are used once each, two terminals, two faults.
    pub const TWO_CARDS: Self =
        Self { cards: 2, terminals: 2, transactions: 1, visits: 1, faults: 2, money: 2 };
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cards, terminals, transactions, visits, faults, money } = self;
        let many = |n: &u8, what: &str| format!("{n} {what}{}", if *n == 1 { "" } else { "s" });
        write!(
            f,
            "{} with {money} units each, {}, {} of each card, {}, {}",
            many(cards, "card"),
            many(terminals, "terminal"),
            many(transactions, "refuelling"),
            many(visits, "further visit"),
            many(faults, "fault"),
        )
    }
}
