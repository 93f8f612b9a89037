//! Card images of every format, kept as bytes and read again.
//!
//! A new format adds a file and keeps the old ones. `cargo test -p card --test frozen -- --ignored` writes the file of
//! the current format; do that only for a format that no release has written yet.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::path::PathBuf;

use card::{
    Application, Card, DebitKind, FORMAT_VERSION, IMAGE_LEN, IMAGE_LEN_1, IMAGE_LEN_2, IMAGE_LEN_3,
    View,
};
use crypto::Direction;
use nvm::memory::{Fill, Ram, Tear};
use support::*;
use wire::{CardCommand, Kind, Purse, Ttc};

fn path(version: u8) -> PathBuf {
    let file = format!("tests/frozen/card-format-{version}.hex");
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn frozen(version: u8) -> Vec<u8> {
    let path = path(version);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("format {version} has no frozen image {}: {error}", path.display())
    });
    hex::decode(text.split_whitespace().collect::<String>()).unwrap()
}

/// A life that fills every field of format 1: both kinds of debit, a lock, wrong codes and PINs.
fn story_1() -> TestCard {
    let mut card = fresh();
    lock(&mut card, Purse::Ep, 0x0102_0304);
    unlock_online(&mut card, 111);
    lock(&mut card, Purse::Ed, 0x0506_0708);
    debit(&mut card, 2_222);
    lock(&mut card, Purse::Ed, 0x090A_0B0C);
    let wrong = wrong_debit(&card.view(), 1);
    assert_eq!(word(&mut card, &wrong), 0x9302);
    assert_eq!(word(&mut card, &VERIFY_WRONG), 0x63C2);
    card
}

/// And the fields of format 2: a proof of every kind before it.
fn story_2() -> TestCard {
    let mut card = fresh();
    select_and_verify(&mut card);
    lived(card)
}

/// And those of format 4: the next keys, in use.
fn story() -> TestCard {
    let mut card = fresh();
    select(&mut card);
    switch(&mut card);
    select_and_verify(&mut card);
    lived(card)
}

fn lived(mut card: TestCard) -> TestCard {
    transfer(&mut card, Direction::Load, Purse::Ed, 3_333);
    transfer(&mut card, Direction::Unload, Purse::Ep, 444);
    pay(&mut card, Purse::Ep, 55, 0x0D0E_0F10);
    set_limit(&mut card, 6_666);
    lock(&mut card, Purse::Ed, 0x0506_0708);
    debit(&mut card, 2_222);
    lock(&mut card, Purse::Ed, 0x090A_0B0C);
    assert_eq!(word(&mut card, &VERIFY_WRONG), 0x63C2);
    card
}

/// Fixed section and payload: what the format lays down. How often it was committed is no part of it.
fn content<const SLOT: usize>(bytes: Vec<u8>, version: u8) -> (String, String) {
    let mut ram = Ram::holding(bytes, false);
    let header = nvm::identify(&mut ram).unwrap();
    let mut fixed = vec![0; header.fixed_len as usize];
    let spec = nvm::Spec { kind: nvm::Kind::Card, version, fixed_len: fixed.len() };
    let image = nvm::Image::<_, SLOT>::open(ram, spec, &mut fixed).unwrap();
    (hex::encode(fixed), hex::encode(image.payload()))
}

/// Size of a slot of format 4.
const SLOT: usize = 589;

#[test]
fn format_4_is_written_as_ever() {
    let found = story().into_nvm().bytes;
    assert_eq!((found.len(), FORMAT_VERSION), (IMAGE_LEN, 4));
    assert_eq!(content::<SLOT>(found, 4), content::<SLOT>(frozen(4), 4), "bytes changed");
}

#[test]
fn format_4_is_read_again() {
    let card = Card::power_on(Ram::holding(frozen(4), false)).unwrap();
    assert_eq!(card.view().maintenance_key.version, NEXT_VERSION);
    reads_again(card, &story().view());
}

/// Formats 2 and 3 differ in what they keep of a lock of suites 10 and 20, which this story has not. No card of theirs
/// has next keys.
#[test]
fn formats_2_and_3_are_migrated_and_go_on() {
    for (version, len) in [(2, IMAGE_LEN_2), (3, IMAGE_LEN_3)] {
        assert_eq!(frozen(version).len(), len);
        let mut card = power_cycle(migrated(version));
        let expected = View { next_key: None, ..story_2().view() };
        reads_again(power_cycle(migrated(version)), &expected);
        select(&mut card);
        debit(&mut card, 8);
        let number = challenge(&mut card);
        assert_eq!(word(&mut card, &switch_keys(number)), 0x9403);
    }
}

