//! Blocks, authentication and EF 15 (protocol §5, §7): what each answers and leaves.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use card::Application;
use support::*;
use wire::card_command::StatusMode;
use wire::{CardCommand, Date, GreyState, Purse};

fn selected() -> TestCard {
    let mut card = fresh();
    select(&mut card);
    card
}

fn send_with_challenge(card: &mut TestCard, command: fn([u8; 4]) -> CardCommand<'static>) -> u16 {
    let number = challenge(card);
    word(card, &command(number))
}

#[test]
fn a_block_locks_the_application_and_the_centre_unblocks_it() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 1);
    let before = card.view();
    assert_eq!(send_with_challenge(&mut card, block), 0x9000);
    assert_eq!(card.view().application, Application::Locked);
    assert_eq!(card.view().purses, before.purses, "grey as before");
    assert_eq!(send_with_challenge(&mut card, block), 0x6A81);
    let mut card = power_cycle(card);
    assert_eq!(word(&mut card, &SELECT), 0x6283);
    assert_eq!(status(&mut card, StatusMode::Read).state, GreyState::Grey);
    assert_eq!(send_with_challenge(&mut card, right_unblock), 0x9000);
    assert_eq!(card.view().application, Application::Open);
    debit(&mut card, 1);
}

#[test]
fn a_blocked_card_answers_nothing_any_more() {
    let mut card = selected();
    let purses = card.view().purses;
    assert_eq!(send_with_challenge(&mut card, card_block), 0x9000);
    let mut card = power_cycle(card);
    for command in [
        SELECT,
        CardCommand::SelectFile { id: 0x3F00, le: None },
        CardCommand::GetBalance(Purse::Ed),
        CardCommand::GetChallenge { len: 4 },
        CardCommand::GetGreyStatus(StatusMode::Read),
        right_unblock([0; 4]),
    ] {
        assert_eq!(word(&mut card, &command), 0x6A81, "{command:?}");
    }
    assert_eq!(word(&mut card, &CardCommand::GetResponse), 0x6985);
    assert_eq!(transmit(&mut card, &[0x40, 0, 0, 0]).1, 0x6E00, "bytes come first");
    assert_eq!((card.view().application, card.view().purses), (Application::CardBlocked, purses));
}

/// Grey money is freed first (protocol §5).
#[test]
fn a_grey_card_is_not_blocked() {
    let mut card = fresh();
    lock(&mut card, Purse::Ep, 1);
    assert_eq!(send_with_challenge(&mut card, card_block), 0x6985);
    debit(&mut card, 1);
    assert_eq!(send_with_challenge(&mut card, card_block), 0x9000);
}

/// Every message of the issuer is counted before it is compared, apart from the codes of money; the third wrong one in
/// a row locks the application until the centre unblocks it.
#[test]
fn three_wrong_messages_lock_the_application() {
    let wrong: [fn([u8; 4]) -> CardCommand<'static>; 6] = [
        |number| spoiled(block(number)),
        |number| spoiled(card_block(number)),
        |number| spoiled(external(number)),
        |number| spoiled(protected_update(number)),
        |number| spoiled(unblock_pin(number)),
        |_| spoiled(reload()),
    ];
    for wrong in wrong {
        let mut card = selected();
        for count in 1..=3 {
            assert_eq!(send_with_challenge(&mut card, wrong), 0x6988);
            let view = card.view();
            assert_eq!((view.message_failures, view.unblock_failures), (count, 0));
            assert_eq!((view.error_counter, view.pin_tries), (0, 3));
            card = power_cycle(card);
            select(&mut card);
        }
        assert_eq!(send_with_challenge(&mut card, wrong), 0x6A81);
        assert_eq!(card.view().application, Application::Locked);
        assert_eq!(send_with_challenge(&mut card, right_unblock), 0x9000);
        assert_eq!((card.view().message_failures, card.view().application), (0, Application::Open));
    }
}

