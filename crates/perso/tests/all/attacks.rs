//! Who owns the wire: wrong keys, wrong order, replays, altered bytes, any bytes.

use nvm::memory::Ram;
use perso::issuer::NoChannel;
use perso::{CardGroupings, Chip, Issuer, PsamGroupings, TRIES};
use proptest::prelude::*;
use wire::BlankCommand;

use crate::common::*;

/// INITIALIZE UPDATE, and the right EXTERNAL AUTHENTICATE.
fn offered(chip: &mut CardOf<'_>) -> Vec<u8> {
    let issuer = Issuer::new(transport(), HOST);
    let (answer, _) = transmit(chip, &issuer.initialize_update());
    issuer.hear(&answer).unwrap().authenticate().1.to_vec()
}

fn tries(chip: &mut CardOf<'_>) -> u8 {
    *transmit(chip, &select_manager()).0.last().unwrap()
}

#[test]
fn another_transport_key_is_found_before_anything_is_counted() {
    let mut ram = blank::<CardGroupings>();
    let mut chip = power_on(&mut ram);
    let issuer = Issuer::new(crypto::AesKey::new([9; 16]), HOST);
    let (answer, _) = transmit(&mut chip, &issuer.initialize_update());
    assert_eq!(issuer.hear(&answer).map(drop), Err(NoChannel::OtherKey));
    let issuer = Issuer::new(transport(), HOST);
    assert_eq!(issuer.hear(&answer[1..]).map(drop), Err(NoChannel::OtherProtocol));
    assert_eq!(tries(&mut chip), TRIES);
}

#[test]
fn wrong_issuers_are_counted_over_power_and_close_the_chip_for_good() {
    let mut ram = blank::<CardGroupings>();
    for left in (0..TRIES).rev() {
        let mut chip = power_on(&mut ram);
        let mut command = offered(&mut chip);
        command[5 + usize::from(left)] ^= 0x10;
        assert_eq!(word(&mut chip, &command), 0x63C0 + u16::from(left));
        assert_eq!(tries(&mut chip), left);
    }
    let mut chip = power_on::<CardGroupings>(&mut ram);
    assert_eq!(word(&mut chip, &initialize(HOST)), 0x9303);
    assert_eq!(tries(&mut chip), 0);
}

#[test]
fn the_right_issuer_gives_all_tries_back() {
    let mut ram = blank::<CardGroupings>();
    let mut chip = power_on(&mut ram);
    for _ in 0..3 {
        let mut command = offered(&mut chip);
        command[20] ^= 1;
        assert!(word(&mut chip, &command) < 0x63CA);
    }
    let _sending = authenticated(&mut chip);
    assert_eq!(tries(&mut chip), TRIES);
}

#[test]
fn no_challenge_comes_twice_and_a_recorded_session_opens_nothing() {
    let mut ram = blank::<CardGroupings>();
    let mut chip = power_on::<CardGroupings>(&mut ram);
    let authenticate = offered(&mut chip);
    assert_eq!(word(&mut chip, &authenticate), 0x9000);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..50 {
        let (answer, _) = transmit(&mut chip, &initialize(HOST));
        assert!(seen.insert(answer[13..21].to_vec()));
    }
    assert_eq!(word(&mut chip, &authenticate), 0x63C9, "the same bytes, another challenge");
    drop(chip);

    // The whole session, played to a chip of the same key that was asked as often.
    let (mut one, mut other) = (blank::<CardGroupings>(), blank::<CardGroupings>());
    let mut chip = power_on::<CardGroupings>(&mut one);
    let recorded = whole(&mut chip);
    let mut chip = power_on::<CardGroupings>(&mut other);
    let _sending = authenticated(&mut chip);
    let _sending = authenticated(&mut chip);
    assert_eq!(word(&mut chip, &recorded[0]), 0x6988);
}

#[test]
fn every_command_counts_only_in_its_state() {
    let mut ram = blank::<CardGroupings>();
    let recorded = whole(&mut power_on::<CardGroupings>(&mut ram));
    let any_authenticate =
        BlankCommand::ExternalAuthenticate { cryptogram: [1; 8], mac: [2; 8] }.encode();
    for (state, prepare) in [("start", 0), ("offered", 1), ("open", 2), ("after SELECT", 3)] {
        let at = |chip: &mut CardOf<'_>| match prepare {
            0 => {}
            1 => drop(offered(chip)),
            2 => drop(authenticated(chip)),
            _ => {
                drop(authenticated(chip));
                assert_eq!(word(chip, &select_manager()), 0x9000);
            }
        };
        let answers = |command: &[u8]| {
            let mut ram = blank::<CardGroupings>();
            let mut chip = power_on(&mut ram);
            at(&mut chip);
            word(&mut chip, command)
        };
        let external = if prepare == 1 { 0x63C9 } else { 0x6985 };
        let store = if prepare == 2 { 0x6988 } else { 0x6985 };
        assert_eq!(answers(&select_manager()), 0x9000, "{state}");
        assert_eq!(answers(&[0, 0xA4, 0, 0, 2, 0x3F, 0]), 0x9000, "{state}");
        assert_eq!(answers(&[0, 0xA4, 0, 0, 2, 0x3F, 1]), 0x6A82, "{state}");
        assert_eq!(answers(&[0, 0xA4, 4, 0, 2, 0x3F, 0]), 0x6A82, "{state}");
        assert_eq!(answers(&initialize(HOST)), 0x9000, "{state}");
        assert_eq!(answers(&[0x80, 0x50, 2, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]), 0x9403, "{state}");
        assert_eq!(answers(&any_authenticate), external, "{state}");
        assert_eq!(answers(&recorded[0][..28]), 0x6700, "{state}");
        assert_eq!(answers(&recorded[1]), store, "{state}");
        assert_eq!(answers(&[0, 0xC0, 0, 0]), 0x6985, "{state}");
        assert_eq!(answers(&[0, 0xB0, 0x95, 0]), 0x6D00, "{state}");
        assert_eq!(answers(&[0xE0, 0xCA, 0, 0]), 0x6E00, "{state}");
    }
}

