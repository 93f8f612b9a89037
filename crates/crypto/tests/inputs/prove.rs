//! The proof by layout: every two codes of a key differ in some byte, whatever their fields hold.
//!
//! A place of an input may have a set of bytes, and the places are independent of each other. So a padded
//! input can begin another, or equal it, exactly when the sets of all its places meet those of the other.

use super::codes::{COLLIDING, Code, KEYS, Key, WIDE_KEYS};
use super::layout::{cmac_places, padded_places};

/// The places in which the shorter one of two inputs always differs from the longer one.
fn differing(one: &Code, other: &Code) -> Vec<usize> {
    let (one, other) = (padded_places(one.fields), padded_places(other.fields));
    let both = one.iter().zip(&other).enumerate();
    both.filter(|(_, (a, b))| a.both(b).is_empty()).map(|(at, _)| at).collect()
}

/// Every two codes of every key of suite 00.
pub(crate) fn pairs() -> impl Iterator<Item = Pair> {
    pairs_of(KEYS)
}

type Pair = (&'static str, &'static Code, &'static Code);

fn pairs_of(keys: &'static [Key]) -> impl Iterator<Item = Pair> {
    keys.iter().flat_map(|key| {
        let pair = move |(at, one): (usize, &'static Code)| {
            key.codes[at + 1..].iter().map(move |other| (key.name, one, other))
        };
        key.codes.iter().enumerate().flat_map(pair)
    })
}

#[test]
fn no_input_begins_or_equals_another_under_its_key() {
    for (key, one, other) in pairs() {
        let places = differing(one, other);
        let (one, other) = (one.name, other.name);
        assert!(!places.is_empty(), "{key}: {one} and {other} can be begun alike");
    }
    assert!(pairs().count() >= 50, "{} pairs", pairs().count());
}

/// Suites 10 and 20: the layouts of the seed scheme, and their own, as CMAC pads them. What the field scheme adds and the
/// messages whose first block the challenge hides are suite 00's alone.
#[test]
fn no_input_of_cmac_begins_or_equals_another_under_its_key() {
    let shared =
        pairs().filter(|(key, _, _)| !key.contains("field") && !["DAMK", "DPUK"].contains(key));
    let mut count = 0;
    for (key, one, other) in shared.chain(pairs_of(WIDE_KEYS)) {
        let (left, right) = (cmac_places(one.fields), cmac_places(other.fields));
        let apart = left.iter().zip(&right).any(|(a, b)| a.both(b).is_empty());
        assert!(apart, "{key}: {} and {} can be begun alike", one.name, other.name);
        count += 1;
    }
    assert!(count >= 70, "{count} pairs");
}

#[test]
fn layouts_that_collide_are_found() {
    for [one, other] in COLLIDING {
        assert!(differing(one, other).is_empty(), "{} and {}", one.name, other.name);
    }
}

/// The tightest pairs, each held apart by one or two places. Whoever changes a layout sees it here.
#[test]
fn what_holds_the_tightest_pairs_apart() {
    let between = |key: &str, one: &str, other: &str| {
        let found = pairs().find(|pair| (pair.0, pair.1.name, pair.2.name) == (key, one, other));
        let (_, one, other) = found.unwrap_or_else(|| panic!("{key} has no {one} and {other}"));
        differing(one, other)
    };
    // The tags of MAC2 and GMAC.
    assert_eq!(between("SESPK, seed", "MAC2 of lock", "GMAC"), [4]);
    // TRN[0] is 80 or more.
    assert_eq!(between("SESPK of a key with the field scheme", "SESPK'", "MAC2 of purchase"), [0]);
    // The padding of the shorter one stands where a month, an hour or a minute is.
    assert_eq!(between("SESULK", "MAC1 of on-line unlock", "MAC2 of on-line unlock"), [13, 14]);
    assert_eq!(between("SESLK", "MAC1 of load", "MAC2 of load"), [15]);
    assert_eq!(between("SESUNK", "MAC1 of unload", "MAC2 of unload"), [15]);
    assert_eq!(between("SESODK", "MAC1 of overdraft change", "MAC2 of overdraft change"), [14]);
    assert_eq!(between("TAC key", "TAC of debit", "TAC of load"), [22]);
    // What stands behind the challenge: padding, Lc, data.
    let unblock = "APPLICATION BLOCK and UNBLOCK, CARD BLOCK";
    assert_eq!(between("DAMK", unblock, "EXTERNAL AUTHENTICATE"), [4, 5]);
    assert_eq!(between("DAMK", "EXTERNAL AUTHENTICATE", "UPDATE BINARY of 1"), [4, 6]);
    assert_eq!(between("DAMK", "EXTERNAL AUTHENTICATE", "UPDATE BINARY of 4"), [4]);
    assert_eq!(between("DAMK", unblock, "SWITCH KEYS"), [4, 6]);
    assert_eq!(between("DAMK", "EXTERNAL AUTHENTICATE", "SWITCH KEYS"), [4, 6]);
    assert_eq!(between("DAMK", "SWITCH KEYS", "UPDATE BINARY of 1"), [4]);
    assert_eq!(between("DPUK", "UNBLOCK PIN", "the PIN in it"), [4, 13]);
    assert_eq!(between("TAC key", "TAC of debit", "MAC3 of on-line unlock"), [22]);
}

/// Fields have fixed lengths, so two inputs of one code are equal only if every field is.
#[test]
fn the_inputs_of_one_code_have_one_length() {
    for code in KEYS.iter().flat_map(|key| key.codes) {
        let whole = padded_places(code.fields).len();
        assert!(whole.is_multiple_of(8) && (8..=40).contains(&whole), "{}", code.name);
    }
}
