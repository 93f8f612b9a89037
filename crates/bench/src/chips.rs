//! Cards and PSAMs with the keys of `world`, as they are issued.

use std::sync::{Arc, Mutex, PoisonError};

use card::{Card, Opening, Pin};
use host::issue::{CardOrder, PsamOrder, card_profile, psam_profile};
use nvm::memory::Ram;
use psam::Psam;
use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;
use wire::{Amount, Date, Purse};

use crate::BenchError;
use crate::world::{asn, keys, tid};

/// A chip that stays powered from card to card.
pub(crate) struct Chip<C>(pub(crate) Arc<Mutex<C>>);

impl Transport for Chip<Card<Ram>> {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let mut card = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        card.transmit(command).map_err(|_| Lost::Unknown)
    }
}

impl Transport for Chip<Psam<Ram>> {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let mut psam = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        psam.transmit(command).map_err(|_| Lost::Unknown)
    }
}

/// The PIN of every card.
pub(crate) const PIN: &str = "123456";
/// What is on every card.
pub(crate) const OPENING: u32 = 10_000_000;

pub(crate) fn amount(units: u32) -> Result<Amount, BenchError> {
    Amount::new(units).ok_or(BenchError::OurBug("an amount"))
}

fn own_key(number: usize) -> crypto::Key {
    let seed = u8::try_from(number % 251).unwrap_or(0);
    crypto::Key::new(std::array::from_fn(|at| seed ^ u8::try_from(at * 15).unwrap_or(0)))
}

/// The card with this number.
pub(crate) fn card(number: usize) -> Result<Card<Ram>, BenchError> {
    let made = |_| BenchError::OurBug("a card");
    let day = |year| Date::new(year, 1, 1).unwrap_or_default();
    let order = CardOrder {
        asn: asn(number),
        purse: Purse::Ed,
        opening: Opening { balance: amount(OPENING)?, ..Opening::default() },
        aid: card::Aid::default(),
        start: day(2025),
        expiry: day(2035),
    };
    let profile = card_profile(&keys(), &order, own_key(number)).map_err(made)?;
    let pin = Pin::from_digits(PIN).ok_or(BenchError::OurBug("the PIN"))?;
    let card = Card::personalise(Ram::fixed(card::IMAGE_LEN), &profile, &pin);
    card.map_err(|_| BenchError::OurBug("a chip's memory"))
}

/// The PSAM with this number.
pub(crate) fn psam(number: usize) -> Result<Psam<Ram>, BenchError> {
    let made = |_| BenchError::OurBug("a PSAM");
    let order = PsamOrder { tid: tid(number), serial: [0; 10], first_ttc: 1 };
    let profile = psam_profile(&keys(), &order, own_key(number + 100)).map_err(made)?;
    let psam = Psam::personalise(Ram::fixed(psam::IMAGE_LEN), &profile);
    psam.map_err(|_| BenchError::OurBug("a chip's memory"))
}
