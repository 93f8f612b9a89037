//! Where power fails: load, unload, purchase, overdraft limit.

use crypto::Direction;
use wire::{CardCommand, Purse};

use crate::scenarios::{Powered, encoded};
use crate::support::*;

pub(crate) fn initialize_load(card: &mut Powered<'_>) -> Vec<u8> {
    select_and_verify(card);
    encoded(&init_transfer(Direction::Load, initialize_amount(Purse::Ed, 321)))
}

pub(crate) fn initialize_unload(card: &mut Powered<'_>) -> Vec<u8> {
    select_and_verify(card);
    encoded(&init_transfer(Direction::Unload, initialize_amount(Purse::Ep, 321)))
}

pub(crate) fn initialize_purchase(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&CardCommand::InitializeForPurchase(initialize_amount(Purse::Ep, 321)))
}

pub(crate) fn initialize_update(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&INIT_UPDATE)
}

fn transfer_of(card: &mut Powered<'_>, direction: Direction) -> Vec<u8> {
    select_and_verify(card);
    let init = begin_transfer(card, direction, Purse::Ed, 321);
    encoded(&right_transfer(direction, &init, Purse::Ed, 321))
}

pub(crate) fn load_ed(card: &mut Powered<'_>) -> Vec<u8> {
    transfer_of(card, Direction::Load)
}

pub(crate) fn unload_ed(card: &mut Powered<'_>) -> Vec<u8> {
    transfer_of(card, Direction::Unload)
}

pub(crate) fn load_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select_and_verify(card);
    let init = begin_transfer(card, Direction::Load, Purse::Ed, 321);
    encoded(&wrong_transfer(Direction::Load, &init, Purse::Ed, 321))
}

pub(crate) fn purchase_ed(card: &mut Powered<'_>) -> Vec<u8> {
    select_and_verify(card);
    let init = begin_purchase(card, Purse::Ed, 321);
    encoded(&CardCommand::DebitForPurchase(right_purchase(&init, Purse::Ed, 321, 6)))
}

pub(crate) fn purchase_ep(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    let init = begin_purchase(card, Purse::Ep, 321);
    encoded(&CardCommand::DebitForPurchase(right_purchase(&init, Purse::Ep, 321, 6)))
}

pub(crate) fn purchase_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    let init = begin_purchase(card, Purse::Ep, 321);
    encoded(&wrong_purchase(&init, Purse::Ep, 321, 6))
}

fn update_to(card: &mut Powered<'_>, limit: u32) -> Vec<u8> {
    select(card);
    let init = begin_update(card);
    encoded(&CardCommand::UpdateOverdrawLimit(right_update(&init, limit)))
}

pub(crate) fn raise_limit(card: &mut Powered<'_>) -> Vec<u8> {
    update_to(card, ED_LIMIT + 700)
}

pub(crate) fn lower_limit(card: &mut Powered<'_>) -> Vec<u8> {
    update_to(card, 0)
}

pub(crate) fn update_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    let init = begin_update(card);
    encoded(&wrong_update(&init, 9))
}
