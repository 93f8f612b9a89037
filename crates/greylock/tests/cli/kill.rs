//! A terminal whose power goes at each journal step: whatever was flowing is paid once.

use serde_json::Value;

use crate::forecourt::{Held, OPENING, STATION};
use crate::world::World;

const HOST: &str = "--host file:centre";
const FILL: u64 = 8765;

/// A journal step, what had flowed when it was durable, and whether the card was grey then.
struct Moment {
    step: &'static str,
    delivered: u64,
    card: &'static str,
}

const MOMENTS: [Moment; 5] = [
    Moment { step: "lock_sent", delivered: 0, card: "unlocked" },
    Moment { step: "locked", delivered: 0, card: "grey" },
    Moment { step: "delivered", delivered: FILL, card: "grey" },
    Moment { step: "claimed", delivered: FILL, card: "grey" },
    Moment { step: "settled", delivered: FILL, card: "tac_unread" },
];

/// Every image, journal and book that is there.
fn everything(world: &World) -> String {
    let mut all = String::new();
    for name in world.names() {
        match name.as_str() {
            "card.img" | "second.img" => all.push_str(&format!("--card {name} ")),
            "psam.img" => all.push_str(&format!("--psam {name} ")),
            "station" | "elsewhere" => all.push_str(&format!("--journal {name} ")),
            "centre" => all.push_str("--host file:centre "),
            _ => {}
        }
    }
    all
}

/// A world in which the power went at this moment of the second refuelling.
fn killed_at(moment: &Moment, mut world: World, host: &str) -> World {
    world.settle(&format!("--amount 1000 {host}"));
    let held = Held::at(&world, moment.step, &format!("--amount {FILL} {host}"));
    held.kill();
    assert_eq!(world.show("card.img")["state"], moment.card, "{}", moment.step);
    world = and_adds_up(world);
    world
}

fn and_adds_up(world: World) -> World {
    let totals = world.audited(&everything(&world))["totals"].take();
    assert_eq!(totals["difference"], 0, "{totals}");
    assert_eq!(totals["not_covered"], 0, "{totals}");
    world
}

/// The card is free, has paid what had flowed and nothing else, and every book says so.
fn paid(world: World, also: u64, moment: &Moment) -> World {
    let expected = OPENING - 1000 - moment.delivered - also;
    assert_eq!(world.show("card.img")["state"], "unlocked", "{}", moment.step);
    assert_eq!(world.balance("card.img", 0), expected, "{}", moment.step);
    let totals = world.audited(&everything(&world))["totals"].take();
    assert_eq!(totals["settled"], totals["debits_by_cards"], "{}: {totals}", moment.step);
    and_adds_up(world)
}

fn sales(world: &World) -> u64 {
    let outcomes = world.run(&format!("host outcomes --json {HOST}")).document();
    let rows = outcomes["outcomes"].as_array().unwrap().iter();
    rows.filter(|row| row["outcome"] == "sale").map(|row| row["settled"].as_u64().unwrap()).sum()
}

#[test]
fn the_next_refuelling_frees_the_card_and_goes_on() {
    for moment in &MOMENTS {
        for host in ["", HOST] {
            let world = if host.is_empty() { World::new() } else { World::with_centre() };
            let world = killed_at(moment, world, host);
            let document = world.settle(&format!("--amount 700 {host}"));
            let unlocked = &document["unlocked"];
            if moment.card == "grey" {
                assert_eq!(unlocked["how"], "local", "{}: {document}", moment.step);
                assert_eq!(unlocked["amount"], moment.delivered, "{}", moment.step);
            } else {
                assert!(unlocked.is_null(), "{}: the card was free: {document}", moment.step);
            }
            assert_eq!(document["balance_before"], OPENING - 1000 - moment.delivered);
            let world = paid(world, 700, moment);
            if !host.is_empty() {
                assert_eq!(sales(&world), 1700 + moment.delivered, "{}", moment.step);
            }
        }
    }
}

#[test]
fn an_unlock_at_the_same_station_frees_it() {
    for moment in &MOMENTS {
        let world = killed_at(moment, World::new(), "");
        match moment.card {
            "grey" => {
                drop(world.freed("local", moment.delivered, "--journal station --psam psam.img"));
            }
            "tac_unread" => drop(world.freed("tac_read", FILL, "--journal station")),
            _ => assert_eq!(world.unlock("--journal station --psam psam.img").code, 1),
        }
        paid(world, 0, moment);
    }
}

