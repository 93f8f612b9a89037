//! `greylock bench` without readers: the figures come, and no clock is held against them.

use crate::world::World;

#[test]
fn every_command_of_a_refuelling_is_measured_in_every_suite() {
    let document = World::empty().run("bench card --runs 2 --json").document();
    assert_eq!((&document["outcome"], &document["runs"]), (&"done".into(), &2.into()));
    let suites = document["card"]["suites"].as_array().unwrap();
    assert_eq!(suites.len(), 3);
    for suite in suites {
        let commands = suite["commands"].as_array().unwrap();
        assert_eq!(suite["apdus"], commands.len(), "{suite}");
        let lock = commands.iter().find(|row| row["command"] == "LOCK FOR REFUEL").unwrap();
        assert!(lock["microseconds"].as_f64().unwrap() > 0.0 && lock["ratio"].is_f64(), "{lock}");
        assert_eq!((&lock["nvm"]["syncs"], &lock["nvm_floor"]["syncs"]), (&2.into(), &2.into()));
        assert!(lock["nvm"]["bytes"].as_u64() > lock["nvm_floor"]["bytes"].as_u64(), "{lock}");
    }
    assert_eq!(document["card"]["static_ram"][0]["chip"], "card");
}

#[test]
fn the_table_has_a_line_for_each_command() {
    let text = World::empty().run("bench card --runs 1").done();
    for line in ["suite 3des", "suite aes", "suite sm4", "LOCK FOR REFUEL", "static RAM of a card"]
    {
        assert!(text.contains(line), "{line}: {text}");
    }
}

/// The books are the same in each run, and so is their size.
#[test]
fn an_outcome_has_its_bytes_and_rows() {
    let world = World::empty();
    let room = || world.run("bench room --outcomes 400 --json").document()["room"][0].clone();
    let first = room();
    assert_eq!((&first["database"], &first["count"]), (&"sqlite".into(), &400.into()));
    assert!(first["bytes_per_outcome"].as_f64().unwrap() > 500.0, "{first}");
    assert!(first["rows_per_outcome"].as_f64().unwrap() >= 3.0, "{first}");
    assert_eq!(first, room());
}

#[cfg(not(feature = "pcsc"))]
#[test]
fn a_build_without_readers_says_how_to_get_one() {
    let world = World::empty();
    world.run("bench refuel").is_wrong_use("--features pcsc");
    let done = world.run("bench --runs 1 --json");
    assert!(
        done.document()["refuel"].is_null() && done.err.contains("refuel was not run"),
        "{done:?}"
    );
}
