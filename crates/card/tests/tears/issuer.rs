//! Where power fails: PINs, blocks, authentication, EF 15.

use wire::CardCommand;

use crate::scenarios::{Powered, encoded, unread};
use crate::support::*;

pub(crate) fn pin_blocked() -> TestCard {
    let mut card = fresh();
    select(&mut card);
    for left in (0..3).rev() {
        assert_eq!(word(&mut card, &VERIFY_WRONG), 0x63C0 + left);
    }
    card
}

/// Two wrong messages counted: the next cut inside a right one may lock.
pub(crate) fn messages_nearly_locked() -> TestCard {
    let mut card = unread();
    for _ in 0..2 {
        let number = challenge(&mut card);
        assert_eq!(word(&mut card, &spoiled(crate::support::external(number))), 0x6988);
    }
    card
}

pub(crate) fn change_pin(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&CHANGE)
}

pub(crate) fn change_pin_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&CHANGE_WRONG)
}

pub(crate) fn reload_pin(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&reload())
}

pub(crate) fn reload_pin_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&spoiled(reload()))
}

/// Straight after GET CHALLENGE.
fn challenged(card: &mut Powered<'_>, command: fn([u8; 4]) -> CardCommand<'static>) -> Vec<u8> {
    select(card);
    let number = challenge(card);
    encoded(&command(number))
}

pub(crate) fn unblock_pin(card: &mut Powered<'_>) -> Vec<u8> {
    challenged(card, crate::support::unblock_pin)
}

pub(crate) fn block(card: &mut Powered<'_>) -> Vec<u8> {
    challenged(card, crate::support::block)
}

pub(crate) fn block_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    challenged(card, |number| spoiled(crate::support::block(number)))
}

pub(crate) fn card_block(card: &mut Powered<'_>) -> Vec<u8> {
    challenged(card, crate::support::card_block)
}

pub(crate) fn switch(card: &mut Powered<'_>) -> Vec<u8> {
    challenged(card, switch_keys)
}

pub(crate) fn switch_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    challenged(card, |number| spoiled(switch_keys(number)))
}

pub(crate) fn external(card: &mut Powered<'_>) -> Vec<u8> {
    challenged(card, crate::support::external)
}

pub(crate) fn update_protected(card: &mut Powered<'_>) -> Vec<u8> {
    challenged(card, protected_update)
}

pub(crate) fn update(card: &mut Powered<'_>) -> Vec<u8> {
    let command = challenged(card, crate::support::external);
    assert_eq!(transmit(card, &command).1, 0x9000);
    encoded(&plain_update())
}
