//! Money without fuel at a running station, limits of a vehicle, and certificates that it takes over while it runs.

use serde_json::json;

use crate::served::Served;
use crate::station::{CONFIG, PRICES, Station, line_with};
use crate::world::{ASN, World};

/// A centre in development, and a station of it with a card.
fn world() -> (World, Served, String) {
    let world = World::empty();
    let centre = Served::start(&world, "--dev --data centre");
    let host = format!("--host {} --token centre/operator.token", centre.url);
    world.run(&format!("card issue {host} --asn {ASN} --balance 150000 --out card.img")).done();
    let psam = "--tid 000000000001 --station north --out psam.img";
    world.run(&format!("psam issue {host} {psam}")).done();
    world.put("prices.toml", PRICES.as_bytes());
    world.put("north.toml", format!("centre = \"{}\"\n{CONFIG}", centre.url).as_bytes());
    (world, centre, host)
}

#[test]
fn money_is_loaded_unloaded_and_spent_at_a_running_station() {
    let (world, centre, host) = world();
    let station = Station::at(&world, "north");
    let mut balance = [150_000, 0];
    for (command, purse, amount, outcome) in [
        ("load", 0, 5_000, "loaded"),
        ("unload", 0, 2_000, "unloaded"),
        ("purchase", 0, 700, "purchased"),
        ("load", 1, 900, "loaded"),
        ("purchase", 1, 300, "purchased"),
    ] {
        let name = ["ed", "ep"][purse];
        let asked =
            format!("{command} --nozzle 1 --card card.img --purse {name} --amount {amount}");
        let (code, done) = station.ask(&world, &asked);
        assert_eq!((code, &done["outcome"]), (0, &json!(outcome)), "{asked}: {done}");
        assert_eq!((&done["amount"], &done["asn"]), (&json!(amount), &json!(ASN)), "{done}");
        assert_eq!(done["balance_before"], balance[purse], "{asked}: {done}");
        let gets = command == "load";
        balance[purse] = if gets { balance[purse] + amount } else { balance[purse] - amount };
        assert_eq!(done["balance_after"], balance[purse], "{asked}: {done}");
        assert_eq!(world.show("card.img")["purses"][purse]["balance"], balance[purse]);
    }
    let (code, refused) = station.ask(&world, "unload --card card.img --amount 999999");
    assert_eq!((code, &refused["outcome"]), (1, &json!("refused")), "{refused}");
    let reported = || {
        let top = station.ask(&world, "top").1;
        top["stations"][0]["site"]["centre"]["queue"] == 0
    };
    assert!((0..200).any(|_| reported()), "the purchases went up");
    // Off-line a card pays as ever, and no money comes onto it.
    drop(centre);
    let (code, bought) = station.ask(&world, "purchase --card card.img --amount 50");
    assert_eq!((code, &bought["outcome"]), (0, &json!("purchased")), "{bought}");
    let (code, refused) = station.ask(&world, "load --card card.img --amount 50");
    assert_eq!((code, &refused["outcome"]), (1, &json!("refused")), "{refused}");
    assert!(refused["reason"].as_str().unwrap().contains("out of reach"), "{refused}");
    assert_eq!(world.show("card.img")["purses"][0]["balance"], balance[0] - 50);
    station.stop();
    let centre = Served::start(&world, "--dev --data centre");
    let host = host.split_once(" --token").map(|(_, token)| token).unwrap();
    let host = format!("--host {} --token{host}", centre.url);
    let audit = format!("audit --json --card card.img --psam psam.img --journal north {host}");
    let audit = world.run(&audit);
    assert_eq!(audit.document()["ok"], true, "{audit:?}");
    centre.stop();
}

#[test]
fn a_vehicle_is_named_where_limits_ask_for_it() {
    let world = World::new();
    let vehicle = format!(
        "[[vehicles]]\nplate = \"B-GL-42\"\ncards = [\"{ASN}\"]\nlimits = {{ day = 1000 }}\n"
    );
    world.put("prices.toml", format!("{PRICES}\n{vehicle}").as_bytes());
    world.put("north.toml", CONFIG.as_bytes());
    let station = Station::at(&world, "north");
    let (code, refused) = station.ask(&world, "refuel --card card.img --amount 400");
    assert_eq!((code, &refused["outcome"]), (1, &json!("refused")), "{refused}");
    assert!(refused["reason"].as_str().unwrap().contains("give the plate"), "{refused}");
    let (code, sale) = station.ask(&world, "refuel --card card.img --amount 400 --vehicle b-gl-42");
    assert_eq!((code, &sale["outcome"]), (0, &json!("settled")), "{sale}");
    let paid = sale["amount"].as_u64().unwrap();
    let (_, sale) = station.ask(&world, "refuel --card card.img --vehicle B-GL-42");
    assert!(sale["amount"].as_u64().unwrap() + paid <= 1_000, "what is left of the day: {sale}");
    station.stop();
}

/// Keys, certificates and trust of another authority: whoever was let in before is a stranger, and the station is one to
/// whoever trusts the first.
#[test]
fn new_certificates_are_taken_over_by_a_signal() {
    let world = World::new();
    world.put("prices.toml", PRICES.as_bytes());
    let secured = format!("certificate = \"server\"\nauthority = \"pki\"\n{CONFIG}");
    world.put("north.toml", secured.as_bytes());
    let make = |dir: &str, server: &str, operator: &str| {
        world.run(&format!("pki init --dir {dir} --name {dir}")).done();
        world.run(&format!("pki server --dir {dir} --ip 127.0.0.1 --out {server}")).done();
        world.run(&format!("pki operator --dir {dir} --name {operator} --out {operator}")).done();
    };
    make("pki", "server", "ada");
    make("new", "next", "grace");
    world.copy("pki", "first");
    let mut station = Station::at(&world, "north");
    let looks = |station: &Station, operator: &str, authority: &str| {
        let by = format!("--certificate {operator} --authority {authority}");
        let top = world.run(&format!("top --once --station {} {by}", station.url));
        top.out.contains("Diesel")
    };
    assert!(looks(&station, "ada", "first") && !looks(&station, "grace", "new"));
    for (from, to) in [("next.pem", "server.pem"), ("next.key", "server.key")] {
        world.copy(from, to);
    }
    world.copy("new", "pki");
    assert!(looks(&station, "ada", "first"), "nothing was read yet");
    station.tell("-HUP");
    line_with(&mut station.stderr, "were read again");
    assert!(looks(&station, "grace", "new"), "the new one is let in, and believes the station");
    assert!(!looks(&station, "ada", "first"));
    // One that is none leaves those that it had.
    world.put("server.pem", b"no certificate");
    station.tell("-HUP");
    line_with(&mut station.stderr, "not read again");
    assert!(looks(&station, "grace", "new"));
    station.stop();
}
