//! Groupings that are missing, come twice, are malformed or contradict each other.

use crypto::{AesKey, Key};
use perso::grouping::{DataKey, KeyValue};
use perso::{CardGroupings, Chip, Grouping, PsamGroupings};
use wire::{Scheme, Suite};

use crate::common::*;

/// Sends a changed list of groupings; the chip must stay blank and take the right ones then.
fn answers<A: Sample>(change: impl FnOnce(&mut Vec<Grouping>)) -> u16 {
    let mut ram = blank::<A>();
    let mut chip = power_on::<A>(&mut ram);
    let sending = authenticated(&mut chip);
    let mut groupings = A::groupings(&sending);
    change(&mut groupings);
    let words: Vec<u16> =
        stores(sending, &groupings).iter().map(|command| word(&mut chip, command)).collect();
    let first = words.iter().position(|word| *word != 0x9000).unwrap();
    assert!(words[first + 1..].iter().all(|word| *word == 0x6985), "{words:04X?}");
    assert!(matches!(chip, Chip::Blank(_)));
    personalise(&mut chip);
    words[first]
}

fn each_is_needed<A: Sample>(not_needed: &[u16]) {
    let mut ram = blank::<A>();
    let sending = authenticated(&mut power_on::<A>(&mut ram));
    let all = A::groupings(&sending);
    for (at, one) in all.iter().enumerate() {
        if !not_needed.contains(&one.id) {
            let missing = answers::<A>(|groupings| {
                groupings.remove(at);
            });
            assert_eq!(missing, 0x6985, "{:04X} is missing", one.id);
        }
        let twice = answers::<A>(|groupings| groupings.insert(0, *one));
        assert_eq!(twice, 0x6A80, "{:04X} comes twice", one.id);
        let longer = answers::<A>(|groupings| groupings[at].value.push(&[0; 9]));
        assert_eq!(longer, 0x6A80, "{:04X} is longer", one.id);
        let empty = answers::<A>(|groupings| groupings[at] = Grouping::new(one.id, &[]));
        assert_eq!(empty, 0x6A80, "{:04X} is empty", one.id);
    }
}

#[test]
fn each_grouping_of_a_card_is_needed_once() {
    // Of two consumption keys one is enough.
    each_is_needed::<CardGroupings>(&[0x8111, 0x8112, 0x8311, 0x8312]);
    let none = answers::<CardGroupings>(|groupings| {
        groupings.retain(|one| !matches!(one.id, 0x8111 | 0x8112));
    });
    assert_eq!(none, 0x6985);
    let none = answers::<CardGroupings>(|groupings| {
        groupings.retain(|one| !matches!(one.id, 0x8311 | 0x8312));
    });
    assert_eq!(none, 0x6985);
}

#[test]
fn the_next_keys_of_a_card_come_whole_or_not_at_all() {
    let is_next = |one: &Grouping| one.id == 0x0106 || (0x8301..=0x8312).contains(&one.id);
    let mut ram = blank::<CardGroupings>();
    let mut chip = power_on::<CardGroupings>(&mut ram);
    let sending = authenticated(&mut chip);
    let mut without = CardGroupings::groupings(&sending);
    without.retain(|one| !is_next(one));
    for command in stores(sending, &without) {
        assert_eq!(word(&mut chip, &command), 0x9000);
    }
    assert!(matches!(chip, Chip::Issued(_)));
    let fci_alone = |one: &Grouping| one.id == 0x0106 || !is_next(one);
    assert_eq!(answers::<CardGroupings>(|groupings| groupings.retain(fci_alone)), 0x6985);
}

#[test]
fn each_grouping_of_a_psam_is_needed_once() {
    each_is_needed::<PsamGroupings>(&[0x8201, 0x8202]);
    let none = answers::<PsamGroupings>(|groupings| {
        groupings.retain(|one| !matches!(one.id, 0x8201 | 0x8202));
    });
    assert_eq!(none, 0x6985);
}

