//! Comparing codes, and what is shown of keys: nothing.

use crypto::check::{check, same_bytes};
use crypto::{Key, SessionKey};
use wire::Mac;

#[test]
fn equal_codes_agree_and_no_others() {
    let own = Mac([0x12, 0x34, 0x56, 0x78]);
    assert!(check(own, own).is_some());
    for bit in 0..32 {
        let given = Mac((u32::from_be_bytes(own.0) ^ 1 << bit).to_be_bytes());
        assert!(check(own, given).is_none(), "bit {bit}");
        assert!(check(given, own).is_none(), "bit {bit}");
    }
    assert!(check(own, Mac([0; 4])).is_none());
    assert!(check(own, Mac([0x12, 0x34, 0x56, 0])).is_none());
}

#[test]
fn byte_strings_agree_when_equal_in_length_and_content() {
    assert!(same_bytes(&[], &[]));
    assert!(same_bytes(&[0x12, 0x34, 0x56], &[0x12, 0x34, 0x56]));
    assert!(!same_bytes(&[0x12, 0x34, 0x56], &[0x12, 0x34, 0x57]));
    assert!(!same_bytes(&[0x12, 0x34, 0x56], &[0x92, 0x34, 0x56]));
    assert!(!same_bytes(&[0x12, 0x34, 0x56], &[0x12, 0x34]), "a part is not the whole");
    assert!(!same_bytes(&[0x12, 0x34], &[0x12, 0x34, 0x56]));
    assert!(!same_bytes(&[0x12], &[]));
    assert!(!same_bytes(&[], &[0x12]));
}

#[test]
fn debug_shows_nothing_of_a_key() {
    let bytes = [0xAB; 16];
    let (key, session) = (Key::new(bytes), SessionKey::new([0xCD; 8]));
    let tac_key = Key::new([0xAB, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0]).folded();
    for (shown, name) in [
        (format!("{key:?}"), "Key(..)"),
        (format!("{session:?}"), "SessionKey(..)"),
        (format!("{tac_key:?}"), "TacKey(..)"),
    ] {
        assert_eq!(shown, name);
    }
    assert_eq!(format!("{key:#?}{session:#x?}{tac_key:#?}"), "Key(..)SessionKey(..)TacKey(..)");
}

#[test]
fn a_key_is_kept_as_given() {
    let bytes = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let key = Key::new(bytes);
    assert_eq!(key.expose(), &bytes);
    assert_eq!(key.halves(), ([0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15]));
    assert_eq!(key.folded().expose(), &[8; 8]);
    assert_eq!(SessionKey::new([5; 8]).expose(), &[5; 8]);
    assert_eq!(key.clone().expose(), key.expose());
}
