//! The codes of the on-line unlock (protocol §4; claim 2).

use wire::{Amount, Buf, Date, Kind, Mac, Purse, Tid, Time};

use crate::key::TacKey;
use crate::session::SessionKey;

type Input = Buf<24>;

/// `balance || CTC || 95 || TID`, CTC as the purse stands (n + 1).
#[must_use]
pub fn mac1_input(balance: Amount, ctc: u16, purse: Purse, tid: Tid) -> Input {
    Input::new()
        .with(&balance.to_bytes())
        .with(&ctc.to_be_bytes())
        .with(&[Kind::Unlock.of(purse).byte()])
        .with(&tid.0)
}

/// MAC1 of the on-line unlock: the card proves where it stands.
#[must_use]
pub fn mac1(sesulk: &SessionKey, balance: Amount, ctc: u16, purse: Purse, tid: Tid) -> Mac {
    sesulk.0.mac(&mac1_input(balance, ctc, purse, tid))
}

/// The centre's decision, as MAC2 and MAC3 carry it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unlock {
    /// The purse.
    pub purse: Purse,
    /// What is debited; 0 only unlocks.
    pub amount: Amount,
    /// The terminal at which the card is unlocked.
    pub tid: Tid,
    /// The decision's date, unique with its time for the card.
    pub date: Date,
    /// The decision's time.
    pub time: Time,
}

impl Unlock {
    /// `amount || 95 || TID || date || time`.
    #[must_use]
    pub fn mac2_input(&self) -> Input {
        Input::new()
            .with(&self.amount.to_bytes())
            .with(&[Kind::Unlock.of(self.purse).byte()])
            .with(&self.tid.0)
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
    }

    /// `balance after || OTC || amount || 95 || TID || date || time`.
    #[must_use]
    pub fn mac3_input(&self, balance_after: Amount, otc: u16) -> Input {
        Input::new()
            .with(&balance_after.to_bytes())
            .with(&otc.to_be_bytes())
            .with(&self.mac2_input())
    }

    /// MAC2: the centre's word, which the card obeys.
    #[must_use]
    pub fn mac2(&self, sesulk: &SessionKey) -> Mac {
        sesulk.0.mac(&self.mac2_input())
    }

    /// MAC3: the card's receipt, which fits one decision.
    #[must_use]
    pub fn mac3(&self, tac_key: &TacKey, balance_after: Amount, otc: u16) -> Mac {
        tac_key.0.mac(&self.mac3_input(balance_after, otc))
    }
}
