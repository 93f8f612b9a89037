//! Load, unload, purchase and overdraft limit on the card.

use crypto::Direction;
use wire::card_command::InitializeAmount;
use wire::response::{InitLoad, InitRefuel, InitUpdate};
use wire::{CardCommand, Icc, KeyRef, Kind, Limit, Mac, Purse};

use crate::driver::Driver;
use crate::steps::Money;
use crate::support::*;

pub(crate) fn begin(
    what: Money,
    purse: Purse,
    units: u32,
    known_key: bool,
) -> CardCommand<'static> {
    let key_index = if known_key { SEED_KEY } else { UNKNOWN_KEY };
    let data = InitializeAmount { key_index, ..initialize_amount(purse, units) };
    match what {
        Money::Load => CardCommand::InitializeForLoad(data),
        Money::Unload => CardCommand::InitializeForUnload(data),
        Money::Purchase => CardCommand::InitializeForPurchase(data),
        Money::Limit => CardCommand::InitializeForUpdate { key_index, tid: TID },
    }
}

/// The new limit of a step: its amount, as far as a limit goes.
pub(crate) const fn limit_of(amount: u32) -> u32 {
    amount & 0x00FF_FFFF
}

impl Driver {
    /// Keeps what INITIALIZE answered.
    pub(crate) fn note(&mut self, what: Money, purse: Purse, units: u32, data: &[u8]) {
        match what {
            Money::Load | Money::Unload => {
                self.init_load = Some((InitLoad::parse(data).unwrap(), purse, units));
            }
            Money::Purchase => {
                self.init_purchase = Some((InitRefuel::parse(data).unwrap(), purse, units));
            }
            Money::Limit => {
                self.init_update = Some((InitUpdate::parse(data).unwrap(), limit_of(units)));
            }
        }
    }

    pub(crate) fn complete(&self, what: Money, right: bool) -> CardCommand<'static> {
        match what {
            Money::Load => self.transfer(Direction::Load, right),
            Money::Unload => self.transfer(Direction::Unload, right),
            Money::Purchase => self.purchase(right),
            Money::Limit => self.update(right),
        }
    }

    fn transfer(&self, direction: Direction, right: bool) -> CardCommand<'static> {
        let (balance, key) = (amount(0), KeyRef::default());
        let unknown = InitLoad { balance, otc: 0, key, icc: Icc([0; 4]), mac1: Mac([0; 4]) };
        let (init, purse, units) = self.init_load.unwrap_or((unknown, Purse::Ed, 0));
        let make = if right { right_transfer } else { wrong_transfer };
        make(direction, &init, purse, units)
    }

    fn purchase(&self, right: bool) -> CardCommand<'static> {
        let (balance, limit, key) = (amount(0), Limit::ZERO, KeyRef::default());
        let unknown = InitRefuel { balance, ctc: 0, limit, key, icc: Icc([0; 4]) };
        let (init, purse, units) = self.init_purchase.unwrap_or((unknown, Purse::Ed, 0));
        if right {
            CardCommand::DebitForPurchase(right_purchase(&init, purse, units, self.ttc))
        } else {
            wrong_purchase(&init, purse, units, self.ttc)
        }
    }

    fn update(&self, right: bool) -> CardCommand<'static> {
        let (balance, limit, key) = (amount(0), Limit::ZERO, KeyRef::default());
        let mac1 = Mac([0; 4]);
        let unknown = InitUpdate { balance, otc: 0, limit, key, icc: Icc([0; 4]), mac1 };
        let (init, limit) = self.init_update.unwrap_or((unknown, 0));
        if right {
            CardCommand::UpdateOverdrawLimit(right_update(&init, limit))
        } else {
            wrong_update(&init, limit)
        }
    }

    /// Asks for the last transaction of the kind, or for the one before it.
    pub(crate) fn prove(&self, what: Money, purse: Purse, old: bool) -> CardCommand<'static> {
        let view = self.card.view();
        let (kind, purse) = match what {
            Money::Load => (Kind::Load, purse),
            Money::Unload => (Kind::Unload, purse),
            Money::Purchase => (Kind::Purchase, purse),
            Money::Limit => (Kind::Overdraft, Purse::Ed),
        };
        let tag = kind.of(purse);
        // The log is the other witness of what was last: the proof must be of its newest record of that tag.
        let logged = view.log.records().find(|record| record.tag == tag);
        let last = logged.map_or_else(
            || view.proofs.of(tag).map_or(0, |proved| proved.sequence),
            |record| record.sequence,
        );
        CardCommand::GetTransactionProve { tag, sequence: last.wrapping_sub(u16::from(old)) }
    }
}
