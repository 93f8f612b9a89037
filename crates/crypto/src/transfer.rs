//! The codes of load and unload (protocol §4): money that moves between the card and the centre.

use wire::{Amount, Buf, Date, Kind, Mac, Purse, Tag, Tid, Time};

use crate::key::TacKey;
use crate::session::{Online, SessionKey};

type Input = Buf<24>;

/// Which way the money goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Onto the card, tag 01: under SESLK.
    Load,
    /// Off the card, tag 03: under SESUNK.
    Unload,
}

impl Direction {
    /// The tag for a purse.
    #[must_use]
    pub const fn of(self, purse: Purse) -> Tag {
        match self {
            Self::Load => Kind::Load.of(purse),
            Self::Unload => Kind::Unload.of(purse),
        }
    }

    /// The session that it is done in.
    #[must_use]
    pub const fn session(self) -> Online {
        match self {
            Self::Load => Online::Load,
            Self::Unload => Online::Unload,
        }
    }
}

/// What INITIALIZE was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// Which way.
    pub direction: Direction,
    /// The purse.
    pub purse: Purse,
    /// How much.
    pub amount: Amount,
    /// The terminal.
    pub tid: Tid,
}

impl Transfer {
    /// `amount || 01 || TID`.
    fn opening(&self) -> Input {
        Input::new()
            .with(&self.amount.to_bytes())
            .with(&[self.direction.of(self.purse).byte()])
            .with(&self.tid.0)
    }

    /// `balance || amount || 01 || TID`.
    #[must_use]
    pub fn mac1_input(&self, balance: Amount) -> Input {
        Input::new().with(&balance.to_bytes()).with(&self.opening())
    }

    /// `amount || 01 || TID || date || time`.
    #[must_use]
    pub fn mac2_input(&self, date: Date, time: Time) -> Input {
        self.opening().with(&date.to_bytes()).with(&time.to_bytes())
    }

    /// `balance after || OTC || amount || 01 || TID || date || time`.
    #[must_use]
    pub fn tac_input(&self, balance_after: Amount, otc: u16, date: Date, time: Time) -> Input {
        Input::new()
            .with(&balance_after.to_bytes())
            .with(&otc.to_be_bytes())
            .with(&self.mac2_input(date, time))
    }

    /// MAC1: the card proves what it holds and what was asked for.
    #[must_use]
    pub fn mac1(&self, session: &SessionKey, balance: Amount) -> Mac {
        session.0.mac(&self.mac1_input(balance))
    }

    /// MAC2: the centre's word, which the card obeys.
    #[must_use]
    pub fn mac2(&self, session: &SessionKey, date: Date, time: Time) -> Mac {
        session.0.mac(&self.mac2_input(date, time))
    }

    /// TAC: the card's receipt.
    #[must_use]
    pub fn tac(
        &self,
        tac_key: &TacKey,
        balance_after: Amount,
        otc: u16,
        date: Date,
        time: Time,
    ) -> Mac {
        tac_key.0.mac(&self.tac_input(balance_after, otc, date, time))
    }
}
