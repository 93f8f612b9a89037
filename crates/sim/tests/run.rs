//! Many worlds under one seed: every kind of fault happens, no cent is lost, no card is stuck;
//! and what is planted in the code is found, cut down and found again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sim::run::{Fault, Order, Planted, Tale, play, run};

/// `SEED=7 TRANSACTIONS=300000 cargo test --release -p sim --test run every_kind` plays more.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn every_kind_of_fault_happens_and_the_money_adds_up() {
    let order = Order::new(number("SEED", 2), number("TRANSACTIONS", 20_000));
    let tale = run(&order);
    assert_eq!(tale.failure, None, "seed {}", order.seed);
    assert_eq!((tale.cents_off, tale.stuck_cards), (0, 0));
    assert_eq!(tale.transactions, order.transactions);
    let never: Vec<Fault> = tale.faults.iter().filter(|row| row.1 == 0).map(|row| row.0).collect();
    assert!(never.is_empty(), "these never happened: {never:?}");
    assert!(tale.faults.sum() * 3 >= tale.transactions, "{} faults", tale.faults.sum());
    reached_enough(&tale);
    println!("{} transactions, {} faults", tale.transactions, tale.faults.sum());
}

/// A run that only refuses proves nothing.
fn reached_enough(tale: &Tale) {
    let reached = &tale.coverage;
    assert!(reached.sales * 4 > tale.transactions, "{} sales", reached.sales);
    let seldom = ["rulings", "settled_by_succession", "settled_by_operators", "quarantined"];
    for (name, count) in reached.named() {
        assert!(count > 0 || seldom.contains(&name), "{name} was never reached");
    }
}

#[test]
fn a_seed_replays_its_run() {
    let order = Order::new(5, 1_000);
    assert_eq!(run(&order), run(&order));
    assert_ne!(run(&order).faults, run(&Order::new(6, 1_000)).faults);
}

#[test]
fn only_the_faults_that_are_wanted_happen() {
    let wanted = vec![Fault::LinkDown, Fault::CardPulled];
    let tale = run(&Order { faults: wanted.clone(), ..Order::new(1, 1_000) });
    assert_eq!(tale.failure, None);
    for (fault, count) in tale.faults.iter() {
        assert_eq!(count > 0, wanted.contains(&fault), "{fault}: {count}");
    }
    let honest = run(&Order { faults: Vec::new(), ..Order::new(1, 400) });
    assert_eq!((honest.failure, honest.faults.sum()), (None, 0));
}

/// It is found, cut down to a few visits, and these alone show it again.
fn is_found(planted: Planted) {
    let order = Order { planted, ..Order::new(11, 5_000) };
    let failure = run(&order).failure.expect("the planted fault is found");
    assert!(!failure.wrong.is_empty());
    let numbers: Vec<usize> = failure.shortened.visits.iter().map(|visit| visit.number).collect();
    assert!(numbers.len() <= 6, "{planted:?}: {numbers:?}");
    let uncut = order.plan(failure.epoch).unwrap();
    let (_, wrong) = play(&uncut.only(&numbers), planted);
    assert!(!wrong.is_empty(), "{planted:?}: visits {numbers:?} alone");
    let (_, wrong) = play(&uncut.only(&numbers), Planted::Nothing);
    assert_eq!(wrong, Vec::<String>::new(), "without what was planted");
}

#[test]
fn a_report_that_is_forgotten_is_found() {
    is_found(Planted::ForgottenReport);
}

#[test]
fn a_debit_that_is_undone_is_found() {
    is_found(Planted::UndoneDebit);
}
