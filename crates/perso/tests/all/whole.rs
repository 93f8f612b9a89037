//! From a blank chip to a card or a PSAM.

use perso::{CardGroupings, Chip, PsamGroupings};

use crate::common::*;

fn becomes_what_a_shell_formats<A: Sample>() {
    let mut ram = blank::<A>();
    let mut chip = power_on::<A>(&mut ram);
    personalise(&mut chip);
    assert!(matches!(chip, Chip::Issued(_)));
    drop(chip);
    assert_eq!(ram.bytes, A::image(), "byte for byte");
    assert!(matches!(power_on::<A>(&mut ram), Chip::Issued(_)));
}

#[test]
fn a_personalised_card_is_byte_for_byte_one_that_was_formatted() {
    becomes_what_a_shell_formats::<CardGroupings>();
}

#[test]
fn a_personalised_psam_is_byte_for_byte_one_that_was_formatted() {
    becomes_what_a_shell_formats::<PsamGroupings>();
}

#[test]
fn the_transport_key_is_gone_and_the_commands_are_closed() {
    let mut ram = blank::<PsamGroupings>();
    let mut psam = power_on::<PsamGroupings>(&mut ram);
    let recorded = whole(&mut psam);
    recorded.iter().for_each(|command| assert_eq!(word(&mut psam, command), 0x9000));
    for powered_on in [false, true] {
        if powered_on {
            drop(psam);
            psam = power_on(&mut ram);
        }
        assert_eq!(word(&mut psam, &select_manager()), 0x6A82);
        assert_eq!(word(&mut psam, &initialize(HOST)), 0x6D00);
        assert!(matches!(word(&mut psam, &recorded[0]), 0x6E00 | 0x6D00));
    }
    drop(psam);
    assert!(!ram.bytes.windows(16).any(|bytes| bytes == TRANSPORT));

    let mut ram = blank::<CardGroupings>();
    let mut card = power_on::<CardGroupings>(&mut ram);
    personalise(&mut card);
    assert_eq!(word(&mut card, &select_manager()), 0x6A82);
    assert_eq!(word(&mut card, &initialize(HOST)), 0x6A86, "INITIALIZE FOR LOAD has a purse");
    assert_eq!(word(&mut card, &recorded[0]), 0x6D00);
    drop(card);
    assert!(!ram.bytes.windows(16).any(|bytes| bytes == TRANSPORT));
}

#[test]
fn a_personalised_card_serves_at_once() {
    let mut ram = blank::<CardGroupings>();
    let mut card = power_on::<CardGroupings>(&mut ram);
    personalise(&mut card);
    let select = [&[0x00, 0xA4, 0x04, 0x00, 10][..], &wire::files::DEFAULT_AID].concat();
    assert_eq!(word(&mut card, &select), 0x9000);
    let (balance, done) = transmit(&mut card, &[0x80, 0x5C, 0x00, 0x01, 0x04]);
    assert_eq!((balance, done), (20_500u32.to_be_bytes().to_vec(), 0x9000));
    let Chip::Issued(card) = card else { panic!("no card") };
    assert_eq!(card.view().public.asn().to_string(), "6280100000000017");
}

#[test]
fn a_blank_chip_is_of_one_kind_and_one_length() {
    let mut ram = blank::<CardGroupings>();
    assert!(PsamOf::power_on(&mut ram).is_err());
    let mut padded = ram.clone();
    padded.bytes.insert(0, 0);
    assert!(CardOf::power_on(&mut padded).is_err());
    assert!(matches!(CardOf::power_on(&mut ram), Ok(Chip::Blank(_))));
}

#[test]
fn powering_a_blank_chip_on_writes_nothing() {
    let mut ram = blank::<CardGroupings>();
    let before = ram.bytes.clone();
    let mut chip = power_on::<CardGroupings>(&mut ram);
    let (answer, done) = transmit(&mut chip, &select_manager());
    assert_eq!((answer.last(), done), (Some(&10), 0x9000));
    drop(chip);
    assert_eq!((ram.bytes, ram.writes), (before, 0));
}

#[test]
fn a_blank_chip_shows_no_key() {
    let mut ram = blank::<CardGroupings>();
    let chip = power_on::<CardGroupings>(&mut ram);
    let Chip::Blank(blank) = &chip else { panic!("personalised") };
    let view = blank.view();
    assert_eq!((view.chip, view.tries_left), (*b"chip no. 7", perso::TRIES));
    assert_eq!(view.check_value, transport().check_value());
    assert_eq!(format!("{chip:?}"), "Blank(..)");
    assert_eq!(format!("{:?}", transport()), "AesKey(..)");
}
