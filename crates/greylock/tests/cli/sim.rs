//! `greylock sim`: the figures, and a seed that replays.

use crate::world::World;

#[test]
fn the_document_has_the_figures() {
    let world = World::empty();
    let done = world.run("sim --seed 1 --transactions 400 --json");
    assert_eq!(done.code, 0, "{done:?}");
    let document = done.document();
    assert_eq!(document["ok"], true);
    assert_eq!(document["seed"], 1);
    assert_eq!(document["transactions"], 400);
    assert_eq!(document["cents_off"], 0);
    assert_eq!(document["stuck_cards"], 0);
    assert!(document["transactions_per_second"].as_u64().unwrap() > 0);
    let faults = document["faults"].as_object().unwrap();
    assert!(faults.len() >= 15, "{faults:?}");
    assert!(faults.values().map(|count| count.as_u64().unwrap()).sum::<u64>() > 100);
    assert!(document["coverage"]["sales"].as_u64().unwrap() > 0);
    assert!(document["failure"].is_null());
}

#[test]
fn a_seed_gives_the_same_figures_again() {
    let world = World::empty();
    let figures = || {
        let mut document = world.run("sim --seed 3 --transactions 300 --json").document();
        document["transactions_per_second"] = 0.into();
        document
    };
    assert_eq!(figures(), figures());
}

#[test]
fn people_read_the_same() {
    let world = World::empty();
    let text = world.run("sim --seed 1 --transactions 200").done();
    for line in ["seed 1\n", "cents off", "stuck cards", "what went wrong", "what was reached"] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn an_epoch_and_some_of_its_visits_are_played_alone() {
    let world = World::empty();
    let done = world.run("sim --seed 1 --transactions 1000 --epoch 1 --visits 3,4,5 --json");
    let document = done.document();
    assert_eq!(document["transactions"], 3);
    assert_eq!(document["coverage"]["epochs"], 1);
}

#[test]
fn only_wanted_faults_happen() {
    let world = World::empty();
    let done = world.run("sim --seed 1 --transactions 300 --faults card_pulled,link_down --json");
    let document = done.document();
    assert!(document["faults"]["card_pulled"].as_u64().unwrap() > 0);
    assert_eq!(document["faults"]["said_9000"], 0);
}

#[test]
fn what_is_not_there_is_wrong_use() {
    let world = World::empty();
    world.run("sim --seed 1 --transactions 0").is_wrong_use("--transactions");
    world.run("sim --seed 1 --transactions 9 --faults rain").is_wrong_use("card_pulled");
    world.run("sim --seed 1 --transactions 9 --visits 1").is_wrong_use("--epoch");
    world.run("sim --seed 1 --transactions 9 --epoch 7").is_wrong_use("no epoch 7");
    world.run("sim --seed 1 --transactions 9 --epoch 0 --visits 99").is_wrong_use("no such visit");
}

#[test]
fn divided_books_are_compared_with_the_one_centre() {
    let world = World::empty();
    let done = world.run("sim --seed 1 --transactions 400 --partitions 4 --json");
    assert_eq!(done.code, 0, "{done:?}");
    let document = done.document();
    let divided = &document["divided"];
    assert_eq!((&document["ok"], &divided["books"]), (&true.into(), &4.into()));
    assert!(divided["worlds"].as_u64().unwrap() > 0, "{divided}");
    let sale = &divided["by_kind"]["sale"];
    assert!(sale["one"].as_u64().unwrap() > 50, "{divided}");
    assert_eq!((&sale["several"], &sale["all"]), (&0.into(), &0.into()));
    let text = world.run("sim --seed 1 --transactions 200 --partitions 4").done();
    assert!(text.contains("calls, done in one, several or all 4 books"), "{text}");
}

#[test]
fn a_server_and_divided_books_are_not_compared_at_once() {
    let line = "sim --seed 1 --transactions 10 --partitions 4 --centre server";
    World::empty().run(line).is_wrong_use("--partitions");
    World::empty().run("sim --seed 1 --transactions 10 --partitions 0").is_wrong_use("invalid");
}