#[test]
fn unknown_groupings_are_refused() {
    for id in
        [0x0000, 0x0002, 0x0107, 0x0201, 0x8000, 0x8100, 0x810A, 0x8110, 0x8113, 0x830A, 0xFFFF]
    {
        let word = answers::<CardGroupings>(|all| all.insert(3, Grouping::new(id, &[1; 23])));
        assert_eq!(word, 0x6A80, "{id:04X}");
    }
    for id in [0x0101, 0x0205, 0x8101, 0x8205, 0x8210] {
        let word = answers::<PsamGroupings>(|all| all.insert(3, Grouping::new(id, &[1; 10])));
        assert_eq!(word, 0x6A80, "{id:04X}");
    }
}

/// The grouping of this number gets other bytes.
fn with<A: Sample>(id: u16, value: &[u8]) -> u16 {
    answers::<A>(|groupings| {
        let place = groupings.iter_mut().find(|one| one.id == id).unwrap();
        *place = Grouping::new(id, value);
    })
}

fn key_grouping(id: u16, index: u8, suite: Suite, scheme: Scheme, fill: u8) -> Vec<u8> {
    let value = KeyValue {
        index,
        version: 3,
        algorithm: suite.byte(),
        scheme,
        key: Key::of(suite, [fill; 16]),
    };
    DataKey::of(&AesKey::new(TRANSPORT)).seal_key(id, &value).value.to_vec()
}

