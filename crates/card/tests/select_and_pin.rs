//! SELECT and VERIFY: what they answer, and what they leave of each other.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use support::*;
use wire::{CardCommand, Purse};

fn with_pin() -> TestCard {
    let mut card = fresh();
    select_and_verify(&mut card);
    card
}

#[test]
fn select_that_succeeds_drops_the_pin_and_one_that_fails_does_not() {
    for (select_command, expected) in [
        (CardCommand::SelectFile { id: 0x2F01, le: None }, 0x9000),
        (CardCommand::SelectFile { id: 0x3F01, le: Some(9) }, 0x9000),
        (SELECT, 0x6982),
        (CardCommand::SelectFile { id: 0x3F00, le: None }, 0x6985),
    ] {
        let mut card = with_pin();
        send(&mut card, &select_command);
        assert_eq!(word(&mut card, &init_refuel(Purse::Ed)), expected, "{select_command:?}");
    }
    let mut card = with_pin();
    card.reset();
    assert_eq!(
        word(&mut card, &init_refuel(Purse::Ed)),
        0x6985,
        "nothing is selected after a reset"
    );
}

#[test]
fn select_answers_the_file_control_information() {
    let mut card = fresh();
    let (fci, _) = send(&mut card, &SELECT);
    let public = hex::encode(&*public_data().encode());
    assert_eq!(hex::encode(fci), format!("6f33840aa0000000034752455931a5259f0801029f0c1e{public}"));
    let (fci, _) = send(&mut card, &CardCommand::SelectFile { id: 0x3F00, le: None });
    assert_eq!(hex::encode(fci), "6f15840e315041592e5359532e4444463031a503880101");
}

#[test]
fn pin_formats() {
    use card::Pin;
    for (bcd, good) in [
        ("1234", true),
        ("12345f", true),
        ("123456", true),
        ("123456ff", true),
        ("123456789012", true),
        ("123f", false),
        ("12345a", false),
        ("12f456", false),
        ("12345f67", false),
        ("12345678901234", false),
        ("", false),
    ] {
        assert_eq!(Pin::from_bcd(&hex::decode(bcd).unwrap()).is_some(), good, "{bcd}");
        let digits = bcd.trim_end_matches('f');
        let written = Pin::from_digits(digits);
        assert_eq!(written.is_some(), good, "{digits}");
        if let Some(pin) = written {
            assert_eq!(hex::encode(pin.expose()), format!("{digits:f<12}"));
        }
    }
}

#[test]
fn pin_tries_come_back_with_the_right_pin_and_blocked_stays_blocked() {
    let mut card = with_pin();
    assert_eq!(word(&mut card, &VERIFY_WRONG), 0x63C2);
    assert_eq!(word(&mut card, &init_refuel(Purse::Ed)), 0x6982, "a wrong PIN drops the success");
    assert_eq!(word(&mut card, &VERIFY_WRONG), 0x63C1);
    let mut card = power_cycle(card);
    select(&mut card);
    assert_eq!(word(&mut card, &VERIFY), 0x9000);
    assert_eq!(card.view().pin_tries, 3);
    for left in [0x63C2, 0x63C1, 0x63C0, 0x6983, 0x6983] {
        assert_eq!(word(&mut card, &VERIFY_WRONG), left);
    }
    assert_eq!(word(&mut card, &VERIFY), 0x6983);
    let mut card = power_cycle(card);
    select(&mut card);
    assert_eq!(word(&mut card, &VERIFY), 0x6983);
}
