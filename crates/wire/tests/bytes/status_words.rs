//! The table of status words: no word twice, and words for every one that the protocol uses.

use std::collections::BTreeSet;

use wire::StatusWord;

const UNKNOWN: &str = "status word unknown to this protocol";

/// Every word with a fixed value in protocol §5 to §8.
const OF_THE_PROTOCOL: &[u16] = &[
    0x9000, 0x6283, 0x6700, 0x6982, 0x6983, 0x6985, 0x6988, 0x6A80, 0x6A81, 0x6A83, 0x6A84, 0x6A86,
    0x6A88, 0x6D00, 0x6E00, 0x9302, 0x9401, 0x9402, 0x9403, 0x9406,
];

#[test]
fn no_word_stands_twice() {
    let words: BTreeSet<u16> = StatusWord::TABLE.iter().map(|(word, _)| word.0).collect();
    assert_eq!(words.len(), StatusWord::TABLE.len());
    let meanings: BTreeSet<&str> = StatusWord::TABLE.iter().map(|(_, meaning)| *meaning).collect();
    assert_eq!(meanings.len(), StatusWord::TABLE.len(), "two words with one meaning");
}

#[test]
fn every_word_of_the_protocol_has_words() {
    for word in OF_THE_PROTOCOL {
        let words = StatusWord(*word).words();
        assert!(!words.is_empty() && words != UNKNOWN, "{word:04X}");
    }
}

#[test]
fn the_words_of_the_table_are_the_words_told() {
    for (word, words) in StatusWord::TABLE {
        assert_eq!(word.words(), *words, "{word}");
    }
}

#[test]
fn words_that_carry_a_number_have_words() {
    for low in 0..=255 {
        assert_ne!(StatusWord::exact_length(low).words(), UNKNOWN);
        assert_eq!(StatusWord::exact_length(low).0, 0x6C00 + u16::from(low));
        assert_ne!(StatusWord(0x6100 + u16::from(low)).words(), UNKNOWN);
    }
    for tries in 0..=15 {
        assert_ne!(StatusWord::tries_left(tries).words(), UNKNOWN);
        assert_eq!(StatusWord::tries_left(tries).0, 0x63C0 + u16::from(tries));
    }
    for word in [0x0000, 0x6300, 0x63B0, 0x6F00, 0x9001, 0xFFFF] {
        assert_eq!(StatusWord(word).words(), UNKNOWN, "{word:04X}");
    }
}

#[test]
fn the_names_of_the_door_have_their_values() {
    for (word, value) in [
        (StatusWord::DONE, 0x9000),
        (StatusWord::WRONG_LENGTH, 0x6700),
        (StatusWord::PIN_NOT_VERIFIED, 0x6982),
        (StatusWord::CONDITIONS, 0x6985),
        (StatusWord::WRONG_DATA, 0x6A80),
        (StatusWord::APPLICATION_LOCKED, 0x6A81),
        (StatusWord::APPLICATION_INVALIDATED, 0x6283),
        (StatusWord::RECORD_NOT_FOUND, 0x6A83),
        (StatusWord::NO_ROOM, 0x6A84),
        (StatusWord::WRONG_P1P2, 0x6A86),
        (StatusWord::UNKNOWN_LOCK, 0x6A88),
        (StatusWord::UNKNOWN_INSTRUCTION, 0x6D00),
        (StatusWord::UNKNOWN_CLASS, 0x6E00),
        (StatusWord::WRONG_MAC, 0x9302),
        (StatusWord::AMOUNT_TOO_LARGE, 0x9401),
        (StatusWord::SEQUENCE_EXHAUSTED, 0x9402),
        (StatusWord::NO_SUCH_KEY, 0x9403),
        (StatusWord::WRONG_CTC, 0x9406),
        (StatusWord::PIN_BLOCKED, 0x6983),
        (StatusWord::WRONG_SECURE_MESSAGE, 0x6988),
    ] {
        assert_eq!(word.0, value);
    }
    assert!(StatusWord::DONE.is_done() && !StatusWord::WRONG_MAC.is_done());
}

#[test]
fn an_answer_ends_with_its_word() {
    let answer = wire::apdu::response(&[1, 2, 3], StatusWord::WRONG_MAC);
    assert_eq!(answer.as_slice(), [1, 2, 3, 0x93, 0x02]);
    assert_eq!(wire::apdu::split_response(&answer), Some((&[1, 2, 3][..], StatusWord::WRONG_MAC)));
    assert_eq!(wire::apdu::split_response(&[0x90, 0x00]), Some((&[][..], StatusWord::DONE)));
    assert_eq!(wire::apdu::split_response(&[0x90]), None);
    assert_eq!(StatusWord::WRONG_MAC.to_string(), "9302");
}
