//! Base and changes against a plain map.

use std::collections::BTreeMap;

use lists::{Change, Digest, List, ListError};
use proptest::prelude::*;

type Small = List<1, 2>;

fn change(version: u64, key: u8, value: Option<u16>) -> Change<1, 2> {
    Change { version, key: [key], value: value.map(u16::to_be_bytes) }
}

fn digest_of(rows: &BTreeMap<u8, u16>) -> Digest {
    rows.iter()
        .rev()
        .fold(Digest::default(), |sum, (key, value)| sum.with(&[*key], &value.to_be_bytes()))
}

proptest! {
    #[test]
    fn it_holds_what_a_map_would(
        base in prop::collection::btree_map(any::<u8>(), any::<u16>(), 0..200),
        changes in prop::collection::vec((any::<u8>(), any::<Option<u16>>()), 0..80),
        settles in any::<u8>(),
    ) {
        let rows = base.iter().map(|(key, value)| ([*key], value.to_be_bytes()));
        let mut list = Small::base(7, rows).unwrap();
        let mut map = base;
        for (number, (key, value)) in (8..).zip(&changes) {
            list.apply(&change(number, *key, *value)).unwrap();
            match value {
                Some(value) => map.insert(*key, *value),
                None => map.remove(key),
            };
            if number % 16 == u64::from(settles % 16) {
                list.settle();
            }
        }
        for key in 0..=255 {
            prop_assert_eq!(list.get(&[key]).copied(), map.get(&key).map(|value| value.to_be_bytes()));
        }
        let rows: Vec<_> = list.rows().collect();
        let expected: Vec<_> = map.iter().map(|(key, value)| ([*key], value.to_be_bytes())).collect();
        prop_assert_eq!(rows, expected);
        prop_assert_eq!((list.len(), list.digest()), (map.len(), digest_of(&map)));
        prop_assert_eq!(list.version(), 7 + u64::try_from(changes.len()).unwrap());
    }

    #[test]
    fn a_row_that_came_and_went_leaves_no_trace(rows in prop::collection::vec((any::<u8>(), any::<u16>()), 0..20), key: u8, value: u16) {
        let sum = rows.iter().fold(Digest::default(), |sum, (key, value)| sum.with(&[*key], &value.to_be_bytes()));
        let there = sum.with(&[key], &value.to_be_bytes());
        prop_assert_ne!(there, sum);
        prop_assert_eq!(there.without(&[key], &value.to_be_bytes()), sum);
        prop_assert_eq!(sum.and(Digest::default().with(&[key], &value.to_be_bytes())), there);
        prop_assert_eq!(there.to_string().parse(), Ok(there));
        prop_assert_eq!(Digest::from_bytes(&there.to_bytes()), there);
    }
}

#[test]
fn a_gap_changes_nothing_and_a_repeat_neither() {
    let mut list = Small::base(3, [([1], [0, 1])]).unwrap();
    let digest = list.digest();
    assert_eq!(list.apply(&change(5, 1, None)), Err(ListError::Gap { has: 3, comes: 5 }));
    assert_eq!(list.apply(&change(3, 1, None)), Ok(()));
    assert_eq!((list.version(), list.digest(), list.get(&[1])), (3, digest, Some(&[0, 1])));
    list.apply(&change(4, 1, None)).unwrap();
    assert_eq!((list.version(), list.digest(), list.get(&[1])), (4, Digest::default(), None));
    assert_eq!(list.check(digest), Err(ListError::Differs { version: 4 }));
}

#[test]
fn key_and_value_are_told_apart() {
    assert_ne!(Digest::default().with(b"ab", b"c"), Digest::default().with(b"a", b"bc"));
}

#[test]
fn a_base_is_in_order_and_has_no_row_twice() {
    assert_eq!(
        Small::base(1, [([2], [0; 2]), ([1], [0; 2])]).map(drop),
        Err(ListError::Order { row: 1 })
    );
    assert_eq!(
        Small::base(1, [([1], [0; 2]), ([1], [0; 2])]).map(drop),
        Err(ListError::Order { row: 1 })
    );
}
