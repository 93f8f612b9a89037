//! The same steps on the card, with right and wrong codes.

use wire::card_command::{DebitForRefuel, DebitForUnlock, StatusMode};
use wire::response::{InitLoad, InitRefuel, InitUnlock, InitUpdate};
use wire::{CardCommand, Purse};

use crate::money;
use crate::steps::{Sequence, Step};
use crate::support::*;

/// The card and what its last answers are good for.
pub(crate) struct Driver {
    pub(crate) card: TestCard,
    init: Option<(InitRefuel, Purse)>,
    init_unlock: Option<(InitUnlock, Purse)>,
    pub(crate) init_load: Option<(InitLoad, Purse, u32)>,
    pub(crate) init_purchase: Option<(InitRefuel, Purse, u32)>,
    pub(crate) init_update: Option<(InitUpdate, u32)>,
    /// The PIN as it is: right and wrong are said of it.
    pub(crate) pin: &'static [u8],
    challenge: [u8; 4],
    pub(crate) ttc: u32,
}

const PURSES: [Purse; 2] = Purse::ALL;

impl Driver {
    pub(crate) fn new() -> Self {
        SWITCHED.set(false);
        Self {
            card: fresh(),
            init: None,
            init_unlock: None,
            init_load: None,
            init_purchase: None,
            init_update: None,
            pin: &RIGHT_PIN,
            challenge: [0; 4],
            ttc: 0,
        }
    }

    pub(crate) fn step(&mut self, step: Step) -> u16 {
        match step {
            Step::Reset => {
                self.card.reset();
                0
            }
            Step::PowerCycle => {
                self.card = power_cycle(std::mem::replace(&mut self.card, fresh()));
                0
            }
            Step::Garbage => transmit(&mut self.card, &[0xE0, 0x01, 0, 0]).1,
            step => self.exchange(step),
        }
    }

    fn exchange(&mut self, step: Step) -> u16 {
        self.ttc += 1;
        let command = self.command(step);
        let (data, word) = send(&mut self.card, &command);
        if word == 0x9000 {
            match step {
                Step::InitRefuel { purse, .. } => {
                    self.init = Some((InitRefuel::parse(&data).unwrap(), PURSES[purse]));
                }
                Step::InitUnlock { purse } => {
                    self.init_unlock = Some((InitUnlock::parse(&data).unwrap(), PURSES[purse]));
                }
                Step::Switch { .. } => SWITCHED.set(true),
                Step::Challenge { short: true } => self.challenge = data.try_into().unwrap(),
                Step::InitMoney { what, purse, amount, .. } => {
                    self.note(what, PURSES[purse], amount, &data);
                }
                Step::ChangePin { .. } | Step::ReloadPin { .. } | Step::UnblockPin { .. } => {
                    self.pin = &NEW_PIN;
                }
                _ => {}
            }
        }
        word
    }

