//! Where power fails: cards, and the commands that write on them.

use card::{Application, Card, View};
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
    Message,
}

impl Count {
    pub(crate) fn of(self, view: &View) -> View {
        let mut view = view.clone();
        match self {
            Self::Nothing => {}
            Self::Error => view.error_counter += 1,
            Self::Pin => view.pin_tries -= 1,
            Self::Unblock => view.unblock_failures += 1,
            Self::Message => view.message_failures += 1,
        }
        let locked = view.error_counter >= 3 || view.message_failures >= 3;
        view.application = match (locked, view.unblock_failures >= 3) {
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
