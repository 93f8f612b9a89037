//! The codes of the purchase (protocol §4). Its session key is SESPK in both schemes.

use wire::{Amount, Buf, Date, Kind, Mac, Purse, Tid, Time, Ttc};

use crate::key::TacKey;
use crate::session::SessionKey;

type Input = Buf<24>;

/// What is paid, where and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Purchase {
    /// The purse.
    pub purse: Purse,
    /// What is paid.
    pub amount: Amount,
    /// The terminal.
    pub tid: Tid,
    /// The PSAM's number.
    pub ttc: Ttc,
    /// Date of the purchase.
    pub date: Date,
    /// Time of the purchase.
    pub time: Time,
}

impl Purchase {
    fn opening(&self) -> Input {
        Input::new()
            .with(&self.amount.to_bytes())
            .with(&[Kind::Purchase.of(self.purse).byte()])
            .with(&self.tid.0)
    }

    /// `amount || 05 || TID || date || time`.
    #[must_use]
    pub fn mac1_input(&self) -> Input {
        self.opening().with(&self.date.to_bytes()).with(&self.time.to_bytes())
    }

    /// `amount`.
    #[must_use]
    pub fn mac2_input(&self) -> Input {
        Input::new().with(&self.amount.to_bytes())
    }

    /// `amount || 05 || TID || TTC || date || time`.
    #[must_use]
    pub fn tac_input(&self) -> Input {
        self.opening()
            .with(&self.ttc.to_bytes())
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
    }

    /// MAC1: the PSAM proves itself.
    #[must_use]
    pub fn mac1(&self, sespk: &SessionKey) -> Mac {
        sespk.0.mac(&self.mac1_input())
    }

    /// MAC2: the card proves to the PSAM that it paid.
    #[must_use]
    pub fn mac2(&self, sespk: &SessionKey) -> Mac {
        sespk.0.mac(&self.mac2_input())
    }

    /// TAC: the card proves to the centre that it paid.
    #[must_use]
    pub fn tac(&self, tac_key: &TacKey) -> Mac {
        tac_key.0.mac(&self.tac_input())
    }
}