#[test]
fn a_right_message_sets_the_count_back() {
    let right: [fn([u8; 4]) -> CardCommand<'static>; 5] =
        [block, external, protected_update, unblock_pin, |_| reload()];
    for right in right {
        let mut card = selected();
        for _ in 0..2 {
            send_with_challenge(&mut card, |number| spoiled(card_block(number)));
        }
        assert_eq!(card.view().message_failures, 2);
        assert_eq!(send_with_challenge(&mut card, right), 0x9000);
        assert_eq!(card.view().message_failures, 0);
    }
}

/// A code holds for its command, its data and its challenge, and for nothing else.
#[test]
fn a_code_of_another_message_is_wrong() {
    let mut card = selected();
    let old = challenge(&mut card);
    let number = challenge(&mut card);
    assert_eq!(word(&mut card, &block(old)), 0x6988);
    assert_eq!(word(&mut card, &block(number)), 0x6985, "the challenge is used up");
    let number = challenge(&mut card);
    let CardCommand::ApplicationUnblock { mac } = right_unblock(number) else { panic!() };
    assert_eq!(word(&mut card, &CardCommand::ApplicationBlock { mac }), 0x6988);
    let mut card = selected();
    let number = challenge(&mut card);
    let CardCommand::UpdateBinaryProtected { mac, .. } = protected_update(number) else { panic!() };
    let moved = CardCommand::UpdateBinaryProtected {
        sfi: 0x15,
        offset: EXPIRY_AT - 4,
        data: &NEW_EXPIRY,
        mac,
    };
    assert_eq!(word(&mut card, &moved), 0x6988);
    assert_eq!(card.view().public, public_data());
}

#[test]
fn ef_15_is_written_under_a_code_or_after_authentication() {
    let expiry = Date::from_bytes(NEW_EXPIRY).unwrap();
    let mut card = selected();
    assert_eq!(word(&mut card, &plain_update()), 0x6982);
    assert_eq!(send_with_challenge(&mut card, protected_update), 0x9000);
    assert_eq!(word(&mut card, &plain_update()), 0x6982, "a code opens one command");
    let mut card = power_cycle(card);
    assert_eq!(card.view().public.expiry, expiry);
    let (fci, _) = send(&mut card, &SELECT);
    let file = expect(&mut card, &CardCommand::ReadBinary { sfi: 0x15, offset: 0 });
    assert_eq!(file, card.view().public.encode().to_vec());
    assert!(fci.ends_with(&file), "the FCI has the file of today");

    let mut card = selected();
    assert_eq!(send_with_challenge(&mut card, external), 0x9000);
    expect(&mut card, &CardCommand::GetBalance(Purse::Ed));
    expect(&mut card, &plain_update());
    expect(&mut card, &plain_update());
    assert_eq!(card.view().public.expiry, expiry);
    send_with_challenge(&mut card, |number| spoiled(external(number)));
    assert_eq!(word(&mut card, &plain_update()), 0x6982, "a wrong code drops the right");
    assert_eq!(send_with_challenge(&mut card, external), 0x9000);
    select(&mut card);
    assert_eq!(word(&mut card, &plain_update()), 0x6982, "so does SELECT");
}

/// What the keys were dispersed by stays, and the file stays one that every terminal can read.
#[test]
fn what_names_the_card_cannot_be_written() {
    let rows: [(u8, u8, &'static [u8], u16); 10] = [
        (0x15, 0, &[0x11], 0x6A80),
        (0x15, 19, &[0x91], 0x6A80),
        (0x15, 28, &[2], 0x6A80),
        (0x15, 29, &[1], 0x6A80),
        (0x15, 26, &[0x13], 0x6A80),
        (0x15, 0, &[0x10], 0x9000),
        (0x15, 8, &[2, 3], 0x9000),
        (0x15, 27, &NEW_EXPIRY, 0x6B00),
        (0x18, 0, &[0], 0x6981),
        (0x16, 0, &[0], 0x6A82),
    ];
    for (sfi, offset, data, expected) in rows {
        let mut card = selected();
        let number = challenge(&mut card);
        let found = word(&mut card, &protected(sfi, offset, data, number));
        assert_eq!(found, expected, "protected, file {sfi:02X} offset {offset}");
        let mut card = selected();
        send_with_challenge(&mut card, external);
        let found = word(&mut card, &CardCommand::UpdateBinary { sfi, offset, data });
        assert_eq!(found, expected, "plain, file {sfi:02X} offset {offset}");
        assert_eq!(card.view().public.asn(), public_data().asn());
    }
}

#[test]
fn the_card_proves_its_internal_key() {
    let mut card = selected();
    for data in [[0; 8], *b"GREYLOCK"] {
        let answer = expect(&mut card, &CardCommand::InternalAuthenticate { data });
        assert_eq!(answer, keys().internal.key.encrypt(data));
    }
}

/// A key of a suite that the card does not compute is none (protocol §4).
#[test]
fn keys_of_another_suite_answer_9403() {
    let mut profile = profile();
    let keys = &mut profile.keys;
    for key in [
        &mut keys.load,
        &mut keys.unload,
        &mut keys.overdraft,
        &mut keys.pin_unblock,
        &mut keys.pin_reload,
        &mut keys.maintenance,
        &mut keys.internal,
    ] {
        key.algorithm = 0x30;
    }
    let mut card = personalised(&profile);
    select_and_verify(&mut card);
    let data = initialize_amount(Purse::Ed, 1);
    for command in [
        CardCommand::InitializeForLoad(data),
        CardCommand::InitializeForUnload(data),
        INIT_UPDATE,
        CardCommand::InternalAuthenticate { data: [0; 8] },
        reload(),
    ] {
        assert_eq!(word(&mut card, &command), 0x9403, "{command:?}");
    }
    for command in [block, card_block, external, protected_update, unblock_pin] {
        assert_eq!(send_with_challenge(&mut card, command), 0x9403);
    }
    assert_eq!(card.view().message_failures, 0);
}
