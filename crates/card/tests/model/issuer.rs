//! The issuer's messages in the model, and the PIN that the holder changes.

use crate::purse::{Model, Selected};
use crate::steps::Step;

impl Model {
    pub(crate) fn change_pin(&mut self, right: bool) -> u16 {
        if self.pin_tries == 0 {
            return 0x6983;
        }
        self.pin = false;
        if right {
            self.pin_tries = 3;
            return 0x9000;
        }
        self.pin_tries -= 1;
        0x63C0 + self.pin_tries
    }

    /// Whether the step's code is right, and whether it needs a challenge before it.
    fn terms(step: Step) -> (bool, bool) {
        match step {
            Step::ReloadPin { right } => (right, false),
            Step::UnblockPin { right }
            | Step::Authenticate { right }
            | Step::Update { right: Some(right) }
            | Step::Block { right }
            | Step::CardBlock { right }
            | Step::Switch { right, .. } => (right, true),
            _ => unreachable!(),
        }
    }

    pub(crate) fn message(&mut self, step: Step, challenged: bool) -> u16 {
        if let Step::Update { right: None } = step {
            self.updated |= self.issuer;
            return if self.issuer { 0x9000 } else { 0x6982 };
        }
        let (right, needs_challenge) = Self::terms(step);
        if needs_challenge && !challenged {
            return 0x6985;
        }
        match step {
            Step::ReloadPin { .. } if self.pin_tries == 0 => return 0x6983,
            Step::CardBlock { .. } | Step::Switch { .. } if self.grey.is_some() => return 0x6985,
            Step::Switch { known, .. } if !known || self.switched => return 0x9403,
            Step::Authenticate { .. } => self.issuer = false,
            _ => {}
        }
        if !right {
            self.wrong_messages += 1;
            return 0x6988;
        }
        self.wrong_messages = 0;
        match step {
            Step::ReloadPin { .. } | Step::UnblockPin { .. } => {
                (self.pin, self.pin_tries) = (false, 3);
            }
            Step::Authenticate { .. } => self.issuer = true,
            Step::Update { .. } => self.updated = true,
            Step::Block { .. } => self.blocked = true,
            Step::Switch { .. } => {
                self.switched = true;
                (self.pin, self.issuer) = (false, false);
            }
            Step::CardBlock { .. } => {
                self.card_blocked = true;
                (self.selected, self.pin, self.issuer) = (Selected::Nothing, false, false);
            }
            _ => unreachable!(),
        }
        0x9000
    }
}
