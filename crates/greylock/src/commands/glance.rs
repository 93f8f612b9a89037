//! What a card shows before anything is done with it, wherever it is.

use terminal::{CardIs, Transport, present};
use wire::apdu::split_response;
use wire::{Amount, Asn, CardCommand, GreyStatus, LockId, Mac, Purse, StatusWord};

use super::words;
use crate::error::{Error, Fault};
use crate::media::CardIn;

/// A card at a glance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glance {
    pub(super) asn: Asn,
    /// The purse locked last, ED when none was.
    pub(super) purse: Purse,
    balances: [Amount; 2],
    /// The lock that it is grey under, and its GTAC.
    pub(super) grey: Option<(LockId, Mac)>,
}

impl Glance {
    /// Looks into an image, asks a chip in a reader.
    pub(super) fn at(card: &mut CardIn) -> Result<Self, Error> {
        match card.view() {
            Some(view) => Ok(Self::of(&view)),
            None => Self::ask(card),
        }
    }

    /// What a purse can spend.
    pub(super) const fn balance(&self, purse: Purse) -> Amount {
        self.balances[purse.index()]
    }

    /// Looks into an image.
    pub(super) fn of(view: &card::View) -> Self {
        let asn = view.public.asn();
        let lock = view.purses.iter().find_map(|purse| purse.lock.as_ref());
        let grey = lock.map(|lock| {
            let crypto::Lock { purse, ctc, tid, ttc, .. } = lock.terms;
            (LockId { asn, purse, ctc, tid, ttc }, lock.gtac)
        });
        let purse = view.last_locked.unwrap_or(Purse::Ed);
        Self { asn, purse, balances: Purse::ALL.map(|purse| view.purse(purse).balance), grey }
    }

    fn ask(card: &mut impl Transport) -> Result<Self, Error> {
        let is = present(card).map_err(|failure| words::error(&failure))?;
        let grey = match &is {
            CardIs::Grey(grey) => Some((grey.lock_id(), grey.status().b)),
            _ => None,
        };
        let mut balances = [Amount::ZERO; 2];
        for purse in Purse::ALL {
            balances[purse.index()] = balance(card, purse)?;
        }
        Ok(Self { asn: is.asn(), purse: status(&is).purse, balances, grey })
    }
}

/// What GET GREY STATUS said when the card was put in.
pub(super) const fn status(is: &CardIs) -> &GreyStatus {
    match is {
        CardIs::Ready(ready) => ready.status(),
        CardIs::TacUnread(unread) => unread.status(),
        CardIs::Grey(grey) => grey.status(),
    }
}

/// GET BALANCE.
pub(super) fn balance(card: &mut impl Transport, purse: Purse) -> Result<Amount, Error> {
    let command = CardCommand::GetBalance(purse);
    let data = ask(card, &command)?;
    let units = data.as_slice().try_into().ok().map(u32::from_be_bytes);
    units.and_then(Amount::new).ok_or_else(|| {
        Error::new(
            Fault::Card,
            format!("the answer to {} is none of this protocol", command.name()),
        )
    })
}

/// The data of an answer that must be 9000.
pub(super) fn ask(card: &mut impl Transport, command: &CardCommand<'_>) -> Result<Vec<u8>, Error> {
    let lost = || Error::new(Fault::Lost, format!("the card gave no answer to {}", command.name()));
    let answer = card.transmit(&command.encode()).map_err(|_| lost())?;
    match split_response(&answer) {
        Some((data, StatusWord::DONE)) => Ok(data.to_vec()),
        Some((_, status)) => Err(Error::refused(Fault::Card, command.name(), status)),
        None => Err(lost()),
    }
}