/// Sends a whole session in which one thing is otherwise; the chip must stay blank, and take the right session then.
fn refused(change: impl FnOnce(&mut Vec<Vec<u8>>) -> usize) -> u16 {
    let mut ram = blank::<CardGroupings>();
    let mut chip = power_on::<CardGroupings>(&mut ram);
    let mut commands: Vec<Vec<u8>> = whole(&mut chip).iter().map(|one| one.to_vec()).collect();
    let at = change(&mut commands);
    let mut answer = 0;
    for (number, command) in commands.iter().enumerate() {
        let word = word(&mut chip, command);
        match number {
            _ if number < at => assert_eq!(word, 0x9000, "{number}"),
            _ if number == at => answer = word,
            _ => assert_ne!(word, 0x9000, "{number}: nothing goes on behind a refusal"),
        }
    }
    assert!(matches!(chip, Chip::Blank(_)));
    personalise(&mut chip);
    answer
}

#[test]
fn store_data_comes_in_order_each_once() {
    let skipped = refused(|commands| {
        commands.remove(4);
        4
    });
    let twice = refused(|commands| {
        commands.insert(4, commands[3].clone());
        4
    });
    let swapped = refused(|commands| {
        commands.swap(2, 3);
        2
    });
    let early = refused(|commands| {
        let last = commands.pop().unwrap();
        commands.insert(1, last);
        1
    });
    assert_eq!([skipped, twice, swapped, early], [0x6988; 4]);
}

#[test]
fn a_byte_altered_anywhere_is_refused() {
    let mut ram = blank::<CardGroupings>();
    let lengths: Vec<usize> =
        whole(&mut power_on::<CardGroupings>(&mut ram)).iter().map(wire::Buf::len).collect();
    for (number, len) in lengths.into_iter().enumerate() {
        for at in 0..len {
            // Class, instruction, P1, P2 and Lc are judged at the door or belong to the code.
            let wrong = refused(|commands| {
                commands[number][at] ^= 0x01;
                number
            });
            assert!(
                matches!(wrong, 0x6988 | 0x6E00 | 0x6D00 | 0x6A86 | 0x6700),
                "{number}, {at}: {wrong:04X}"
            );
        }
    }
}

#[test]
fn get_response_leaves_the_channel_and_nothing_else_does() {
    let mut ram = blank::<CardGroupings>();
    let mut chip = power_on::<CardGroupings>(&mut ram);
    for command in whole(&mut chip) {
        assert_eq!(word(&mut chip, &[0x00, 0xC0, 0x00, 0x00]), 0x6985);
        assert_eq!(word(&mut chip, &command), 0x9000);
    }
    assert!(matches!(chip, Chip::Issued(_)));

    let mut ram = blank::<CardGroupings>();
    let mut chip = power_on::<CardGroupings>(&mut ram);
    let commands = whole(&mut chip);
    assert_eq!(word(&mut chip, &commands[0]), 0x9000);
    assert_eq!(word(&mut chip, &[0x00, 0xB0, 0x95, 0x00]), 0x6D00);
    assert_eq!(word(&mut chip, &commands[1]), 0x6985);
}

#[test]
fn no_answer_and_no_command_holds_a_key() {
    let mut ram = blank::<CardGroupings>();
    let mut chip = power_on::<CardGroupings>(&mut ram);
    let mut heard = transmit(&mut chip, &initialize(HOST)).0;
    for command in whole(&mut chip) {
        heard.extend_from_slice(&command);
        heard.extend(transmit(&mut chip, &command).0);
    }
    for secret in secrets() {
        for half in [&secret[..8], &secret[8..]] {
            assert!(!heard.windows(8).any(|bytes| bytes == half));
        }
    }
    assert!(!heard.windows(3).any(|bytes| bytes == [0x12, 0x34, 0x56]), "the PIN");
}

proptest! {
    #[test]
    fn any_bytes_in_any_state_leave_the_chip_blank_and_able(
        state in 0..3,
        commands in prop::collection::vec(
            (
                prop::sample::select(vec![[0x00, 0xA4], [0x80, 0x50], [0x84, 0x82], [0x84, 0xE2], [0xE0, 0x7A]]),
                prop::collection::vec(any::<u8>(), 0..260),
                any::<bool>(),
            ),
            1..9,
        ),
    ) {
        let mut ram: Ram = blank::<PsamGroupings>();
        let mut chip = power_on::<PsamGroupings>(&mut ram);
        if state > 0 {
            let _ = transmit(&mut chip, &initialize(HOST));
        }
        if state > 1 {
            let _sending = authenticated(&mut chip);
        }
        for (header, rest, fits) in commands {
            let mut command = [&header[..], &rest].concat();
            if fits && command.len() > 5 {
                command[4] = u8::try_from(command.len() - 5).unwrap_or(0xFF);
            }
            let answer = chip.transmit(&command).unwrap();
            prop_assert!(answer.len() == 2 || answer.ends_with(&[0x90, 0x00]));
        }
        prop_assert!(matches!(chip, Chip::Blank(_)));
        personalise(&mut chip);
    }
}
