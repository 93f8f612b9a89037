//! Calls into `card`: a card powers on and answers a command.

use card::Card;
use core::hint::black_box;

use crate::use_nvm::{Flash, blank};

/// Lets a card answer commands that the compiler cannot foresee.
#[inline(never)]
pub(crate) fn all() {
    black_box(powered().is_some());
}

/// A card over memory whose content the compiler cannot foresee.
pub(crate) fn powered() -> Option<Card<Flash>> {
    let mut card = Card::power_on(blank()).ok()?;
    let answer = card.transmit(black_box(&[0x00, 0xA4, 0x04, 0x00])).ok()?;
    black_box(answer.as_slice());
    card.reset();
    Some(card)
}
