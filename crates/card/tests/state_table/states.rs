//! Cards in every state of the table.

use crypto::Direction;
use wire::response::{InitLoad, InitRefuel, InitUnlock, InitUpdate};
use wire::{CardCommand, Purse};

use crate::support::*;

/// What the INITIALIZE of load, unload and purchase asked for.
pub(crate) const AMOUNT: u32 = 5;

/// A card in a state, and what its last answers are good for.
pub(crate) struct Prepared {
    pub(crate) card: TestCard,
    pub(crate) init: Option<InitRefuel>,
    pub(crate) init_unlock: Option<InitUnlock>,
    pub(crate) init_load: Option<InitLoad>,
    pub(crate) init_update: Option<InitUpdate>,
    pub(crate) challenge: [u8; 4],
}

impl From<TestCard> for Prepared {
    fn from(card: TestCard) -> Self {
        Self {
            card,
            init: None,
            init_unlock: None,
            init_load: None,
            init_update: None,
            challenge: [0; 4],
        }
    }
}

fn selected(mut card: TestCard) -> TestCard {
    select(&mut card);
    card
}

fn with_pin() -> TestCard {
    let mut card = fresh();
    select_and_verify(&mut card);
    card
}

fn switched() -> TestCard {
    let mut card = with_pin();
    switch(&mut card);
    select_and_verify(&mut card);
    card
}

fn grey(purse: Purse) -> TestCard {
    let mut card = fresh();
    lock(&mut card, purse, 1);
    card
}

fn cold_grey(purse: Purse) -> TestCard {
    selected(power_cycle(grey(purse)))
}

fn locked_grey() -> TestCard {
    let mut card = grey(Purse::Ed);
    lock_application_grey(&mut card);
    selected(power_cycle(card))
}

pub(crate) fn in_state(column: &str) -> Prepared {
    SWITCHED.set(false);
    match column {
        "none" => fresh().into(),
        "open" => selected(fresh()).into(),
        "pin" => with_pin().into(),
        "preref" => pre_refuelling(),
        "grey" => grey(Purse::Ed).into(),
        "cold" => cold_grey(Purse::Ed).into(),
        "other" => cold_grey(Purse::Ep).into(),
        "preunl" => pre_unlock(),
        "chall" => challenged(with_pin()),
        "gchal" => challenged(grey(Purse::Ed)),
        "schal" => challenged(switched()),
        "preld" => pre_transfer(Direction::Load),
        "preun" => pre_transfer(Direction::Unload),
        "prepu" => pre_purchase(),
        "preup" => pre_update(),
        "locked" => locked().into(),
        "lgrey" => locked_grey().into(),
        "lchall" => challenged(locked_grey()),
        _ => after(column),
    }
}

/// States with a history of their own.
fn after(column: &str) -> Prepared {
    let mut card = with_pin();
    match column {
        "dir" => {
            assert_eq!(word(&mut card, &CardCommand::SelectFile { id: 0x3F00, le: None }), 0x9000);
        }
        "wrong" => assert_eq!(word(&mut card, &VERIFY_WRONG), 0x63C2),
        "block" => {
            for left in (0..3).rev() {
                assert_eq!(word(&mut card, &VERIFY_WRONG), 0x63C0 + left);
            }
        }
        "tac93" => {
            lock(&mut card, Purse::Ed, 1);
            debit(&mut card, 9);
        }
        "tac95" => {
            lock(&mut card, Purse::Ed, 1);
            unlock_online(&mut card, 9);
        }
        "auth" => {
            select(&mut card);
            let number = challenge(&mut card);
            expect(&mut card, &external(number));
        }
        "dead" => {
            let number = challenge(&mut card);
            expect(&mut card, &card_block(number));
            return power_cycle(card).into();
        }
        "good" => return locked_for_good(),
        other => panic!("no state {other}"),
    }
    card.into()
}

fn locked() -> TestCard {
    let mut card = fresh();
    lock_application(&mut card);
    selected(power_cycle(card))
}

fn locked_for_good() -> Prepared {
    let mut card = locked_grey();
    for _ in 0..3 {
        let number = challenge(&mut card);
        assert_eq!(word(&mut card, &wrong_unblock(number)), 0x6988);
    }
    challenged(card)
}

fn challenged(mut card: TestCard) -> Prepared {
    let challenge = challenge(&mut card);
    Prepared { challenge, ..card.into() }
}

fn pre_refuelling() -> Prepared {
    let mut card = with_pin();
    let init = begin(&mut card, Purse::Ed);
    Prepared { init: Some(init), ..card.into() }
}

fn pre_unlock() -> Prepared {
    let mut card = cold_grey(Purse::Ed);
    let init = begin_unlock(&mut card, Purse::Ed);
    Prepared { init_unlock: Some(init), ..card.into() }
}

fn pre_transfer(direction: Direction) -> Prepared {
    let mut card = with_pin();
    let init = begin_transfer(&mut card, direction, Purse::Ed, AMOUNT);
    Prepared { init_load: Some(init), ..card.into() }
}

fn pre_purchase() -> Prepared {
    let mut card = with_pin();
    let init = begin_purchase(&mut card, Purse::Ed, AMOUNT);
    Prepared { init: Some(init), ..card.into() }
}

fn pre_update() -> Prepared {
    let mut card = with_pin();
    let init = begin_update(&mut card);
    Prepared { init_update: Some(init), ..card.into() }
}
