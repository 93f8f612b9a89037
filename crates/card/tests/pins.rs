//! CHANGE PIN, RELOAD PIN, UNBLOCK PIN (protocol §7).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use card::{Card, PowerLost};
use nvm::memory::{Fill, Tear};
use support::*;
use wire::{CardCommand, Purse};

fn with_pin() -> TestCard {
    let mut card = fresh();
    select_and_verify(&mut card);
    card
}

fn blocked() -> TestCard {
    let mut card = with_pin();
    for _ in 0..3 {
        word(&mut card, &VERIFY_WRONG);
    }
    assert_eq!(card.view().pin_tries, 0);
    card
}

/// The new PIN is the PIN, the old one is none, all tries are there, and nothing is verified yet.
fn is_new(mut card: TestCard) {
    assert_eq!(card.view().pin_tries, 3);
    assert_eq!(word(&mut card, &init_refuel(Purse::Ed)), 0x6982, "the new PIN is not verified");
    let mut card = power_cycle(card);
    select(&mut card);
    assert_eq!(word(&mut card, &VERIFY), 0x63C2);
    expect(&mut card, &VERIFY_NEW);
    begin(&mut card, Purse::Ed);
}

#[test]
fn the_holder_changes_the_pin_with_the_old_one() {
    let mut card = with_pin();
    assert_eq!(word(&mut card, &VERIFY_WRONG), 0x63C2);
    expect(&mut card, &CHANGE);
    is_new(card);
}

#[test]
fn wrong_old_pins_count_as_wrong_pins() {
    let mut card = with_pin();
    assert_eq!(word(&mut card, &CHANGE_WRONG), 0x63C2);
    assert_eq!(word(&mut card, &init_refuel(Purse::Ed)), 0x6982, "a wrong PIN drops the success");
    assert_eq!(word(&mut card, &VERIFY_WRONG), 0x63C1);
    assert_eq!(word(&mut card, &CHANGE_WRONG), 0x63C0);
    assert_eq!(word(&mut card, &CHANGE), 0x6983);
    assert_eq!(word(&mut card, &VERIFY), 0x6983);
}

#[test]
fn digits_that_are_no_pin_do_not_count() {
    let mut card = with_pin();
    for command in [
        CardCommand::ChangePin { old: &[0x12, 0x3A], new: &NEW_PIN },
        CardCommand::ChangePin { old: &RIGHT_PIN, new: &[0x12, 0x3F] },
        CardCommand::ReloadPin { digits: &[0xAB, 0xCD], mac: wire::Mac([0; 4]) },
    ] {
        assert_eq!(word(&mut card, &command), 0x6A80, "{command:?}");
    }
    assert_eq!((card.view().pin_tries, card.view().message_failures), (3, 0));
    begin(&mut card, Purse::Ed);
}

#[test]
fn the_issuer_reloads_a_pin() {
    let mut card = with_pin();
    assert_eq!(word(&mut card, &spoiled(reload())), 0x6988);
    begin(&mut card, Purse::Ed);
    expect(&mut card, &reload());
    is_new(card);
}

/// The code of RELOAD PIN holds no challenge, so it may come from who heard it before.
#[test]
fn a_reload_does_not_free_a_blocked_pin() {
    let mut card = blocked();
    assert_eq!(word(&mut card, &reload()), 0x6983);
    assert_eq!(card.view().pin_tries, 0);
}

#[test]
fn the_issuer_unblocks_a_pin_with_a_new_one() {
    for mut card in [blocked(), with_pin()] {
        assert_eq!(word(&mut card, &unblock_pin([0; 4])), 0x6985, "no challenge");
        let number = challenge(&mut card);
        expect(&mut card, &unblock_pin(number));
        is_new(card);
    }
}

#[test]
fn a_right_code_over_no_pin_changes_nothing() {
    let mut card = blocked();
    let key = keys().pin_unblock.key;
    for block in [[3, 0x12, 0x34, 0x5A, 0x80, 0, 0, 0], [0; 8], [2, 0x12, 0x3F, 0x80, 0, 0, 0, 0]] {
        let number = challenge(&mut card);
        let command = unblock_pin_with(key.encrypt(block), number);
        assert_eq!(word(&mut card, &command), 0x6A80, "{block:02X?}");
        let number = challenge(&mut card);
        expect(&mut card, &external(number));
    }
    assert_eq!(card.view().pin_tries, 0);
}

#[test]
fn a_grey_card_takes_a_new_pin() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 1);
    expect(&mut card, &CHANGE);
    debit(&mut card, 1);
}

type Change = fn(&mut TestCard) -> CardCommand<'static>;

/// Power fails at every byte of every write of a change: the PIN is the old one or the new one, and no third.
#[test]
fn a_torn_change_leaves_one_of_the_two_pins() {
    let changes: [(Change, &str); 3] = [
        (|_| CHANGE, "CHANGE PIN"),
        (|_| reload(), "RELOAD PIN"),
        (|card| unblock_pin(challenge(card)), "UNBLOCK PIN"),
    ];
    let mut pins = [0, 0];
    for (change, name) in changes {
        for (write, at) in (1..=4).flat_map(|write| (0..=588).map(move |at| (write, at))) {
            let mut card = fresh();
            select(&mut card);
            let command = change(&mut card);
            card.nvm_mut().arm(Tear { write, at, fill: Fill::Half });
            assert_eq!(card.transmit(&command.encode()), Err(PowerLost));
            let mut ram = card.into_nvm();
            ram.power_on();
            let mut card = Card::power_on(ram).unwrap();
            select(&mut card);
            let new = word(&mut card, &VERIFY_NEW) == 0x9000;
            assert!(new || word(&mut card, &VERIFY) == 0x9000, "{name} {write} {at}");
            assert!(if new { write >= 3 } else { write <= 3 }, "{name} {write} {at}");
            pins[usize::from(new)] += 1;
        }
    }
    println!("torn PIN changes: {} kept the old one, {} the new one", pins[0], pins[1]);
    assert!(pins.iter().all(|count| *count > 500));
}
