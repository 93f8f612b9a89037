//! Card images of every format, kept as bytes and read again.
//!
//! A new format adds a file and keeps the old ones. `cargo test -p card --test frozen -- --ignored` writes the file of
//! the current format; do that only for a format that no release has written yet.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use std::path::PathBuf;

use card::{Application, Card, DebitKind, FORMAT_VERSION, IMAGE_LEN};
use nvm::memory::Ram;
use support::*;
use wire::{CardCommand, Purse, Ttc};

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

/// A life that fills every field: both kinds of debit, a lock, wrong codes and PINs.
fn story() -> TestCard {
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

/// Fixed section and payload: what the format lays down. How often it was committed is no part of it.
fn content(bytes: Vec<u8>) -> (String, String) {
    let mut ram = Ram::holding(bytes, false);
    let header = nvm::identify(&mut ram).unwrap();
    let mut fixed = vec![0; header.fixed_len as usize];
    let spec = nvm::Spec { kind: nvm::Kind::Card, version: 1, fixed_len: fixed.len() };
    let image = nvm::Image::<_, SLOT>::open(ram, spec, &mut fixed).unwrap();
    (hex::encode(fixed), hex::encode(image.payload()))
}

/// Size of a slot of format 1.
const SLOT: usize = 416;

#[test]
fn format_1_is_written_as_ever() {
    let found = story().into_nvm().bytes;
    assert_eq!((found.len(), FORMAT_VERSION), (IMAGE_LEN, 1));
    assert_eq!(content(found), content(frozen(1)), "bytes of format 1 changed");
}

#[test]
fn every_format_is_read_again() {
    for version in 1..=FORMAT_VERSION {
        let mut ram = Ram::holding(frozen(version), false);
        let mut card = Card::power_on(&mut ram).unwrap();
        let view = card.view();
        assert_eq!(view, story().view());
        let (ed, ep) = (view.purse(Purse::Ed), view.purse(Purse::Ep));
        assert_eq!((ed.balance.units(), ed.limit.units(), ed.ctc, ed.otc), (97_778, 5_000, 3, 0));
        assert_eq!((ep.balance.units(), ep.limit.units(), ep.ctc, ep.otc), (19_889, 0, 2, 1));
        assert_eq!(ed.lock.unwrap().terms.ttc, Ttc(0x090A_0B0C));
        let last = view.last_debit.unwrap();
        assert_eq!((last.unread, last.kind), (false, DebitKind::Terminal(Ttc(0x0506_0708))));
        assert_eq!((view.error_counter, view.pin_tries, view.log.len()), (1, 2, 2));
        assert_eq!(view.application, Application::Open);
        select(&mut card);
        debit(&mut card, 8);
        select_and_verify(&mut card);
        let init = begin(&mut card, Purse::Ep);
        assert_eq!(init.balance.units(), 19_889);
        expect(&mut card, &CardCommand::GetBalance(Purse::Ed));
    }
}

#[test]
fn damage_is_refused_and_never_taken_for_a_card() {
    let image = frozen(1);
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
