//! The PIN: VERIFY, CHANGE PIN, RELOAD PIN, UNBLOCK PIN (protocol §7).

use core::fmt;

use crypto::message::{PinBlock, SecureMessage, reload_pin};
use nvm::Nvm;
use wire::{CardCommand, Mac, StatusWord};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::card::{Answer, Card, Stop, done, require};
use crate::profile::CardKeys;

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
        CardCommand::VerifyPin { digits } | CardCommand::ReloadPin { digits, .. } => {
            parse(digits).map(|_| ())
        }
        CardCommand::ChangePin { old, new } => parse(old).and_then(|_| parse(new)).map(|_| ()),
        _ => Ok(()),
    }
}

fn parse(digits: &[u8]) -> Result<Pin, StatusWord> {
    Pin::from_bcd(digits).ok_or(StatusWord::WRONG_DATA)
}

impl<N: Nvm> Card<N> {
    /// VERIFY: 6983 blocked · 63Cx wrong.
    pub(crate) fn verify_pin(&mut self, digits: &[u8]) -> Answer {
        self.compare_pin(&parse(digits)?)?;
        self.commit(|state| state.pin_tries = PIN_TRIES)?;
        self.ram.set_pin_verified(true);
        done(&[])
    }

    /// CHANGE PIN: as VERIFY of the old one. The new one has to be verified before it opens anything.
    pub(crate) fn change_pin(&mut self, old: &[u8], new: &[u8]) -> Answer {
        let (old, new) = (parse(old)?, parse(new)?);
        self.compare_pin(&old)?;
        self.commit(|state| {
            state.pin = new;
            state.pin_tries = PIN_TRIES;
        })?;
        done(&[])
    }

    /// Counted in NVM before it is compared. An earlier success is dropped, whatever comes out.
    fn compare_pin(&mut self, given: &Pin) -> Result<(), Stop> {
        require(self.state.pin_tries > 0, StatusWord::PIN_BLOCKED)?;
        self.ram.set_pin_verified(false);
        self.commit(|state| state.pin_tries = state.pin_tries.saturating_sub(1))?;
        let right = crypto::check::same_bytes(self.state.pin.expose(), given.expose());
        Ok(require(right, StatusWord::tries_left(self.state.pin_tries))?)
    }

    /// RELOAD PIN: 6983 blocked · 9403 key · 6988 MAC, counted. Its code holds no challenge, so that who heard one could
    /// send it again: it does not free a blocked PIN.
    pub(crate) fn reload_pin(&mut self, digits: &[u8], mac: Mac) -> Answer {
        let new = parse(digits)?;
        require(self.state.pin_tries > 0, StatusWord::PIN_BLOCKED)?;
        let key = self.keys().pin_reload.usable().ok_or(StatusWord::NO_SUCH_KEY)?;
        let own = reload_pin(key, digits);
        self.replace_pin(own, mac, |_| Ok(new))
    }

    /// UNBLOCK PIN: 9403 key · 6988 MAC, counted · 6A80 no PIN. A new PIN with all its tries, blocked or not.
    pub(crate) fn unblock_pin(&mut self, challenge: [u8; 4], block: [u8; 8], mac: Mac) -> Answer {
        let key = self.keys().pin_unblock.usable().ok_or(StatusWord::NO_SUCH_KEY)?;
        let own = SecureMessage::UnblockPin { block }.mac(key, challenge);
        self.replace_pin(own, mac, |keys| {
            let opened = PinBlock::open(&keys.pin_unblock.key, block);
            parse(opened.digits().ok_or(StatusWord::WRONG_DATA)?)
        })
    }

    /// The new PIN is looked at once the code agreed, and has to be verified before it opens anything.
    fn replace_pin(
        &mut self,
        own: Mac,
        given: Mac,
        new: impl FnOnce(&CardKeys) -> Result<Pin, StatusWord>,
    ) -> Answer {
        let agreed = self.count_message()?.compare(own, given)?;
        let new = new(self.keys())?;
        self.ram.set_pin_verified(false);
        self.commit(|state| state.replace_pin(new, agreed))?;
        done(&[])
    }
}