#[test]
fn a_claimed_record_needs_no_psam_and_a_delivery_does() {
    let world = killed_at(&MOMENTS[3], World::new(), "");
    world.freed("local", FILL, "--journal station");
    paid(world, 0, &MOMENTS[3]);
    for moment in &MOMENTS[1..3] {
        let world = killed_at(moment, World::new(), "");
        let done = world.unlock("--journal station");
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.document()["reason"].as_str().unwrap().contains("no record"), "{done:?}");
        world.freed("local", moment.delivered, "--journal station --psam psam.img");
        paid(world, 0, moment);
    }
}

#[test]
fn another_station_frees_it_once_the_first_one_has_told_the_centre() {
    for moment in &MOMENTS {
        let world = killed_at(moment, World::with_centre(), HOST);
        let elsewhere = format!("--journal elsewhere {HOST}");
        let first = world.unlock(&elsewhere);
        match moment.card {
            "tac_unread" => {
                assert_eq!((first.code, &first.document()["how"]), (0, &Value::from("tac_read")));
            }
            _ => assert_eq!(first.code, 1, "{}: {first:?}", moment.step),
        }
        // The station comes back with another customer: it finishes what it had left open.
        world.issue_card("6280100000000025", "second.img");
        let order = STATION.replace("card.img", "second.img");
        world.run(&format!("refuel {order} --amount 50 {HOST}")).done();
        let world = and_adds_up(world);
        if moment.card == "grey" {
            world.freed("local", moment.delivered, &elsewhere);
        }
        let world = paid(world, 0, moment);
        assert_eq!(sales(&world), 1050 + moment.delivered, "{}", moment.step);
    }
}

#[test]
fn a_lock_that_never_went_out_ends_as_no_dispense() {
    let moment = &MOMENTS[0];
    let world = killed_at(moment, World::with_centre(), HOST);
    world.settle(&format!("--amount 700 {HOST}"));
    let outcomes = world.run(&format!("host outcomes --json {HOST}")).document();
    let names: Vec<&Value> =
        outcomes["outcomes"].as_array().unwrap().iter().map(|row| &row["outcome"]).collect();
    assert_eq!(names, ["sale", "no_dispense", "sale"]);
    assert_eq!(
        world.run(&format!("host holes --json {HOST}")).document()["psams"][0]["missing"],
        Value::Array(Vec::new())
    );
}

#[test]
fn the_first_power_cut_of_a_new_station_leaves_a_station() {
    for moment in &MOMENTS {
        let world = World::new();
        Held::at(&world, moment.step, &format!("--amount {FILL}")).kill();
        world.settle("--amount 700");
        assert_eq!(world.balance("card.img", 0), OPENING - moment.delivered - 700);
        and_adds_up(world);
    }
}

#[test]
fn files_that_a_killed_process_was_making_are_made_anew() {
    let world = World::new();
    std::fs::create_dir(world.path("station")).unwrap();
    for name in ["station/journal.new", "station/pump.new", "card2.img.new"] {
        world.put(name, b"half of it");
    }
    world.settle("--amount 100");
    world.run("card issue --keys keys.toml --asn 6280100000000025 --out card2.img").done();
    let names: Vec<String> = world.names();
    assert!(!names.iter().any(|name| name.ends_with(".new")), "{names:?}");
}

#[test]
fn power_that_goes_in_the_middle_of_the_writing_costs_nobody_a_cent() {
    let world = World::with_centre();
    world.settle(&format!("--amount 1 {HOST}"));
    let files = ["station/journal", "station/pump", "card.img", "psam.img", "centre/inputs"];
    let mut amount = 1000;
    for moment in &MOMENTS {
        for file in files {
            amount += 1;
            let held = Held::at(&world, moment.step, &format!("--amount {amount} {HOST}"));
            held.let_go_and_kill_when_written(&world, file);
            world.audited(&everything(&world));
            if amount % 3 == 0 {
                world.unlock(&format!("--journal station --psam psam.img {HOST}"));
                world.audited(&everything(&world));
            }
        }
    }
    world.settle(&format!("--amount 1 {HOST}"));
    let paid = OPENING - world.balance("card.img", 0);
    let totals = world.audited(&everything(&world))["totals"].take();
    assert_eq!(totals["settled"], paid, "{totals}");
    assert_eq!(totals["pending_grey"], 0, "{totals}");
    assert_eq!(sales(&world), paid);
}
