//! Suites 10 and 20: published values, and what each session key holds.

use crypto::message::PinBlock;
use crypto::session::Randoms;
use crypto::{Key, Online, SessionKey};
use wire::{Icc, Scheme, Suite, Tid, Trn, Ttc};

const WIDE: [Suite; 2] = [Suite::Aes, Suite::Sm4];

fn bytes<const N: usize>(digits: &str) -> [u8; N] {
    hex::decode(digits).unwrap().try_into().unwrap()
}

/// RFC 4493, section 4: empty, one block, two and a half, four.
#[test]
fn cmac_with_aes_is_that_of_rfc_4493() {
    let key = bytes("2b7e151628aed2a6abf7158809cf4f3c");
    let message: [u8; 64] = bytes(concat!(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
    ));
    let key = SessionKey::restore(Suite::Aes, &key).unwrap();
    for (len, code) in [(0, "bb1d6929"), (16, "070a16b4"), (40, "dfa66747"), (64, "51f0bebf")] {
        assert_eq!(hex::encode(key.mac(&message[..len]).0), code, "{len} bytes");
    }
}

/// GB/T 32907, example 1: its block is an input and its complement.
#[test]
fn dispersing_with_sm4_is_the_published_block() {
    let key = Key::of(Suite::Sm4, bytes("0123456789abcdeffedcba9876543210"));
    let card_key = key.diversify(bytes("0123456789abcdef"));
    assert_eq!(hex::encode(card_key.expose()), "681edf34d206965e86b3e94f536e4246");
    assert_eq!(card_key.suite(), Suite::Sm4, "what is made from a key is of its suite");
}

#[test]
fn every_part_of_a_session_is_in_its_key() {
    for suite in WIDE {
        let key = Key::of(suite, [0x11; 16]);
        let plain = Randoms {
            icc: Icc([1, 2, 3, 4]),
            ctc: 42,
            ttc: Ttc(0x0001_0002),
            trn: Trn([0x80, 0, 0, 1]),
            tid: Tid([0xA1; 6]),
        };
        let changed = [
            Randoms { icc: Icc([1, 2, 3, 5]), ..plain },
            Randoms { ctc: 43, ..plain },
            Randoms { ttc: Ttc(0x0002_0002), ..plain },
            Randoms { trn: Trn([0x80, 0, 0, 2]), ..plain },
            Randoms { tid: Tid([0xA2; 6]), ..plain },
        ];
        let made = |random| SessionKey::locking_source(&key, Scheme::Seed, random);
        assert_eq!(made(&plain).expose().len(), 16);
        for other in &changed {
            assert_ne!(made(other).expose(), made(&plain).expose(), "{suite:?}: {other:?}");
        }
        let zero = Randoms { trn: Trn([0; 4]), ..plain };
        let purchase = SessionKey::offline(&key, plain.icc, plain.ctc, plain.ttc, plain.tid);
        assert_eq!(purchase.expose(), made(&zero).expose(), "a purchase has TRN zero");
    }
}

#[test]
fn the_label_keeps_on_line_sessions_apart() {
    let sessions = [Online::Load, Online::Unload, Online::Unlock, Online::Overdraft];
    for suite in WIDE {
        let key = Key::of(suite, [0x11; 16]);
        let made = |session, icc, otc, tid| {
            let (icc, tid) = (Icc([icc; 4]), Tid([tid; 6]));
            SessionKey::online(session, &key, icc, otc, tid).expose().to_vec()
        };
        let mut all: Vec<_> = sessions.map(|session| made(session, 1, 2, 3)).into();
        all.extend([
            made(Online::Load, 9, 2, 3),
            made(Online::Load, 1, 9, 3),
            made(Online::Load, 1, 2, 9),
        ]);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 7, "{suite:?}");
    }
}

#[test]
fn one_key_in_three_suites_has_nothing_in_common() {
    let [triple, aes, sm4] = Suite::ALL.map(|suite| Key::of(suite, [0x37; 16]));
    let pairs = [(&triple, &aes), (&triple, &sm4), (&aes, &sm4)];
    for (one, other) in pairs {
        assert_ne!(one.check_value(), other.check_value());
        assert_ne!(one.encrypt([0; 8]), other.encrypt([0; 8]));
        assert_ne!(one.diversify([1; 8]).expose(), other.diversify([1; 8]).expose());
        assert_ne!(one.folded().mac(b"message"), other.folded().mac(b"message"));
    }
}

#[test]
fn a_block_of_8_bytes_comes_back_in_every_suite() {
    for key in Suite::ALL.map(|suite| Key::of(suite, [0x42; 16])) {
        for number in 0..64_u64 {
            let block = (number * 0x0123_4567_89AB_CDEF).to_be_bytes();
            assert_eq!(key.decrypt(key.encrypt(block)), block);
            assert_ne!(key.encrypt(block), block);
        }
        let digits = [0x12, 0x34, 0x56];
        let sealed = PinBlock::of(&digits).unwrap().seal(&key);
        assert_eq!(PinBlock::open(&key, sealed).digits(), Some(&digits[..]));
    }
}

/// Card and PSAM store a locking source in 16 bytes, whatever its suite.
#[test]
fn a_stored_source_comes_back_in_its_suite_alone() {
    for suite in Suite::ALL {
        let source =
            SessionKey::online(Online::Load, &Key::of(suite, [5; 16]), Icc([1; 4]), 2, Tid([3; 6]));
        let back = SessionKey::restore(suite, &source.store()).unwrap();
        assert_eq!(back.expose(), source.expose());
        assert_eq!(back.mac(b"message"), source.mac(b"message"));
    }
    assert!(SessionKey::restore(Suite::TripleDes, &[1; 16]).is_none(), "more than 8 bytes");
}
