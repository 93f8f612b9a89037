//! Where power fails: cards, and the commands that write on them.

use card::{Application, Card, View};
use crypto::Direction;
use nvm::memory::Ram;
use wire::card_command::StatusMode;
use wire::{CardCommand, Purse};

use crate::support::*;

/// A command that writes, and how the card came there.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// The card that is put in.
    pub(crate) start: fn() -> TestCard,
    /// What happens before the command, on a card just powered on; returns the command.
    pub(crate) prepare: fn(&mut Card<&mut Ram>) -> Vec<u8>,
    /// What is counted before the command takes effect.
    pub(crate) count: Count,
    /// The status word where power does not fail.
    pub(crate) word: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Count {
    Nothing,
    Error,
    Pin,
    Unblock,
}

impl Count {
    pub(crate) fn of(self, view: &View) -> View {
        let mut view = view.clone();
        match self {
            Self::Nothing => {}
            Self::Error => view.error_counter += 1,
            Self::Pin => view.pin_tries -= 1,
            Self::Unblock => view.unblock_failures += 1,
        }
        view.application = match (view.error_counter >= 3, view.unblock_failures >= 3) {
            (false, _) => Application::Open,
            (true, false) => Application::Locked,
            (true, true) => Application::LockedForGood,
        };
        view
    }
}

pub(crate) fn encoded(command: &CardCommand<'_>) -> Vec<u8> {
    command.encode().to_vec()
}

pub(crate) fn grey_ed() -> TestCard {
    let mut card = unread();
    lock(&mut card, Purse::Ed, 5);
    card
}

pub(crate) fn grey_ep() -> TestCard {
    let mut card = fresh();
    lock(&mut card, Purse::Ep, 5);
    card
}

pub(crate) fn unread() -> TestCard {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 4);
    debit(&mut card, 1_000);
    card
}

pub(crate) fn unread_online() -> TestCard {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 4);
    unlock_online(&mut card, 1_000);
    card
}

/// Two wrong codes counted: the next cut inside a right command may lock.
pub(crate) fn grey_nearly_locked() -> TestCard {
    let mut card = grey_ed();
    let command = wrong_debit(&card.view(), 1);
    for _ in 0..2 {
        assert_eq!(word(&mut card, &command), 0x9302);
    }
    card
}

pub(crate) fn locked_grey() -> TestCard {
    let mut card = grey_ed();
    lock_application_grey(&mut card);
    card
}

pub(crate) fn locked_open() -> TestCard {
    let mut card = unread();
    lock_application(&mut card);
    card
}

pub(crate) fn locked_nearly_for_good() -> TestCard {
    let mut card = locked_grey();
    for _ in 0..2 {
        let number = challenge(&mut card);
        assert_eq!(word(&mut card, &wrong_unblock(number)), 0x6988);
    }
    card
}

/// Two wrong codes counted on a card that is not grey.
pub(crate) fn nearly_locked() -> TestCard {
    let mut card = unread();
    for _ in 0..2 {
        let init = begin_purchase(&mut card, Purse::Ep, 5);
        assert_eq!(word(&mut card, &wrong_purchase(&init, Purse::Ep, 5, 9)), 0x9302);
    }
    card
}

/// A purchase of EP behind it, whose proof the next one replaces.
pub(crate) fn paid() -> TestCard {
    let mut card = fresh();
    select(&mut card);
    pay(&mut card, Purse::Ep, 17, 9);
    card
}

pub(crate) type Powered<'a> = Card<&'a mut Ram>;

pub(crate) fn verify(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&VERIFY)
}

pub(crate) fn verify_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&VERIFY_WRONG)
}

pub(crate) fn initialize_ed(card: &mut Powered<'_>) -> Vec<u8> {
    select_and_verify(card);
    encoded(&init_refuel(Purse::Ed))
}

pub(crate) fn lock_of(card: &mut Powered<'_>, purse: Purse) -> Vec<u8> {
    select_and_verify(card);
    let init = begin(card, purse);
    encoded(&right_lock(&init, purse, 6))
}

pub(crate) fn lock_ed(card: &mut Powered<'_>) -> Vec<u8> {
    lock_of(card, Purse::Ed)
}

pub(crate) fn lock_ep(card: &mut Powered<'_>) -> Vec<u8> {
    lock_of(card, Purse::Ep)
}

pub(crate) fn lock_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select_and_verify(card);
    let init = begin(card, Purse::Ed);
    encoded(&wrong_lock(&init, Purse::Ed, 6))
}

pub(crate) fn debit_some(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&CardCommand::DebitForRefuel(right_debit(&card.view(), 321)))
}

pub(crate) fn debit_nothing(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&CardCommand::DebitForRefuel(right_debit(&card.view(), 0)))
}

pub(crate) fn debit_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&wrong_debit(&card.view(), 321))
}

pub(crate) fn clear(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&CardCommand::GetGreyStatus(StatusMode::ReadAndClear))
}

pub(crate) fn initialize_unlock(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&init_unlock(Purse::Ed))
}

pub(crate) fn grey_purse(card: &Powered<'_>) -> Purse {
    card.view().lock().unwrap().terms.purse
}

pub(crate) fn unlock_some(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    let purse = grey_purse(card);
    let init = begin_unlock(card, purse);
    encoded(&CardCommand::DebitForUnlock(right_unlock(&init, purse, 321)))
}

pub(crate) fn unlock_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    let init = begin_unlock(card, Purse::Ed);
    encoded(&wrong_unlock(&init, Purse::Ed, 321))
}

pub(crate) fn challenge_4(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&CardCommand::GetChallenge { len: 4 })
}

pub(crate) fn challenge_8(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    encoded(&CardCommand::GetChallenge { len: 8 })
}

pub(crate) fn unblock(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    let number = challenge(card);
    encoded(&right_unblock(number))
}

pub(crate) fn unblock_wrong(card: &mut Powered<'_>) -> Vec<u8> {
    select(card);
    let number = challenge(card);
    encoded(&wrong_unblock(number))
}

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
