//! SWITCH KEYS (protocol §7): all keys of a card go over to the next ones, at once and for good.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use card::{NextKeys, Profile, View};
use crypto::message::{SecureMessage, internal_authenticate};
use crypto::{Direction, mac};
use support::*;
use wire::card_command::StatusMode;
use wire::{CardCommand, GreyState, Mac, Purse, Suite};

fn selected() -> TestCard {
    let mut card = fresh();
    select_and_verify(&mut card);
    card
}

fn try_switch(card: &mut TestCard, version: u8) -> u16 {
    let number = challenge(card);
    word(card, &switch_to(version, number))
}

/// What SWITCH KEYS leaves as it was: all but the keys, and what is counted with every message.
fn untouched(view: &View) -> View {
    View {
        maintenance_key: wire::KeyRef::default(),
        next_key: None,
        numbers_drawn: 0,
        message_failures: 0,
        ..view.clone()
    }
}

/// A whole life under the keys in use.
fn every_story(card: &mut TestCard, ttc: u32) {
    select_and_verify(card);
    transfer(card, Direction::Load, Purse::Ed, 500);
    transfer(card, Direction::Unload, Purse::Ep, 40);
    pay(card, Purse::Ed, 30, ttc);
    set_limit(card, 6_000);
    lock(card, Purse::Ep, ttc + 1);
    debit(card, 20);
    lock(card, Purse::Ed, ttc + 2);
    unlock_online(card, 10);
    for right in [external, protected_update, unblock_pin] {
        let number = challenge(card);
        expect(card, &right(number));
    }
    let data = [7; 8];
    let answer = expect(card, &CardCommand::InternalAuthenticate { data });
    assert_eq!(answer, internal_authenticate(&keys().internal.key, data));
    expect(card, &CardCommand::ChangePin { old: &NEW_PIN, new: &RIGHT_PIN });
    lock_application(card);
    let number = challenge(card);
    expect(card, &right_unblock(number));
}

#[test]
fn every_story_goes_on_under_the_next_keys() {
    for suite in Suite::ALL {
        SUITE.set(suite);
        let mut card = fresh();
        every_story(&mut card, 1);
        let before = card.view();
        assert_eq!(before.next_key.unwrap().version, NEXT_VERSION);
        switch(&mut card);
        assert_eq!(untouched(&card.view()), untouched(&before));
        let mut card = power_cycle(card);
        every_story(&mut card, 10);
        let view = card.view();
        assert_eq!((view.maintenance_key.version, view.next_key), (NEXT_VERSION, None));
        assert_ne!(view.maintenance_key.algorithm, before.maintenance_key.algorithm);
    }
}

/// An answer of INITIALIZE names the version in use, and nothing of the old keys is obeyed any more.
#[test]
fn no_key_of_the_set_that_was_left_opens_anything() {
    let mut card = selected();
    assert_eq!(begin(&mut card, Purse::Ed).key, wire::KeyRef { version: 1, algorithm: 0 });
    let old = keys().maintenance.key;
    switch(&mut card);
    select_and_verify(&mut card);
    let init = begin(&mut card, Purse::Ed);
    assert_eq!(init.key, wire::KeyRef { version: 2, algorithm: 0x10 });
    SWITCHED.set(false);
    assert_eq!(word(&mut card, &right_lock(&init, Purse::Ed, 1)), 0x9302);
    let number = challenge(&mut card);
    let code = SecureMessage::ApplicationBlock.mac(&old, number);
    assert_eq!(word(&mut card, &CardCommand::ApplicationBlock { mac: code }), 0x6988);
    SWITCHED.set(true);
    lock(&mut card, Purse::Ed, 2);
}

/// The way back is closed to the issuer himself (protocol §12).
#[test]
fn there_is_no_way_back() {
    let mut card = selected();
    for (version, word) in [(0, 0x9403), (1, 0x9403), (3, 0x9403)] {
        assert_eq!(try_switch(&mut card, version), word, "before, to {version}");
    }
    switch(&mut card);
    for version in [1, 2, 3] {
        assert_eq!(try_switch(&mut card, version), 0x9403, "after, to {version}");
    }
    assert_eq!(card.view().message_failures, 0, "9403 counts nothing");
    let mut one = personalised(&Profile { next: None, ..profile() });
    select(&mut one);
    assert_eq!(try_switch(&mut one, 1), 0x9403);
}

/// Keys that the card cannot compute with would be the end of it.
#[test]
fn keys_that_the_card_does_not_understand_are_none() {
    let spoil: [fn(&mut NextKeys); 4] = [
        |next| next.keys.maintenance.algorithm = 0x30,
        |next| next.keys.tac.algorithm = 0x30,
        |next| next.keys.unlock.algorithm = 0x30,
        |next| next.keys.consumption[0] = None,
    ];
    for spoil in spoil {
        let mut profile = profile();
        spoil(profile.next.as_mut().unwrap());
        let mut card = personalised(&profile);
        select(&mut card);
        assert_eq!(try_switch(&mut card, NEXT_VERSION), 0x9403);
        assert_eq!(card.view().maintenance_key.version, 1);
    }
}

