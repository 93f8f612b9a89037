//! The attack: fields chosen byte by byte so that one input looks as much as it can like another.

use proptest::prelude::*;

use super::codes::{COLLIDING, Code, KEYS, WIDE_KEYS};
use super::layout::{Bytes, Field, Held, padded, padded_places, places};
use super::prove::pairs;

/// Bytes of an input that agree with the wish wherever the place allows it.
fn following(code: &Code, wish: &[Option<u8>], numbers: &[u8]) -> Vec<u8> {
    let all: Vec<Bytes> = code.fields.iter().flat_map(|field| places(*field)).collect();
    let choose = |(at, place): (usize, &Bytes)| match wish.get(at).copied().flatten() {
        Some(byte) if place.has(byte) => byte,
        _ => place.pick(numbers[at]).unwrap(),
    };
    all.iter().enumerate().map(choose).collect()
}

/// Two inputs that share every byte that both layouts allow at the same place.
fn most_alike(one: &Code, other: &Code, numbers: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (left, right) = (padded_places(one.fields), padded_places(other.fields));
    let common = |(at, (a, b)): (usize, (&Bytes, &Bytes))| a.both(b).pick(numbers[at]);
    let wish: Vec<Option<u8>> = left.iter().zip(&right).enumerate().map(common).collect();
    (following(one, &wish, numbers), following(other, &wish, numbers))
}

/// The input that the crate makes from fields with these bytes, or the bytes where it makes none.
fn made(code: &Code, bytes: &[u8]) -> Vec<u8> {
    code.make.map_or_else(|| bytes.to_vec(), |make| make(&Held::new(code.fields, bytes)))
}

fn begins(one: &[u8], other: &[u8]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn numbers() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn an_input_made_to_look_like_another_is_not_it(numbers in numbers()) {
        for (key, one, other) in pairs() {
            let (left, right) = most_alike(one, other, &numbers);
            let (left, right) = (padded(&made(one, &left)), padded(&made(other, &right)));
            prop_assert!(
                !begins(&left, &right),
                "{}: {} {} and {} {}", key, one.name, hex::encode(&left), other.name, hex::encode(&right)
            );
        }
    }

    #[test]
    fn an_input_that_is_copied_out_of_another_is_not_it(numbers in numbers(), more in numbers()) {
        for (key, one, other) in pairs() {
            for (target, copier) in [(one, other), (other, one)] {
                let real = padded(&made(target, &following(target, &[], &numbers)));
                let wish: Vec<Option<u8>> = real.iter().copied().map(Some).collect();
                let copy = padded(&made(copier, &following(copier, &wish, &more)));
                prop_assert!(!begins(&real, &copy), "{}: {} as {}", key, copier.name, target.name);
            }
        }
    }

    #[test]
    fn the_attack_finds_collisions_where_there_are_some(numbers in numbers()) {
        for [one, other] in COLLIDING {
            let (left, right) = most_alike(one, other, &numbers);
            prop_assert!(begins(&padded(&left), &padded(&right)), "{} and {}", one.name, other.name);
        }
    }

    /// The layouts of the attack and the proof are those of the crate: every field stands where they say.
    #[test]
    fn the_crate_lays_its_inputs_out_so(numbers in numbers()) {
        for code in KEYS.iter().chain(WIDE_KEYS).flat_map(|key| key.codes).filter(|code| code.make.is_some()) {
            let bytes = following(code, &[], &numbers);
            let mut input = made(code, &bytes);
            let inner_at = code.fields.iter().take_while(|field| **field != Field::Inner);
            let laid_out: usize = inner_at.map(|field| places(*field).len()).sum();
            prop_assert_eq!(input.len(), bytes.len(), "{}", code.name);
            // The inner MAC is whatever the TAC key makes it.
            input[laid_out..].copy_from_slice(&bytes[laid_out..]);
            prop_assert_eq!(hex::encode(&input), hex::encode(&bytes), "{}", code.name);
        }
    }
}
