//! The commands of a blank chip: bytes written out by hand, and what the door refuses.

use proptest::prelude::*;
use wire::blank_command::{CARD_MANAGER, CardManager, ChannelOffer, StoreData};
use wire::{BlankCommand, StatusWord};

use crate::bytes;

const MAC: [u8; 8] = [0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8];
const DATA: [u8; 16] = [0xD1; 16];

fn store(last: bool, sealed: bool, block: u8) -> BlankCommand<'static> {
    BlankCommand::StoreData(StoreData { last, sealed, block, data: &DATA, mac: MAC })
}

/// Every command beside its bytes.
fn golden() -> Vec<(BlankCommand<'static>, &'static str)> {
    let data = "d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1 c1c2c3c4c5c6c7c8";
    let stored = |header: &str| -> &'static str { format!("{header} 18 {data}").leak() };
    vec![
        (
            BlankCommand::SelectName { name: &CARD_MANAGER, le: Some(0) },
            "00a40400 08 a000000151000000 00",
        ),
        (BlankCommand::SelectFile { id: 0x3F00, le: None }, "00a40000 02 3f00"),
        (BlankCommand::GetResponse, "00c00000 00"),
        (
            BlankCommand::InitializeUpdate { key_version: 0, host_challenge: *b"12345678" },
            "80500000 08 3132333435363738 00",
        ),
        (
            BlankCommand::ExternalAuthenticate { cryptogram: *b"abcdefgh", mac: MAC },
            "84820300 10 6162636465666768 c1c2c3c4c5c6c7c8",
        ),
        (store(false, false, 0), stored("84e20800")),
        (store(false, true, 1), stored("84e26801")),
        (store(true, false, 0xFF), stored("84e288ff")),
        (store(true, true, 2), stored("84e2e802")),
    ]
}

#[test]
fn every_command_has_the_bytes_of_the_page() {
    for (command, text) in golden() {
        let wanted = bytes(text);
        assert_eq!(command.encode().as_slice(), wanted, "{command:?}");
        assert_eq!(BlankCommand::parse(&wanted), Ok(command));
    }
}

#[test]
fn no_name_is_the_name_of_the_card_manager() {
    let manager = |le| Ok(BlankCommand::SelectName { name: &CARD_MANAGER, le });
    assert_eq!(BlankCommand::parse(&bytes("00a40400 00")), manager(Some(0)));
    assert_eq!(BlankCommand::parse(&bytes("00a40400")), manager(None));
    assert_eq!(BlankCommand::parse(&bytes("00a40000 00")), Err(StatusWord::WRONG_LENGTH));
    assert_eq!(BlankCommand::parse(&bytes("00a40401 00")), Err(StatusWord::WRONG_P1P2));
}

#[test]
fn the_door_refuses_in_the_order_of_the_protocol() {
    let refused = [
        ("e07a0801 07 01000000000001 0f", StatusWord::UNKNOWN_CLASS),
        ("00b09500 00", StatusWord::UNKNOWN_INSTRUCTION),
        ("00e20800 18 00", StatusWord::UNKNOWN_INSTRUCTION),
        ("80820300 10 00", StatusWord::UNKNOWN_INSTRUCTION),
        ("80500001 08 3132333435363738 00", StatusWord::WRONG_P1P2),
        ("84820100 10 6162636465666768c1c2c3c4c5c6c7c8", StatusWord::WRONG_P1P2),
        ("84820301 10 6162636465666768c1c2c3c4c5c6c7c8", StatusWord::WRONG_P1P2),
        ("84e20000 18 00", StatusWord::WRONG_P1P2),
        ("84e22800 18 00", StatusWord::WRONG_P1P2),
        ("84e21800 18 00", StatusWord::WRONG_P1P2),
        ("84e20900 18 00", StatusWord::WRONG_P1P2),
        ("80500000 07 31323334353637 00", StatusWord::WRONG_LENGTH),
        ("84820300 0f 616263646566676800000000000000", StatusWord::WRONG_LENGTH),
        ("84e20800 08 c1c2c3c4c5c6c7c8", StatusWord::WRONG_LENGTH),
        ("84e20800 10 00112233445566778899aabbccddeeff", StatusWord::WRONG_LENGTH),
        ("80500000 08 3132333435363738 1f", StatusWord(0x6C20)),
    ];
    for (text, word) in refused {
        assert_eq!(BlankCommand::parse(&bytes(text)), Err(word), "{text}");
    }
}

#[test]
fn answers_have_the_bytes_of_the_page() {
    let manager = bytes("6f10 84 08 a000000151000000 a5 04 df01 01 0a");
    assert_eq!(CardManager { tries_left: 10 }.encode().as_slice(), manager);
    assert_eq!(CardManager::parse(&manager), Some(CardManager { tries_left: 10 }));
    assert_eq!(CardManager::parse(&manager[1..]), None);
    let offer = ChannelOffer {
        chip: *b"0123456789",
        key_version: 1,
        card_challenge: *b"ABCDEFGH",
        cryptogram: *b"abcdefgh",
        counter: [0, 1, 2],
    };
    let wanted = bytes("30313233343536373839 01 0310 4142434445464748 6162636465666768 000102");
    assert_eq!(offer.encode().as_slice(), wanted);
    assert_eq!(ChannelOffer::parse(&wanted), Some(offer));
    assert_eq!(ChannelOffer::parse(&wanted[1..]), None);
    let other = bytes("30313233343536373839 01 0370 4142434445464748 6162636465666768 000102");
    assert_eq!(ChannelOffer::parse(&other), None, "another protocol");
}

proptest! {
    #[test]
    fn any_bytes_are_one_command_or_none(
        header in prop::sample::select(vec![[0x00, 0xA4], [0x80, 0x50], [0x84, 0x82], [0x84, 0xE2]]),
        rest in prop::collection::vec(any::<u8>(), 0..270),
    ) {
        let command = [&header[..], &rest].concat();
        if let Ok(parsed) = BlankCommand::parse(&command) {
            let encoded = parsed.encode();
            prop_assert_eq!(BlankCommand::parse(&encoded), Ok(parsed));
        }
    }
}
