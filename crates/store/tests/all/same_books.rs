//! The books in a database are the books in memory: the same answers, the same facts, the same sums.

use crate::base::{Base, on_postgres, on_sqlite};
use crate::history::{InMemory, Picture, picture, tell};
use crate::support::world::{Story, World, late_and_fixed, start, stories, world};
use crate::support::*;
use host::{Centre, Input, MainKeys, MemoryBooks};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use store::Reader;
use wire::Scheme;

type Told = (Vec<(Story, usize, u32)>, Option<u32>);

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

fn in_memory(inputs: &[Input]) -> InMemory {
    let mut centre = Centre::new(MemoryBooks::new(), keys(Scheme::Seed));
    inputs.iter().for_each(|input| drop(centre.apply(input)));
    centre
}

#[expect(clippy::redundant_closure, reason = "the function has one lifetime, the closure any")]
fn seen(reader: &mut Reader) -> Picture {
    reader.look(|centre| picture(centre)).unwrap()
}

/// Everything that was told, in its order, one transaction for each call: answers and books agree, to the row.
fn one_by_one(base: fn(MainKeys) -> Base, (stories, last): Told) {
    let mut told = world(&stories, last);
    told.tell(Input::Unblock { asn: CARD, version: None, challenge: [1, 2, 3, 4], now: at(202) });
    told.tell(Input::Replace(order("ada", "bob", "lost")));
    let base = base(keys(Scheme::Seed));
    let desk = base.desk();
    for (input, output) in &told.log {
        assert_eq!(desk.apply(vec![input.clone()]).unwrap(), vec![output.clone()], "{input:?}");
    }
    let mut reader = base.reader();
    let everything = reader.everything().unwrap();
    assert_eq!(&everything, told.host.books());
    assert_eq!(seen(&mut reader), picture(&told.host));
}

/// All reports in one transaction, some of them twice, in another order: the same books in the end.
fn shuffled_in_batches(base: fn(MainKeys) -> Base, (stories, last): Told, seeds: &[u64]) {
    let told = world(&stories, last);
    let (late, fixed) = late_and_fixed(&told);
    let mut keyed: Vec<(u64, Input)> = seeds.iter().copied().cycle().zip(late).collect();
    keyed.sort_by_key(|(key, _)| *key);
    let late: Vec<Input> = keyed.into_iter().map(|(_, input)| input).collect();
    let first: Vec<Input> = start().1.into_iter().chain(fixed).collect();
    let base = base(keys(Scheme::Seed));
    let desk = base.desk();
    tell(&desk, first.clone());
    let twice: Vec<Input> = late.iter().chain(late.iter().rev()).cloned().collect();
    for batch in twice.chunks(7) {
        desk.apply(batch.to_vec()).unwrap();
    }
    let wanted = in_memory(&first.into_iter().chain(twice).collect::<Vec<_>>());
    let mut reader = base.reader();
    assert_eq!(seen(&mut reader), picture(&wanted));
    assert_eq!(&reader.everything().unwrap(), wanted.books());
}

fn any_told() -> impl Strategy<Value = Told> {
    (stories(), prop::option::of(0..4_000_u32))
}

fn each_alone(base: fn(MainKeys) -> Base, cases: u32) {
    runner(cases)
        .run(&any_told(), |told| {
            one_by_one(base, told);
            Ok(())
        })
        .unwrap();
}

fn batches(base: fn(MainKeys) -> Base, cases: u32) {
    runner(cases)
        .run(&(any_told(), prop::collection::vec(any::<u64>(), 64)), |(told, seeds)| {
            shuffled_in_batches(base, told, &seeds);
            Ok(())
        })
        .unwrap();
}

#[test]
fn each_call_alone_gives_the_same_books_on_sqlite() {
    each_alone(on_sqlite, 24);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn each_call_alone_gives_the_same_books_on_postgres() {
    each_alone(on_postgres, 24);
}

#[test]
fn batches_in_any_order_give_the_same_books_on_sqlite() {
    batches(on_sqlite, 24);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn batches_in_any_order_give_the_same_books_on_postgres() {
    batches(on_postgres, 24);
}

/// What is told survives closing and opening; telling it again changes nothing.
fn opened_again(base: fn(MainKeys) -> Base) {
    let mut told = World::new();
    told.play(Story::GreyThenTacSeen, 0, 1_500);
    told.play(Story::RecordUnlocked, 1, 700);
    let base = base(keys(Scheme::Seed));
    let inputs: Vec<Input> = told.log.iter().map(|(input, _)| input.clone()).collect();
    tell(&base.desk(), inputs);
    tell(&base.desk(), told.loose.clone());
    assert_eq!(&base.reader().everything().unwrap(), told.host.books());
}

#[test]
fn books_are_the_same_after_opening_again_on_sqlite() {
    opened_again(on_sqlite);
}

#[test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
fn books_are_the_same_after_opening_again_on_postgres() {
    opened_again(on_postgres);
}
