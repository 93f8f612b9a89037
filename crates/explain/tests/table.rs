//! The table against `wire`, which has the layouts, and against PINs that must not show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use explain::table::Chip;
use explain::{Shown, TABLE, answer, build, command};
use proptest::prelude::*;
use wire::{BlankCommand, CardCommand, PsamCommand, StatusWord};

/// A value that stands in every command of the field.
fn sample(field: &explain::Field, chip: Chip, name: &str) -> Vec<u8> {
    let tag = if name.contains("PURCHASE") {
        0x05
    } else if name.contains("DEBIT") {
        0x93
    } else {
        0x91
    };
    match field.key().as_str() {
        "date" | "end_date" => vec![0x20, 0x26, 0x10, 0x18],
        "purse" | "record" => vec![1],
        "tag" => vec![tag],
        "file" => vec![if chip == Chip::Card { 0x95 } else { 0x96 }],
        "record_file" => vec![0xC4],
        "pin" => vec![0x12, 0x34, 0x56],
        "pins" => vec![0x12, 0x34, 0x56, 0xFF, 0x65, 0x43],
        "dispersing" => vec![],
        "offset" | "mode" => vec![0],
        "stored" => vec![0x68],
        "data_groupings" => vec![0x07; 32],
        _ => vec![0x07; field.len.unwrap_or(4)],
    }
}

#[test]
fn every_row_is_a_command_that_wire_takes_in_under_its_name() {
    for row in TABLE {
        for chip in row.chips {
            let fields: BTreeMap<_, _> =
                row.given().map(|field| (field.key(), sample(field, *chip, row.name))).collect();
            let bytes = build(row.name, &fields, None).unwrap();
            let name = match chip {
                Chip::Card => CardCommand::parse(&bytes).map(|command| command.name()),
                Chip::Psam => PsamCommand::parse(&bytes).map(|command| command.name()),
                Chip::Blank => BlankCommand::parse(&bytes).map(|command| command.name()),
            };
            assert_eq!(name, Ok(row.name), "{}", hex::encode(&bytes));
            let explained = command(&bytes, Some(*chip));
            assert_eq!(
                (explained.name(), explained.trouble),
                (row.name, None),
                "{}",
                hex::encode(&bytes)
            );
        }
    }
}

/// No bytes that a chip takes in are left without a row.
fn has_a_row(bytes: &[u8]) {
    if let Ok(parsed) = CardCommand::parse(bytes) {
        let explained = command(bytes, Some(Chip::Card));
        assert_eq!(
            (explained.name(), explained.trouble),
            (parsed.name(), None),
            "{}",
            hex::encode(bytes)
        );
    }
    if let Ok(parsed) = PsamCommand::parse(bytes) {
        let explained = command(bytes, Some(Chip::Psam));
        assert_eq!(
            (explained.name(), explained.trouble),
            (parsed.name(), None),
            "{}",
            hex::encode(bytes)
        );
    }
}

#[test]
fn every_header_that_wire_takes_in_has_a_row() {
    for class in [0x00, 0x04, 0x80, 0x84, 0xE0] {
        for instruction in 0..=255 {
            let unknown = Err(StatusWord::UNKNOWN_INSTRUCTION);
            let header = [class, instruction, 0, 0];
            if CardCommand::parse(&header).map(drop) == unknown
                && matches!(PsamCommand::parse(&header), Err(word) if Err(word) == unknown || word == StatusWord::UNKNOWN_CLASS)
            {
                continue;
            }
            for p1 in (0..=10).chain([0x81, 0x95, 0x96, 0x98]) {
                for p2 in [0, 1, 2, 3, 4, 5, 0x91, 0x94, 0x96, 0xA1, 0xC4] {
                    for len in [
                        0_u8, 2, 3, 4, 7, 8, 9, 0x0B, 0x0C, 0x0E, 0x0F, 0x13, 0x16, 0x1A, 0x1B,
                        0x1E, 0x22, 0x26,
                    ] {
                        let mut bytes = vec![class, instruction, p1, p2];
                        if len > 0 {
                            bytes.push(len);
                            bytes.extend((0..len).map(|at| if at == 10 { 0x91 } else { 0x11 }));
                        }
                        has_a_row(&bytes);
                    }
                }
            }
        }
    }
}

