//! The PIN and VERIFY (protocol §7).

use core::fmt;

use nvm::Nvm;
use wire::{CardCommand, StatusWord};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::card::{Answer, Card, done, require};

/// Wrong PINs in a row that block it.
pub const PIN_TRIES: u8 = 3;

/// 4 to 12 digits, BCD, two a byte, the rest filled with F.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Pin([u8; Self::LEN]);

impl Pin {
    pub(crate) const LEN: usize = 6;
    const FEWEST_DIGITS: usize = 4;
    const FILLER: u8 = 0x0F;

    /// From BCD as VERIFY carries it: `12 34 56` for 123456, `12 34 5F` for 12345. `None` unless it is 4 to 12 decimal
    /// digits and nothing but F behind them.
    #[must_use]
    pub fn from_bcd(digits: &[u8]) -> Option<Self> {
        let mut pin = Self([0xFF; Self::LEN]);
        pin.0.get_mut(..digits.len())?.copy_from_slice(digits);
        let nibbles = || pin.0.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        let count = nibbles().take_while(|digit| *digit <= 9).count();
        let filled = nibbles().skip(count).all(|digit| digit == Self::FILLER);
        (count >= Self::FEWEST_DIGITS && filled).then_some(pin)
    }

    /// From digits as written: `"123456"`.
    #[must_use]
    pub fn from_digits(digits: &str) -> Option<Self> {
        let mut pin = Self([0xFF; Self::LEN]);
        for (at, digit) in digits.bytes().enumerate() {
            let value = digit.checked_sub(b'0').filter(|value| *value <= 9)?;
            let byte = pin.0.get_mut(at / 2)?;
            *byte = if at % 2 == 0 { value << 4 | Self::FILLER } else { *byte & 0xF0 | value };
        }
        (digits.len() >= Self::FEWEST_DIGITS).then_some(pin)
    }

    /// The bytes, filled with F: for whoever stores it or hands it to VERIFY, and nobody else.
    #[must_use]
    pub const fn expose(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

/// 6A80 for digits that cannot be a PIN: bytes alone tell it, so it comes before any state (protocol §5).
pub(crate) fn check_digits(command: &CardCommand<'_>) -> Result<(), StatusWord> {
    match command {
        CardCommand::VerifyPin { digits } => parse(digits).map(|_| ()),
        _ => Ok(()),
    }
}

fn parse(digits: &[u8]) -> Result<Pin, StatusWord> {
    Pin::from_bcd(digits).ok_or(StatusWord::WRONG_DATA)
}

impl<N: Nvm> Card<N> {
    /// VERIFY: counted in NVM before it is compared. A wrong PIN drops an earlier success.
    pub(crate) fn verify_pin(&mut self, digits: &[u8]) -> Answer {
        let given = parse(digits)?;
        require(self.state.pin_tries > 0, StatusWord::PIN_BLOCKED)?;
        self.ram.set_pin_verified(false);
        self.commit(|state| state.pin_tries = state.pin_tries.saturating_sub(1))?;
        if !crypto::check::same_bytes(self.state.pin.expose(), given.expose()) {
            return Err(StatusWord::tries_left(self.state.pin_tries).into());
        }
        self.commit(|state| state.pin_tries = PIN_TRIES)?;
        self.ram.set_pin_verified(true);
        done(&[])
    }
}