    fn command(&self, step: Step) -> CardCommand<'static> {
        match step {
            Step::SelectApplication => SELECT,
            Step::SelectDirectory => CardCommand::SelectFile { id: 0x3F00, le: None },
            Step::SelectUnknown => CardCommand::SelectName { name: b"nobody", le: None },
            Step::Verify { right: true } => CardCommand::VerifyPin { digits: self.pin },
            Step::InitMoney { what, purse, amount, known_key } => {
                money::begin(what, PURSES[purse], amount, known_key)
            }
            Step::Money { what, right } => self.complete(what, right),
            Step::Prove { what, purse, old } => self.prove(what, PURSES[purse], old),
            Step::ChangePin { .. }
            | Step::ReloadPin { .. }
            | Step::UnblockPin { .. }
            | Step::Authenticate { .. }
            | Step::Update { .. }
            | Step::Block { .. }
            | Step::CardBlock { .. }
            | Step::Switch { .. } => self.issuer(step),
            Step::Verify { right: false } => VERIFY_WRONG,
            Step::InitRefuel { purse, known_key } => {
                let key_index = if known_key { SEED_KEY } else { UNKNOWN_KEY };
                CardCommand::InitializeForRefuel(initialize(PURSES[purse], key_index))
            }
            Step::Lock { right } => self.lock(right),
            Step::Debit { purse, amount, ctc, right } => {
                CardCommand::DebitForRefuel(self.debit(PURSES[purse], amount, ctc, right))
            }
            Step::Status { clear: true } => CardCommand::GetGreyStatus(StatusMode::ReadAndClear),
            Step::Status { clear: false } => CardCommand::GetGreyStatus(StatusMode::ReadMore),
            Step::InitUnlock { purse } => init_unlock(PURSES[purse]),
            Step::Unlock { amount, right } => self.unlock(amount, right),
            Step::Challenge { short } => {
                CardCommand::GetChallenge { len: if short { 4 } else { 8 } }
            }
            Step::Unblock { right: true } => right_unblock(self.challenge),
            Step::Unblock { right: false } => wrong_unblock(self.challenge),
            Step::Balance { purse } => CardCommand::GetBalance(PURSES[purse]),
            Step::Record { number } => CardCommand::ReadRecord { sfi: 0x18, number },
            Step::GetResponse => CardCommand::GetResponse,
            Step::Garbage | Step::Reset | Step::PowerCycle => unreachable!(),
        }
    }

    fn issuer(&self, step: Step) -> CardCommand<'static> {
        let number = self.challenge;
        let (command, right) = match step {
            Step::ChangePin { right } => {
                let old = if right { self.pin } else { &WRONG_PIN };
                return CardCommand::ChangePin { old, new: &NEW_PIN };
            }
            Step::Update { right: None } => return plain_update(),
            Step::Update { right: Some(right) } => (protected_update(number), right),
            Step::ReloadPin { right } => (reload(), right),
            Step::UnblockPin { right } => (unblock_pin(number), right),
            Step::Authenticate { right } => (external(number), right),
            Step::Block { right } => (block(number), right),
            Step::CardBlock { right } => (card_block(number), right),
            Step::Switch { known: true, right } => (switch_keys(number), right),
            Step::Switch { known: false, right } => (switch_to(1, number), right),
            _ => unreachable!(),
        };
        if right { command } else { spoiled(command) }
    }

    fn lock(&self, right: bool) -> CardCommand<'static> {
        let unknown = InitRefuel {
            balance: amount(0),
            ctc: 0,
            limit: wire::Limit::ZERO,
            key: wire::KeyRef::default(),
            icc: wire::Icc([0; 4]),
        };
        let (init, purse) = self.init.unwrap_or((unknown, Purse::Ed));
        if right { right_lock(&init, purse, self.ttc) } else { wrong_lock(&init, purse, self.ttc) }
    }

    fn debit(&self, purse: Purse, units: u32, ctc: Sequence, right: bool) -> DebitForRefuel {
        let view = self.card.view();
        let (date, time) = end_time();
        let mut debit = match view.lock() {
            Some(_) => right_debit(&view, units),
            None => DebitForRefuel {
                purse,
                amount: amount(units),
                ctc: view.purse(purse).ctc,
                tid: TID,
                ttc: wire::Ttc(self.ttc),
                date,
                time,
                gmac: wire::Mac([0; 4]),
            },
        };
        debit.purse = purse;
        debit.ctc = debit.ctc.wrapping_sub(u16::from(ctc == Sequence::Old));
        if !right {
            debit.gmac = flip(debit.gmac);
        }
        debit
    }

    fn unlock(&self, units: u32, right: bool) -> CardCommand<'static> {
        let (date, time) = unlock_time();
        let Some((init, purse)) = &self.init_unlock else {
            let mac2 = wire::Mac([0; 4]);
            return CardCommand::DebitForUnlock(DebitForUnlock {
                amount: amount(units),
                date,
                time,
                mac2,
            });
        };
        if right {
            CardCommand::DebitForUnlock(right_unlock(init, *purse, units))
        } else {
            wrong_unlock(init, *purse, units)
        }
    }
}