#[test]
fn a_lock_and_its_answer_are_told_in_full() {
    let bytes = hex::decode("e07c080013000100029e8d7c6b20261018142501577ace3208").unwrap();
    let lock = command(&bytes, None);
    assert_eq!(lock.name(), "LOCK FOR REFUEL");
    assert_eq!(
        (lock.header.as_str(), lock.lc.as_deref(), lock.le.as_deref()),
        ("E07C0800", Some("13"), Some("08"))
    );
    let told: Vec<String> = lock.values.iter().map(ToString::to_string).collect();
    assert_eq!(
        told.join(", "),
        "TTC 65538, TRN 9e8d7c6b, date 2026-10-18, time 14:25:01, MAC1 577ace32"
    );
    let answered = answer(&hex::decode("0c469ad9dcc092a09000").unwrap(), lock.raw_header(), None);
    assert_eq!((answered.words, answered.trouble), ("grey locked", None));
    assert_eq!(answered.values[0].to_string(), "GTAC 0c469ad9");
    let refused = answer(&[0x93, 0x02], lock.raw_header(), None);
    assert_eq!((refused.words, refused.trouble), ("authentication code wrong", None));
}

#[test]
fn a_and_b_of_the_status_have_the_names_that_the_state_gives_them() {
    let status = |state: &str| {
        let bytes = format!("{state}01000249f00029112233445566202610181425010000223d0c469ad99000");
        let told = answer(&hex::decode(bytes).unwrap(), Some([0xE0, 0xCA, 0, 0]), None);
        assert_eq!(told.trouble, None);
        (told.values[8].to_string(), told.values[9].name)
    };
    assert_eq!(status("0191"), ("MAC2 0000223d".to_owned(), "GTAC"));
    assert_eq!(status("1093"), ("amount 8765".to_owned(), "TAC"));
    assert_eq!(status("1095"), ("amount 8765".to_owned(), "MAC3"));
}

#[test]
fn what_is_wrong_is_said_with_the_status_word_that_it_gets() {
    for (bytes, words, status) in [
        ("00", "begins with four bytes", StatusWord::WRONG_LENGTH),
        ("ff7c0800", "class FF", StatusWord::UNKNOWN_CLASS),
        ("e0990000", "no instruction 99 in class E0", StatusWord::UNKNOWN_INSTRUCTION),
        ("e07c0900", "no P1 09 with P2 00", StatusWord::WRONG_P1P2),
        ("e07c080002ffff", "LOCK FOR REFUEL has 19 bytes of data, not 2", StatusWord::WRONG_LENGTH),
        ("e07c0800130011", "Lc does not say", StatusWord::WRONG_LENGTH),
        (
            "e07c080013000100029e8d7c6b20261318142501577ace3208",
            "date 20261318 is none",
            StatusWord::WRONG_DATA,
        ),
        (
            "e07c080013000100029e8d7c6b20261018142501577ace3209",
            "Le must be absent, 00 or 08",
            StatusWord(0x6C08),
        ),
        ("e042000003112233", "4 or 8 bytes of data, not 3", StatusWord::WRONG_LENGTH),
    ] {
        let trouble = command(&hex::decode(bytes).unwrap(), None).trouble.expect(bytes);
        assert!(trouble.what.contains(words), "{bytes}: {}", trouble.what);
        assert_eq!(trouble.status, Some(status), "{bytes}");
    }
    let short = answer(&hex::decode("0c469ad99000").unwrap(), Some([0xE0, 0x7C, 8, 0]), None);
    assert_eq!(short.trouble.unwrap(), "LOCK FOR REFUEL answers 8 bytes, not 4");
}

