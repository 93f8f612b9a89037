//! What customers ask for, parsed at the door.

use api::site::{PayAsked, RefuelAsked};
use terminal::transfer::Way;
use wire::{Amount, Asn, Purse};
use zeroize::Zeroizing;

use crate::refused::Refused;

/// Longest plate.
const PLATE: usize = 20;

/// The digits of a PIN as VERIFY carries them; wiped when dropped, and never shown.
pub(crate) struct Digits(Zeroizing<Vec<u8>>);

impl Digits {
    /// 4 to 12 digits; an odd one is filled with F.
    fn parse(text: &str) -> Result<Self, Refused> {
        let digits = text.as_bytes();
        if !(4..=12).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
            return Err(Refused::Malformed("a PIN has 4 to 12 digits".to_owned()));
        }
        let pair = |pair: &[u8]| match pair {
            [high, low] => (high - b'0') << 4 | (low - b'0'),
            [high, ..] => (high - b'0') << 4 | 0x0F,
            [] => 0xFF,
        };
        Ok(Self(Zeroizing::new(digits.chunks(2).map(pair).collect())))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A refuelling.
pub(crate) struct Refuel {
    pub(crate) pin: Digits,
    pub(crate) purse: Purse,
    pub(crate) amount: Option<Amount>,
    pub(crate) vehicle: Option<String>,
    pub(crate) card: Option<Asn>,
}

/// Money without fuel.
pub(crate) struct Pay {
    pub(crate) what: What,
    /// Empty for a purchase of EP, which asks for none.
    pub(crate) pin: Option<Digits>,
    pub(crate) purse: Purse,
    pub(crate) amount: Amount,
    pub(crate) card: Option<Asn>,
}

/// Which way the money goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    Transfer(Way),
    Purchase,
}

impl What {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Transfer(Way::Load) => "load",
            Self::Transfer(Way::Unload) => "unload",
            Self::Purchase => "purchase",
        }
    }
}

/// What a nozzle is told to do with the card that is in.
pub(crate) enum Command {
    Refuel(Refuel),
    Unlock,
    Pay(Pay),
}

impl Command {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Refuel(_) => "refuel",
            Self::Unlock => "unlock",
            Self::Pay(pay) => pay.what.name(),
        }
    }

    /// The card that is meant, where who asks has said it.
    pub(crate) const fn card(&self) -> Option<Asn> {
        match self {
            Self::Refuel(refuel) => refuel.card,
            Self::Unlock => None,
            Self::Pay(pay) => pay.card,
        }
    }
}

impl TryFrom<RefuelAsked> for Refuel {
    type Error = Refused;

    fn try_from(asked: RefuelAsked) -> Result<Self, Refused> {
        let pin = Zeroizing::new(asked.pin);
        let vehicle = asked.vehicle.map(|plate| plate.trim().to_uppercase());
        if vehicle.as_ref().is_some_and(|plate| plate.is_empty() || plate.chars().count() > PLATE) {
            return Err(Refused::Malformed(format!("a plate has 1 to {PLATE} characters")));
        }
        Ok(Self {
            pin: Digits::parse(&pin)?,
            purse: purse(asked.purse.as_deref())?,
            amount: asked.amount.map(amount).transpose()?,
            vehicle,
            card: asked.card.as_deref().map(card).transpose()?,
        })
    }
}

impl TryFrom<PayAsked> for Pay {
    type Error = Refused;

    fn try_from(asked: PayAsked) -> Result<Self, Refused> {
        let pin = asked.pin.map(Zeroizing::new);
        let what = match asked.what.as_str() {
            "load" => What::Transfer(Way::Load),
            "unload" => What::Transfer(Way::Unload),
            "purchase" => What::Purchase,
            other => {
                let words = format!("`{other}` is neither load, unload nor purchase");
                return Err(Refused::Malformed(words));
            }
        };
        let (purse, amount) = (purse(asked.purse.as_deref())?, amount(asked.amount)?);
        let pin = pin.map(|pin| Digits::parse(&pin)).transpose()?;
        // A purchase of EP asks for no PIN (protocol §7).
        if pin.is_none() && !(what == What::Purchase && purse == Purse::Ep) {
            return Err(Refused::Malformed(format!("a {} asks for the PIN", what.name())));
        }
        let card = asked.card.as_deref().map(card).transpose()?;
        Ok(Self { what, pin, purse, amount, card })
    }
}

fn purse(name: Option<&str>) -> Result<Purse, Refused> {
    match name {
        None | Some("ed") => Ok(Purse::Ed),
        Some("ep") => Ok(Purse::Ep),
        Some(other) => Err(Refused::Malformed(format!("`{other}` is no purse: ed or ep"))),
    }
}

fn card(digits: &str) -> Result<Asn, Refused> {
    let mut asn = [0; 8];
    let read = hex::decode_to_slice(digits, &mut asn).ok().map(|()| Asn(asn));
    read.filter(Asn::is_bcd)
        .ok_or_else(|| Refused::Malformed(format!("`{digits}` is no card: 16 digits")))
}

fn amount(units: u32) -> Result<Amount, Refused> {
    Amount::new(units).ok_or_else(|| {
        Refused::Malformed(format!("{units} is above the largest amount, {}", Amount::MAX))
    })
}
