//! Load, unload, purchase and overdraft limit as right PSAMs, terminals and the centre send them.

use card::Card;
use crypto::overdraft::Change;
use crypto::{Direction, Online, Purchase, SessionKey, Transfer};
use nvm::Nvm;
use wire::card_command::{DebitForPurchase, Decided, InitializeAmount, UpdateOverdrawLimit};
use wire::response::{InitLoad, InitPurchase, InitUpdate, Proof};
use wire::{CardCommand, Date, Limit, Purse, Tag, Time, Ttc};

use super::*;

pub(crate) fn money_time() -> (Date, Time) {
    (Date::new(2026, 4, 1).unwrap(), Time::new(12, 30, 45).unwrap())
}

pub(crate) fn initialize_amount(purse: Purse, units: u32) -> InitializeAmount {
    InitializeAmount { purse, key_index: SEED_KEY, amount: amount(units), tid: TID }
}

pub(crate) fn init_transfer(direction: Direction, data: InitializeAmount) -> CardCommand<'static> {
    match direction {
        Direction::Load => CardCommand::InitializeForLoad(data),
        Direction::Unload => CardCommand::InitializeForUnload(data),
    }
}

pub(crate) fn begin_transfer<N: Nvm>(
    card: &mut Card<N>,
    direction: Direction,
    purse: Purse,
    units: u32,
) -> InitLoad {
    let command = init_transfer(direction, initialize_amount(purse, units));
    InitLoad::parse(&expect(card, &command)).unwrap()
}

pub(crate) fn transfer_terms(direction: Direction, purse: Purse, units: u32) -> Transfer {
    Transfer { direction, purse, amount: amount(units), tid: TID }
}

pub(crate) fn transfer_session(direction: Direction, init: &InitLoad) -> SessionKey {
    let keys = keys();
    let key = match direction {
        Direction::Load => keys.load.key,
        Direction::Unload => keys.unload.key,
    };
    SessionKey::online(direction.session(), &key, init.icc, init.otc, TID)
}

fn completing(direction: Direction, data: Decided) -> CardCommand<'static> {
    match direction {
        Direction::Load => CardCommand::CreditForLoad(data),
        Direction::Unload => CardCommand::DebitForUnload(data),
    }
}

fn decided(direction: Direction, init: &InitLoad, purse: Purse, units: u32) -> Decided {
    let (date, time) = money_time();
    let session = transfer_session(direction, init);
    let mac2 = transfer_terms(direction, purse, units).mac2(&session, date, time);
    Decided { date, time, mac2 }
}

/// CREDIT FOR LOAD, or DEBIT FOR UNLOAD, as the centre decides it.
pub(crate) fn right_transfer(
    direction: Direction,
    init: &InitLoad,
    purse: Purse,
    units: u32,
) -> CardCommand<'static> {
    completing(direction, decided(direction, init, purse, units))
}

pub(crate) fn wrong_transfer(
    direction: Direction,
    init: &InitLoad,
    purse: Purse,
    units: u32,
) -> CardCommand<'static> {
    let right = decided(direction, init, purse, units);
    completing(direction, Decided { mac2: flip(right.mac2), ..right })
}

pub(crate) fn begin_purchase<N: Nvm>(card: &mut Card<N>, purse: Purse, units: u32) -> InitPurchase {
    let command = CardCommand::InitializeForPurchase(initialize_amount(purse, units));
    InitPurchase::parse(&expect(card, &command)).unwrap()
}

pub(crate) fn purchase_terms(purse: Purse, units: u32, ttc: u32) -> Purchase {
    let (date, time) = money_time();
    Purchase { purse, amount: amount(units), tid: TID, ttc: Ttc(ttc), date, time }
}

pub(crate) fn sespk(init: &InitPurchase, key_index: u8, ttc: u32) -> SessionKey {
    SessionKey::offline(&consumption(key_index), init.icc, init.ctc, Ttc(ttc), TID)
}

/// DEBIT FOR PURCHASE as the PSAM allows it.
pub(crate) fn right_purchase(
    init: &InitPurchase,
    purse: Purse,
    units: u32,
    ttc: u32,
) -> DebitForPurchase {
    let terms = purchase_terms(purse, units, ttc);
    let mac1 = terms.mac1(&sespk(init, SEED_KEY, ttc));
    DebitForPurchase { ttc: terms.ttc, date: terms.date, time: terms.time, mac1 }
}

pub(crate) fn wrong_purchase(
    init: &InitPurchase,
    purse: Purse,
    units: u32,
    ttc: u32,
) -> CardCommand<'static> {
    let right = right_purchase(init, purse, units, ttc);
    CardCommand::DebitForPurchase(DebitForPurchase { mac1: flip(right.mac1), ..right })
}

pub(crate) const INIT_UPDATE: CardCommand<'static> =
    CardCommand::InitializeForUpdate { key_index: SEED_KEY, tid: TID };

pub(crate) fn begin_update<N: Nvm>(card: &mut Card<N>) -> InitUpdate {
    InitUpdate::parse(&expect(card, &INIT_UPDATE)).unwrap()
}

pub(crate) fn change_terms(limit: u32) -> Change {
    let (date, time) = money_time();
    Change { purse: Purse::Ed, limit: Limit::new(limit).unwrap(), tid: TID, date, time }
}

pub(crate) fn sesodk(init: &InitUpdate) -> SessionKey {
    SessionKey::online(Online::Overdraft, &keys().overdraft.key, init.icc, init.otc, TID)
}

/// UPDATE OVERDRAW LIMIT as the centre decides it.
pub(crate) fn right_update(init: &InitUpdate, limit: u32) -> UpdateOverdrawLimit {
    let Change { limit, date, time, .. } = change_terms(limit);
    let mac2 = change_terms(limit.units()).mac2(&sesodk(init));
    UpdateOverdrawLimit { limit, date, time, mac2 }
}

pub(crate) fn wrong_update(init: &InitUpdate, limit: u32) -> CardCommand<'static> {
    let right = right_update(init, limit);
    CardCommand::UpdateOverdrawLimit(UpdateOverdrawLimit { mac2: flip(right.mac2), ..right })
}

pub(crate) fn prove<N: Nvm>(card: &mut Card<N>, tag: Tag, sequence: u16) -> Result<Proof, u16> {
    let (data, word) = send(card, &CardCommand::GetTransactionProve { tag, sequence });
    if word == 0x9000 { Ok(Proof::parse(&data).unwrap()) } else { Err(word) }
}

// --- whole steps, on a card whose PIN is verified ---------------------------------------------------------------------

pub(crate) fn transfer<N: Nvm>(
    card: &mut Card<N>,
    direction: Direction,
    purse: Purse,
    units: u32,
) -> Vec<u8> {
    let init = begin_transfer(card, direction, purse, units);
    expect(card, &right_transfer(direction, &init, purse, units))
}

pub(crate) fn pay<N: Nvm>(card: &mut Card<N>, purse: Purse, units: u32, ttc: u32) -> Vec<u8> {
    let init = begin_purchase(card, purse, units);
    expect(card, &CardCommand::DebitForPurchase(right_purchase(&init, purse, units, ttc)))
}

pub(crate) fn set_limit<N: Nvm>(card: &mut Card<N>, limit: u32) -> Vec<u8> {
    let init = begin_update(card);
    expect(card, &CardCommand::UpdateOverdrawLimit(right_update(&init, limit)))
}
