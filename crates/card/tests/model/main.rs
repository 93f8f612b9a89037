//! The card beside a model of the purse in plain integers, which knows no code and no byte (protocol §5, §6, §11).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod driver;
mod issuer;
mod money;
mod purse;
mod steps;
#[path = "../support/mod.rs"]
mod support;

use driver::Driver;
use proptest::prelude::*;
use purse::Model;
use steps::{raw_command, runs};
use support::*;
use wire::Purse;

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_card_does_what_the_model_says(runs in proptest::collection::vec(runs(), 1..60)) {
        let (mut driver, mut model) = (Driver::new(), Model::new());
        for (at, step) in runs.into_iter().flatten().enumerate() {
            let expected = model.step(step);
            let found = driver.step(step);
            prop_assert_eq!(found, expected, "step {} {:?}: {:04X}, model {:04X}", at, step, found, expected);
            model.agrees(&driver.card.view());
        }
    }

    #[test]
    fn raw_bytes_never_panic_and_never_move_money(
        grey in any::<bool>(),
        commands in proptest::collection::vec(raw_command(), 1..60),
    ) {
        let mut card = fresh();
        if grey {
            lock(&mut card, Purse::Ed, 1);
        } else {
            select_and_verify(&mut card);
        }
        let before = card.view().purses;
        for command in commands {
            let answer = card.transmit(&command).unwrap();
            prop_assert!(answer.len() >= 2);
            let word = u16::from_be_bytes([answer[answer.len() - 2], answer[answer.len() - 1]]);
            prop_assert!(word >> 12 == 6 || word >> 12 == 9, "{:04X}", word);
            prop_assert_eq!(card.view().purses, before);
        }
    }
}

/// The model's own check that the sequences reach what they are made for.
#[test]
fn the_sequences_reach_every_state() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = proptest::collection::vec(runs(), 1..60);
    let mut seen = std::collections::BTreeMap::<String, u32>::new();
    for _ in 0..600 {
        let mut model = Model::new();
        for step in strategy.new_tree(&mut runner).unwrap().current().into_iter().flatten() {
            let word = model.step(step);
            let name = format!("{step:?}");
            let name = name.split([' ', '{']).next().unwrap();
            *seen.entry(format!("{name} {word:04X}")).or_default() += 1;
        }
    }
    println!("{} kinds of outcome: {seen:?}", seen.len());
    for needed in [
        "Lock 9000",
        "Lock 9302",
        "Lock 6985",
        "Debit 9000",
        "Debit 9302",
        "Debit 9401",
        "Debit 9406",
        "Unlock 9000",
        "Unlock 9302",
        "Unlock 9401",
        "Unblock 9000",
        "Unblock 6988",
        "Unblock 9303",
        "Debit 6A81",
        "InitRefuel 9403",
        "InitRefuel 6982",
        "Verify 6983",
        "Record 9000",
        "InitMoney 9000",
        "InitMoney 6982",
        "InitMoney 6985",
        "InitMoney 6A80",
        "InitMoney 9401",
        "InitMoney 9403",
        "Money 9000",
        "Money 9302",
        "Money 9401",
        "Money 6985",
        "Money 6A81",
        "Prove 9000",
        "Prove 9406",
        "ChangePin 9000",
        "ChangePin 63C0",
        "ChangePin 6983",
        "ReloadPin 6983",
        "ReloadPin 6988",
        "UnblockPin 9000",
        "Authenticate 9000",
        "Update 9000",
        "Update 6982",
        "Update 6988",
        "Block 9000",
        "Switch 9000",
        "Switch 6985",
        "Switch 6988",
        "Switch 9403",
        "CardBlock 9000",
        "CardBlock 6985",
        "SelectApplication 6A81",
    ] {
        assert!(seen.contains_key(needed), "{needed}");
    }
}