fn reads_again(mut card: TestCard, expected: &View) {
    let view = card.view();
    assert_eq!(view, *expected);
    let (ed, ep) = (view.purse(Purse::Ed), view.purse(Purse::Ep));
    assert_eq!((ed.balance.units(), ed.limit.units(), ed.ctc, ed.otc), (102_777, 6_666, 3, 2));
    assert_eq!((ep.balance.units(), ep.limit.units(), ep.ctc, ep.otc), (19_501, 0, 1, 1));
    assert_eq!(ed.lock.unwrap().terms.ttc, Ttc(0x090A_0B0C));
    assert_eq!((view.pin_tries, view.log.len()), (2, 5));
    select(&mut card);
    for (kind, purse, sequence) in [
        (Kind::Load, Purse::Ed, 0),
        (Kind::Unload, Purse::Ep, 0),
        (Kind::Purchase, Purse::Ep, 0),
        (Kind::Overdraft, Purse::Ed, 1),
        (Kind::Debit, Purse::Ed, 1),
    ] {
        assert!(prove(&mut card, kind.of(purse), sequence).is_ok(), "{kind:?}");
    }
}

fn migrated(version: u8) -> TestCard {
    Card::migrate(Ram::holding(frozen(version), false), Ram::fixed(IMAGE_LEN)).unwrap()
}

#[test]
fn format_1_is_migrated_and_goes_on() {
    let mut card = power_cycle(migrated(1));
    let view = card.view();
    let expected = View { proofs: view.proofs, next_key: None, ..story_1().view() };
    assert_eq!(view, expected, "all but the proofs, which that format did not keep");
    let (ed, ep) = (view.purse(Purse::Ed), view.purse(Purse::Ep));
    assert_eq!((ed.balance.units(), ed.limit.units(), ed.ctc, ed.otc), (97_778, 5_000, 3, 0));
    assert_eq!((ep.balance.units(), ep.limit.units(), ep.ctc, ep.otc), (19_889, 0, 2, 1));
    assert_eq!(ed.lock.unwrap().terms.ttc, Ttc(0x090A_0B0C));
    let last = view.last_debit.unwrap();
    assert_eq!((last.unread, last.kind), (false, DebitKind::Terminal(Ttc(0x0506_0708))));
    assert_eq!((view.error_counter, view.pin_tries, view.log.len()), (1, 2, 2));
    assert_eq!(view.application, Application::Open);
    select(&mut card);
    assert_eq!(prove(&mut card, Kind::Debit.of(Purse::Ed), 1), Err(0x9406));
    debit(&mut card, 8);
    assert!(prove(&mut card, Kind::Debit.of(Purse::Ed), 3).is_ok());
    select_and_verify(&mut card);
    let init = begin(&mut card, Purse::Ep);
    assert_eq!(init.balance.units(), 19_889);
    expect(&mut card, &CardCommand::GetBalance(Purse::Ed));
}

/// Migrating writes nothing to the old image, and only a whole new one is a card.
#[test]
fn a_migration_that_is_cut_leaves_the_old_card() {
    assert_eq!(frozen(1).len(), IMAGE_LEN_1);
    let mut old = Ram::holding(frozen(1), false);
    for write in 1..=6 {
        for at in (0..=600).step_by(7) {
            let mut new = Ram::fixed(IMAGE_LEN);
            new.arm(Tear { write, at, fill: Fill::Half });
            assert!(Card::migrate(&mut old, &mut new).is_err());
            new.power_on();
            if let Ok(card) = Card::power_on(&mut new) {
                assert_eq!(card.view(), migrated(1).view(), "write {write} byte {at}");
            }
        }
    }
    assert_eq!((old.writes, old.bytes), (0, frozen(1)));
}

#[test]
fn an_image_of_another_format_is_refused_with_its_number() {
    use nvm::OpenError::{NewerVersion, OlderVersion};
    let old = Card::power_on(Ram::holding(frozen(1), false)).unwrap_err();
    assert_eq!(old, OlderVersion { known: 4, found: 1 });
    let today = Ram::holding(frozen(4), false);
    let new = Card::migrate(today, Ram::fixed(IMAGE_LEN)).unwrap_err();
    assert_eq!(new, NewerVersion { known: 3, found: 4 });
}

#[test]
fn damage_is_refused_and_never_taken_for_a_card() {
    let image = frozen(4);
    let whole = Card::power_on(Ram::holding(image.clone(), false)).unwrap().view();
    for (at, _) in image.iter().enumerate() {
        let mut bytes = image.clone();
        bytes[at] ^= 0x10;
        let Ok(card) = Card::power_on(Ram::holding(bytes, false)) else { continue };
        assert_eq!(card.view(), whole, "byte {at}");
    }
}

#[test]
#[ignore = "writes the image of a format that is not released yet"]
fn write_the_current_format() {
    let bytes = story().into_nvm().bytes;
    let lines: Vec<String> = bytes.chunks(48).map(hex::encode).collect();
    std::fs::write(path(FORMAT_VERSION), lines.join("\n") + "\n").unwrap();
}
