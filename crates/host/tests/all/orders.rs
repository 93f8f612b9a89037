//! Whatever order reports and receipts come in, and however often, the books end alike; and
//! the same inputs give the same books and answers.
use std::collections::BTreeMap;

use crate::support::world::*;
use crate::support::*;
use host::{Account, Centre, Input, MemoryBooks};
use proptest::prelude::*;
use wire::{Purse, Scheme};

/// What must not depend on the order.
fn picture(host: &Host) -> impl PartialEq + std::fmt::Debug + use<> {
    let rows = host.outcomes();
    let holes = [T1, T2].map(|tid| host.holes(tid));
    let lists = (host.grey_list(), host.blacklist(), host.decisions());
    (rows, host.trial_balance(), holes, lists)
}

/// What each lock paid to its station, over all postings.
fn paid(host: &Host) -> BTreeMap<wire::LockId, i64> {
    let mut paid = BTreeMap::new();
    for posting in host.postings() {
        let lines = posting.lines.iter();
        assert_eq!(lines.map(|(_, amount)| amount).sum::<i64>(), 0, "{posting:?}");
        for (account, amount) in posting.lines.iter() {
            if let (Account::StationPayable(_), Some(lock)) = (account, posting.lock) {
                *paid.entry(lock).or_default() += amount;
            }
        }
    }
    paid
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    /// The decisions of a world are fixed; everything else comes late, in any order, repeated.
    #[test]
    fn any_order_and_repetition_ends_in_the_same_books(
        stories in stories(),
        last in prop::option::of(0..4_000_u32),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        keys in prop::collection::vec(any::<u64>(), 64),
    ) {
        let told = world(&stories, last);
        let wanted = picture(&told.host);

        // Again and again into the same centre.
        let mut again = told.host.clone();
        for pick in &picks {
            again.apply(pick.get(&told.loose)).unwrap();
        }
        prop_assert_eq!(&picture(&again), &wanted);
        prop_assert_eq!(again.postings(), told.host.postings());

        // Records that no decision leaned on come last, shuffled, lost and repeated.
        let (mut shuffled, early) = start();
        early.iter().for_each(|input| drop(shuffled.apply(input)));
        let (late, fixed) = late_and_fixed(&told);
        fixed.iter().for_each(|input| drop(shuffled.apply(input)));
        let mut keyed: Vec<(u64, Input)> = keys.iter().copied().cycle().zip(late).collect();
        keyed.sort_by_key(|(key, _)| *key);
        let late: Vec<Input> = keyed.into_iter().map(|(_, input)| input).collect();
        for pick in picks.iter().filter(|_| !late.is_empty()) {
            drop(shuffled.apply(pick.get(&late)));
        }
        late.iter().for_each(|input| drop(shuffled.apply(input)));
        prop_assert_eq!(&picture(&shuffled), &wanted);
        for (lock, amount) in paid(&shuffled) {
            prop_assert!(amount <= 4_000, "{} paid {}", lock, amount);
        }
        prop_assert_eq!(paid(&shuffled), paid(&told.host));
    }

    /// A replacement pays out what is known then. What comes later books alike in every order, and
    /// nothing of it touches the float again.
    #[test]
    fn after_a_replacement_any_order_and_repetition_ends_in_the_same_books(
        stories in stories(),
        last in prop::option::of(0..4_000_u32),
        known in any::<u64>(),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        keys in prop::collection::vec(any::<u64>(), 64),
    ) {
        let told = world(&stories, last);
        let (late, fixed) = late_and_fixed(&told);
        let is_early = |place: &usize| known & (1 << (place % 64)) != 0;
        let (mut host, opening) = start();
        opening.iter().chain(&fixed).for_each(|input| drop(host.apply(input)));
        for place in (0..late.len()).filter(is_early) {
            host.apply(&late[place]).unwrap();
        }
        host.apply(&Input::Replace(order("ada", "bob", "lost"))).unwrap();
        let mut shuffled = host.clone();
        late.iter().for_each(|input| drop(host.apply(input)));
        let mut places: Vec<usize> = (0..late.len()).collect();
        places.sort_by_key(|place| keys[place % 64]);
        for pick in picks.iter().filter(|_| !late.is_empty()) {
            drop(shuffled.apply(pick.get(&late)));
            prop_assert_eq!(shuffled.trial_balance().of(&Account::Float(CARD, Purse::Ed)), 0);
        }
        for place in places {
            drop(shuffled.apply(&late[place]));
            prop_assert_eq!(shuffled.trial_balance().of(&Account::Float(CARD, Purse::Ed)), 0);
        }
        prop_assert_eq!(picture(&shuffled), picture(&host));
        prop_assert_eq!(shuffled.trial_balance().sum, 0);
        prop_assert_eq!(paid(&shuffled), paid(&host));
    }

    /// Card and books hold the same money, but for what is pending.
    #[test]
    fn the_books_follow_the_card(stories in stories(), last in prop::option::of(0..4_000_u32)) {
        let told = world(&stories, last);
        let trial = told.host.trial_balance();
        prop_assert_eq!(trial.sum, 0);
        let float = trial.of(&Account::Float(CARD, Purse::Ed));
        prop_assert_eq!(float, i128::from(told.card.balance) - i128::from(told.pending));
        let claims: i128 = [NORTH, SOUTH]
            .map(|station| trial.of(&Account::StationClaims(host::StationId::from(station))))
            .iter()
            .sum();
        prop_assert_eq!(claims, i128::from(told.ruled_off));
    }

    /// The inputs, read back from what a shell would have stored, give the same centre.
    #[test]
    fn replaying_the_inputs_gives_the_same_state_and_answers(
        stories in stories(),
        last in prop::option::of(0..4_000_u32),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mut told = world(&stories, last);
        for pick in &picks {
            let input = pick.get(&told.loose).clone();
            told.tell(garbled(input));
        }
        told.tell(Input::Unblock {
            asn: CARD,
            version: None,
            challenge: [1, 2, 3, 4],
            now: at(202),
        });
        told.tell(Input::Replace(order("ada", "bob", "lost")));
        let by = -5;
        let (purse, kind) = (Purse::Ed, host::ChangeKind::Money);
        told.tell(Input::Change { asn: OTHER, purse, otc: 3, by, kind, now: at(203) });
        let mut replayed = Centre::new(MemoryBooks::new(), keys(Scheme::Seed));
        for (input, output) in &told.log {
            let stored = serde_json::to_string(input).unwrap();
            let read: Input = serde_json::from_str(&stored).unwrap();
            prop_assert_eq!(&read, input);
            prop_assert_eq!(&replayed.apply(&read), output);
        }
        prop_assert_eq!(replayed.books(), told.host.books());
    }
}