#[test]
fn a_grey_or_locked_card_is_not_switched() {
    for purse in Purse::ALL {
        let mut card = fresh();
        lock(&mut card, purse, 1);
        assert_eq!(try_switch(&mut card, NEXT_VERSION), 0x6985);
        debit(&mut card, 1);
        assert_eq!(try_switch(&mut card, NEXT_VERSION), 0x9000);
    }
    let mut card = selected();
    lock_application(&mut card);
    assert_eq!(try_switch(&mut card, NEXT_VERSION), 0x6A81);
}

#[test]
fn a_wrong_code_is_counted_and_switches_nothing() {
    let mut card = selected();
    for count in 1..=3 {
        let number = challenge(&mut card);
        assert_eq!(word(&mut card, &spoiled(switch_keys(number))), 0x6988);
        assert_eq!((card.view().message_failures, card.view().maintenance_key.version), (count, 1));
    }
    assert_eq!(try_switch(&mut card, NEXT_VERSION), 0x6A81, "the third locks the application");
}

/// The TAC was made under the old keys, and stays what it is until somebody has read it.
#[test]
fn an_unread_tac_outlives_the_switch() {
    let mut card = fresh();
    lock(&mut card, Purse::Ed, 1);
    let terms = debit_terms(&card.view(), amount(9));
    let tac = debit(&mut card, 9);
    let old = keys().tac.key.folded();
    let before = status(&mut card, StatusMode::ReadMore);
    switch(&mut card);
    let mut card = power_cycle(card);
    select(&mut card);
    let shown = status(&mut card, StatusMode::ReadMore);
    assert_eq!((shown, shown.state), (before, GreyState::Debited));
    assert_eq!((shown.b, tac.as_slice()), (terms.tac(&old), shown.b.0.as_slice()));
    lock(&mut card, Purse::Ed, 2);
    assert_eq!(status(&mut card, StatusMode::Read).state, GreyState::Grey);
}

/// EF 15 says the scheme of the keys in use, from the same moment on.
#[test]
fn the_public_data_go_over_with_the_keys() {
    let mut profile = profile();
    profile.public.fci = [1, 1];
    profile.next.as_mut().unwrap().fci = [2, 0];
    let mut card = personalised(&profile);
    select(&mut card);
    let number = challenge(&mut card);
    expect(&mut card, &protected(0x15, EXPIRY_AT, &NEW_EXPIRY, number));
    switch(&mut card);
    let mut card = power_cycle(card);
    let public = card.view().public;
    assert_eq!((public.fci, public.expiry.to_bytes()), ([2, 0], NEW_EXPIRY));
    let (fci, _) = send(&mut card, &SELECT);
    assert!(fci.ends_with(&public.encode()), "the FCI has the file of today");
}

/// What the old keys opened is closed, and so is what the PIN opened.
#[test]
fn the_session_ends_with_the_switch() {
    let mut card = selected();
    let number = challenge(&mut card);
    expect(&mut card, &external(number));
    switch(&mut card);
    assert_eq!(word(&mut card, &plain_update()), 0x6982);
    assert_eq!(word(&mut card, &init_refuel(Purse::Ed)), 0x6982);
    expect(&mut card, &CardCommand::GetBalance(Purse::Ed));
}

/// Whoever has the codes of other messages made over challenges of his own gets no SWITCH KEYS out of them, nor out of
/// one for another version (protocol §4 "Keep the inputs apart").
#[test]
fn no_other_message_is_a_switch_under_any_challenge() {
    let key = first_set().keys().maintenance.key;
    let xor = |a: [u8; 4], b: [u8; 4]| std::array::from_fn(|at| a[at] ^ b[at]);
    let headers =
        |from: [u8; 4], number: [u8; 4]| xor(xor(from, [0x84, 0x1A, 0, NEXT_VERSION]), number);
    let others: [&[u8]; 5] = [
        &[0x84, 0x18, 0, 0, 4],
        &[0x84, 0x1E, 0, 0, 4],
        &[0x00, 0x82, 0, 0],
        &[0x04, 0xD6, 0x95, 8, 5, NEXT_VERSION],
        &[0x84, 0x1A, 0, 3, 0, 3],
    ];
    for message in others {
        let mut card = selected();
        let number = challenge(&mut card);
        let header = *message.first_chunk().unwrap();
        let code: Mac = mac::secure_message(&key, headers(header, number), message);
        let command = CardCommand::SwitchKeys { version: NEXT_VERSION, mac: code };
        assert_eq!(word(&mut card, &command), 0x6988, "{message:02X?}");
    }
}