#[test]
fn values_that_say_nothing_are_refused() {
    let wrong_dates = {
        let mut ram = blank::<CardGroupings>();
        let sending = authenticated(&mut power_on::<CardGroupings>(&mut ram));
        let all = CardGroupings::groupings(&sending);
        let mut public = all.iter().find(|one| one.id == 0x0102).unwrap().value.to_vec();
        public[22] = 0x13;
        public
    };
    assert_eq!(with::<CardGroupings>(0x0001, b"chip no. 8"), 0x6A80, "another chip");
    assert_eq!(with::<CardGroupings>(0x0101, &[1; 17]), 0x6A80, "AID");
    assert_eq!(with::<CardGroupings>(0x0101, b"1PAY.SYS.DDF01"), 0x6A80, "the directory's name");
    assert_eq!(with::<CardGroupings>(0x0102, &wrong_dates), 0x6A80, "EF 15");
    let too_much = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(with::<CardGroupings>(0x0103, &too_much), 0x6A80, "balance");
    assert_eq!(with::<CardGroupings>(0x0105, &[0]), 0x6A80, "error limit");
    let sealed = |block: [u8; 16]| AesKey::new(TRANSPORT).encrypt(block);
    let pin = |digits: [u8; 6], end| {
        let mut block = [0; 16];
        block[..6].copy_from_slice(&digits);
        block[6] = 0x80;
        block[15] = end;
        sealed(block)
    };
    let right = [0x12, 0x34, 0x56, 0xFF, 0xFF, 0xFF];
    assert_eq!(with::<CardGroupings>(0x8010, &pin(right, 1)), 0x6A80, "padding");
    assert_eq!(
        with::<CardGroupings>(0x8010, &pin([0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 0)),
        0x6A80
    );
    assert_eq!(with::<CardGroupings>(0x8010, &right), 0x6A80, "not sealed");
}

#[test]
fn keys_are_what_their_check_values_say() {
    let right = key_grouping(0x8101, 1, Suite::TripleDes, Scheme::Seed, 5);
    for at in 4..right.len() {
        let mut wrong = right.clone();
        // One bit of a DES key's byte is parity: it changes nothing, and no check value sees it. A sealed byte changes all.
        wrong[at] ^= 0x02;
        assert_eq!(with::<CardGroupings>(0x8101, &wrong), 0x6A80, "byte {at}");
    }
    let wrongs = [
        (0x8101, 2, Suite::TripleDes, Scheme::Seed, "no command names index 2 of DLK"),
        (0x8101, 1, Suite::TripleDes, Scheme::Field, "DLK has no scheme"),
        (0x8112, 2, Suite::Aes, Scheme::Field, "the suite has no such scheme"),
        (0x8112, 1, Suite::Aes, Scheme::Seed, "two keys of one index"),
    ];
    for (id, index, suite, scheme, why) in wrongs {
        let value = key_grouping(id, index, suite, scheme, 5);
        assert_eq!(with::<CardGroupings>(id, &value), 0x6A80, "{why}");
    }
    let mut unknown = right;
    unknown[2] = 0x30;
    assert_eq!(with::<CardGroupings>(0x8101, &unknown), 0x6A80, "a suite that nobody knows");
    let mut same = key_grouping(0x8202, 0, Suite::TripleDes, Scheme::Seed, 5);
    same[1] = 1;
    assert_eq!(with::<PsamGroupings>(0x8202, &same), 0x6A80, "two keys of one version and suite");
    let named = key_grouping(0x8202, 1, Suite::Aes, Scheme::Seed, 5);
    assert_eq!(with::<PsamGroupings>(0x8202, &named), 0x6A80, "no command names an index");
}

#[test]
fn what_is_sealed_and_what_is_not_is_said_by_p1() {
    use wire::blank_command::MOST_STORED;
    let key = key_grouping(0x8101, 1, Suite::TripleDes, Scheme::Seed, 5);
    let cases = [(0x8101_u16, &key[..], false), (0x0105, &[3][..], true)];
    for (id, value, sealed) in cases {
        let mut ram = blank::<CardGroupings>();
        let mut chip = power_on::<CardGroupings>(&mut ram);
        let (answer, _) = transmit(&mut chip, &initialize(HOST));
        let offer = wire::blank_command::ChannelOffer::parse(&answer).unwrap();
        let session = perso::scp03::Session::new(&transport(), HOST, offer.card_challenge);
        let (channel, command) = session.authenticate();
        assert_eq!(word(&mut chip, &command), 0x9000);
        let plain = Grouping::new(id, value).encode();
        assert!(plain.len() < MOST_STORED);
        let (_, command) = channel.wrap(false, sealed, 0, &plain).unwrap();
        assert_eq!(word(&mut chip, &command), 0x6A80, "{id:04X}");
    }
}

/// Several groupings in one command, and a number that does not follow, under a right code.
#[test]
fn a_command_holds_one_grouping_or_several_and_its_number_counts() {
    let send = |block: u8, plain: &[u8]| {
        let mut ram = blank::<CardGroupings>();
        let mut chip = power_on::<CardGroupings>(&mut ram);
        let (answer, _) = transmit(&mut chip, &initialize(HOST));
        let offer = wire::blank_command::ChannelOffer::parse(&answer).unwrap();
        let session = perso::scp03::Session::new(&transport(), HOST, offer.card_challenge);
        let (channel, command) = session.authenticate();
        assert_eq!(word(&mut chip, &command), 0x9000);
        let (_, command) = channel.wrap(false, false, block, plain).unwrap();
        word(&mut chip, &command)
    };
    let limit = Grouping::new(0x0105, &[3]).encode().to_vec();
    let aid = Grouping::new(0x0101, &[1; 16]).encode().to_vec();
    assert_eq!(send(0, &[&limit[..], &aid].concat()), 0x9000);
    assert_eq!(send(1, &limit), 0x6A86);
    assert_eq!(send(0, &limit[..3]), 0x6A80, "its value is missing");
    assert_eq!(send(0, &limit[..2]), 0x6A80, "its length is missing");
    assert_eq!(send(0, &[0x01, 0x05, 0xFF, 0x00, 0x01, 0x03]), 0x6A80, "the long form");
    assert_eq!(send(0, &[]), 0x9000, "none");
}