#[test]
fn no_pin_is_shown() {
    for bytes in [
        "0020000003a1b2c3",
        "805e010007a1b2c3ffa1b2c3",
        "805e000007a1b2c311223344",
        "842400010ca1b2c3a1b2c3a1b211223344",
        // Malformed, with the digits still in it.
        "0020000103a1b2c3",
        "0020000004a1b2c3",
        "80200000 03a1b2c3",
        "805e010003a1b2c3",
        "842400000ca1b2c3a1b2c3a1b211223344",
        "0020000003a1b2c3a1b2c3",
    ] {
        let explained = command(&hex::decode(bytes.replace(' ', "")).unwrap(), None);
        let told = format!("{} {explained:?}", explained.masked()).to_lowercase();
        assert!(!told.contains("a1b2"), "{bytes}: {told}");
        assert!(told.contains("**"), "{bytes}");
    }
    let reload = command(&hex::decode("805e000007a1b2c311223344").unwrap(), None);
    assert_eq!(reload.data, "******11223344");
}

#[test]
fn personalisation_is_told_of_a_card_a_psam_and_a_blank_chip_and_its_data_never() {
    let store = "84e268021ea1b2c3a1b2c3a1b2c3a1b2c3a1b2c3a111111111111111111";
    for chip in [None, Some(Chip::Card), Some(Chip::Psam), Some(Chip::Blank)] {
        let whole = format!("84e2680218{}1111111111111111", "a1b2".repeat(8));
        let explained = command(&hex::decode(whole).unwrap(), chip);
        assert_eq!((explained.name(), &explained.trouble), ("STORE DATA", &None), "{chip:?}");
        let told: Vec<String> = explained.values.iter().map(ToString::to_string).collect();
        let masked = "**".repeat(16);
        let expected = format!(
            "stored 68 sealed values, block 2, data groupings {masked}, C-MAC 1111111111111111"
        );
        assert_eq!(told.join(", "), expected);
        for bytes in [&store[..58], "84e2690204a1b2c3a1", "80e2680004a1b2c3a1"] {
            let told = format!("{:?}", command(&hex::decode(bytes).unwrap(), chip));
            assert!(!told.contains("a1b2"), "{told}");
        }
        let offered = format!("{}9000", "07".repeat(32));
        let told = answer(&hex::decode(offered).unwrap(), Some([0x80, 0x50, 0, 0]), chip);
        assert_eq!((told.words, told.trouble), ("secure channel offered", None), "{chip:?}");
    }
    let load =
        command(&hex::decode("805000010b010000138801020304050600").unwrap(), Some(Chip::Card));
    assert_eq!((load.name(), load.trouble), ("INITIALIZE FOR LOAD", None));
}

#[test]
fn an_answer_in_brief_tells_one_thing_and_no_long_bytes() {
    let brief = |header: [u8; 4], data: &str| {
        let answer = answer(&hex::decode(data).unwrap(), Some(header), Some(Chip::Card));
        answer.brief(|value| value.shown.to_string())
    };
    assert_eq!(brief([0x80, 0x5C, 0x00, 0x01], "000027109000"), "balance 10000");
    let fci = format!("{}9000", "6f".repeat(60));
    assert_eq!(brief([0x00, 0xA4, 0x04, 0x00], &fci), "selected");
    let debit = [0xE0, 0x7E, 0x08, 0x01];
    assert_eq!(brief(debit, "a1b2c3d49000"), "debited and unlocked, TAC a1b2c3d4");
    assert_eq!(brief(debit, "9406"), format!("9406 {}", StatusWord(0x9406).words()));
}

proptest! {
    #[test]
    fn any_bytes_are_explained(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        has_a_row(&bytes);
        let explained = command(&bytes, None);
        prop_assert!(explained.row.is_some() || explained.trouble.is_some());
        let (sent, masked) = (hex::encode(&bytes), explained.masked());
        prop_assert_eq!(sent.len(), masked.len());
        prop_assert!(sent.bytes().zip(masked.bytes()).all(|(sent, shown)| shown == sent || shown == b'*'));
        let _told = answer(&bytes, explained.raw_header(), None);
    }

    #[test]
    fn a_number_is_what_its_bytes_say(ttc in any::<u32>()) {
        let bytes = [&[0xE0, 0x46, 0, 0, 4][..], &ttc.to_be_bytes()].concat();
        prop_assert_eq!(&command(&bytes, None).values[0].shown, &Shown::Number(ttc));
    }
}
