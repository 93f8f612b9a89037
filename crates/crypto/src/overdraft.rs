//! The codes of the change of the overdraft limit (protocol §4), under SESODK.

use wire::{Amount, Buf, Date, Kind, Limit, Mac, Purse, Tid, Time};

use crate::key::TacKey;
use crate::session::SessionKey;

type Input = Buf<24>;

/// `balance || old limit || 07 || TID`.
#[must_use]
pub fn mac1_input(balance: Amount, old: Limit, purse: Purse, tid: Tid) -> Input {
    Input::new()
        .with(&balance.to_bytes())
        .with(&old.to_bytes())
        .with(&[Kind::Overdraft.of(purse).byte()])
        .with(&tid.0)
}

/// MAC1: the card proves where it stands.
#[must_use]
pub fn mac1(sesodk: &SessionKey, balance: Amount, old: Limit, purse: Purse, tid: Tid) -> Mac {
    sesodk.0.mac(&mac1_input(balance, old, purse, tid))
}

/// The limit that the centre sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// The purse.
    pub purse: Purse,
    /// The new limit.
    pub limit: Limit,
    /// The terminal.
    pub tid: Tid,
    /// The centre's date.
    pub date: Date,
    /// The centre's time.
    pub time: Time,
}

impl Change {
    /// `new limit || 07 || TID || date || time`.
    #[must_use]
    pub fn mac2_input(&self) -> Input {
        Input::new().with(&self.limit.to_bytes()).with(&self.closing())
    }

    /// `balance after || OTC || new limit as an amount || 07 || TID || date || time`.
    #[must_use]
    pub fn tac_input(&self, balance_after: Amount, otc: u16) -> Input {
        Input::new()
            .with(&balance_after.to_bytes())
            .with(&otc.to_be_bytes())
            .with(&self.limit.as_amount().to_bytes())
            .with(&self.closing())
    }

    fn closing(&self) -> Input {
        Input::new()
            .with(&[Kind::Overdraft.of(self.purse).byte()])
            .with(&self.tid.0)
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
    }

    /// MAC2: the centre's word, which the card obeys.
    #[must_use]
    pub fn mac2(&self, sesodk: &SessionKey) -> Mac {
        sesodk.0.mac(&self.mac2_input())
    }

    /// TAC: the card's receipt.
    #[must_use]
    pub fn tac(&self, tac_key: &TacKey, balance_after: Amount, otc: u16) -> Mac {
        tac_key.0.mac(&self.tac_input(balance_after, otc))
    }
}
