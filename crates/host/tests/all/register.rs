//! Registering, and the tables of words.
use std::collections::BTreeSet;

use crate::support::*;
use host::{Account, Class, Code, Refusal};
use wire::{Asn, Limit, Purse};

#[test]
fn a_card_is_registered_once_with_one_opening() {
    let mut host = centre();
    assert!(host.register_card(&opening(CARD), at(0)).unwrap().repeat);
    let mut other = opening(CARD);
    other.openings[0].balance = cents(1);
    assert_eq!(host.register_card(&other, at(0)), Err(Refusal::CardAlreadyRegistered));
}

#[test]
fn no_asn_is_issued_whose_complement_is_one() {
    let mut host = centre();
    for bytes in [[0x66; 8], [0x99; 8], [0xAB; 8]] {
        let refusal = host.register_card(&opening(Asn(bytes)), at(0)).unwrap_err();
        assert_eq!(refusal, Refusal::AsnNotIssuable);
    }
}

#[test]
fn money_on_a_card_is_its_balance_without_the_limit() {
    let mut host = centre();
    let asn = Asn([0x11; 8]);
    let mut card = opening(asn);
    card.openings[1].balance = cents(300);
    card.openings[1].limit = Limit::new(1_000).unwrap();
    host.register_card(&card, at(0)).unwrap();
    let trial = host.trial_balance();
    assert_eq!(trial.of(&Account::Float(asn, Purse::Ed)), 50_000);
    assert_eq!(trial.of(&Account::Float(asn, Purse::Ep)), -700);
    assert_eq!(trial.sum, 0);
}

#[test]
fn a_tid_belongs_to_one_station() {
    let mut host = centre();
    assert!(host.register_psam(T1, NORTH).unwrap().repeat);
    assert_eq!(host.register_psam(T1, SOUTH), Err(Refusal::PsamAlreadyRegistered));
}

#[test]
fn every_code_has_a_name_of_its_own_words_and_something_to_do() {
    let names: BTreeSet<&str> = Code::TABLE.iter().map(|row| row.1).collect();
    assert_eq!(names.len(), Code::TABLE.len());
    for (code, name, class, words, act) in Code::TABLE {
        assert_eq!((code.name(), code.class()), (*name, *class));
        assert!(!words.is_empty() && !act.is_empty(), "{name}");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()));
    }
    assert_eq!(Code::Mac2Wrong.class(), Class::Quarantine);
}

#[test]
fn every_refusal_says_what_and_what_to_do() {
    let names: BTreeSet<&str> = Refusal::TABLE.iter().map(|row| row.1).collect();
    assert_eq!(names.len(), Refusal::TABLE.len());
    for (refusal, name, fault, words) in Refusal::TABLE {
        assert_eq!((refusal.name(), refusal.fault()), (*name, *fault));
        assert_eq!(refusal.to_string(), *words);
        assert!(words.len() > 20, "{name}");
    }
}
