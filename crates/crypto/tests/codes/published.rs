//! Answers that were published with the algorithms, so that our OpenSSL vectors do not stand alone.

use crypto::{Key, mac};

const KEY: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];

fn key(text: &str) -> Key {
    Key::new(hex::decode(text).unwrap().try_into().unwrap())
}

/// ISO/IEC 9797-1, annex A: algorithm 3, padding method 2, both of its messages.
#[test]
fn retail_macs_of_the_standard() {
    let key = key("0123456789abcdeffedcba9876543210");
    for (message, mac) in [
        ("Now is the time for all ", [0xE9, 0x08, 0x62, 0x30]),
        ("Now is the time for it", [0x5A, 0x69, 0x2C, 0xE6]),
    ] {
        let made = mac::secure_message(&key, [0; 4], message.as_bytes());
        assert_eq!(made.0, mac, "{message}");
    }
}

/// FIPS 81: the first block of "Now is the time for all " under DES; a key K || K makes 3DES single DES.
#[test]
fn two_equal_halves_are_single_des() {
    let doubled = key("0123456789abcdef0123456789abcdef");
    let block = *b"Now is t";
    let answer = [0x3F, 0xA4, 0x0E, 0x8A, 0x98, 0x4D, 0x48, 0x15];
    assert_eq!(doubled.encrypt(block), answer);
    assert_eq!(doubled.decrypt(answer), block);
}

/// The MAC of less than a block is the cipher of that block with its padding.
#[test]
fn a_short_message_is_padded_with_80() {
    let doubled = key("0123456789abcdef0123456789abcdef");
    for (message, block) in [
        (&b""[..], [0x80, 0, 0, 0, 0, 0, 0, 0]),
        (b"abcd", [b'a', b'b', b'c', b'd', 0x80, 0, 0, 0]),
        (b"abcdefg", [b'a', b'b', b'c', b'd', b'e', b'f', b'g', 0x80]),
    ] {
        assert_eq!(mac::mac8(&KEY, message), doubled.encrypt(block), "{message:?}");
    }
    let whole = mac::mac8(&KEY, b"abcdefgh");
    let mut second = doubled.encrypt(*b"abcdefgh");
    second[0] ^= 0x80;
    assert_eq!(whole, doubled.encrypt(second), "a whole block is padded with a block");
}

/// The challenge changes the first block and nothing else.
#[test]
fn the_challenge_is_xored_into_the_first_block() {
    let key = key("00112233445566778899aabbccddeeff");
    let made = mac::secure_message(&key, [1, 2, 3, 4], b"abcdefghij");
    assert_eq!(made, mac::secure_message(&key, [0; 4], b"\x60\x60\x60\x60efghij"));
    assert_ne!(made, mac::secure_message(&key, [0; 4], b"abcdefghij"));
}

#[test]
fn decryption_undoes_encryption() {
    let key = key("00112233445566778899aabbccddeeff");
    for byte in 0..=255 {
        assert_eq!(key.decrypt(key.encrypt([byte; 8])), [byte; 8]);
    }
}
