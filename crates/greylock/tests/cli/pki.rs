//! `greylock pki`: an authority in a folder, what it makes, and what it takes back.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::world::World;

/// With an authority in `ca`.
fn with_authority() -> World {
    let world = World::empty();
    world.run("pki init --dir ca --name Fuel-network").done();
    world
}

fn show(world: &World, file: &str) -> Value {
    world.run(&format!("pki show {file} --json")).document()
}

#[test]
fn an_authority_makes_certificates_that_say_whose_they_are() {
    let world = with_authority();
    let text = world
        .run(
            "pki server --dir ca --dns centre.example --ip 192.0.2.7 --ip 2001:db8::7 --out server",
        )
        .done();
    assert!(
        text.starts_with("server.pem, server.key: server centre.example, 192.0.2.7, 2001:db8::7")
    );
    world.run("pki station --dir ca --name north.1 --out north.1 --days 10").done();
    world.run("pki operator --dir ca --name ada --out ada").done();
    let kinds = |file: &str| {
        let document = show(&world, file);
        (document["kind"].clone(), document["names"].clone())
    };
    assert_eq!(kinds("ca/authority.pem"), (json!("authority"), json!(["CN=Fuel-network"])));
    let names = json!(["centre.example", "192.0.2.7", "2001:db8::7"]);
    assert_eq!(kinds("server.pem"), (json!("server"), names));
    assert_eq!(kinds("north.1.pem"), (json!("station"), json!(["north.1"])));
    assert_eq!(kinds("ada.pem"), (json!("operator"), json!(["ada"])));
    for key in ["ca/authority.key", "server.key", "north.1.key", "ada.key"] {
        let mode = std::fs::metadata(world.path(key)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    let shown = world.run("pki show north.1.pem").done();
    assert!(shown.starts_with("station north.1\nserial ") && shown.contains("CN=Fuel-network"));
    world.run("pki renew north.1.pem --dir ca --out again").done();
    assert_eq!(kinds("again.pem"), kinds("north.1.pem"));
    assert_ne!(show(&world, "again.pem")["serial"], show(&world, "north.1.pem")["serial"]);
    assert_ne!(world.bytes("again.key"), world.bytes("north.1.key"));
}

#[test]
fn what_was_made_is_listed_and_can_be_taken_back() {
    let world = with_authority();
    for command in [
        "station --dir ca --name north --out north",
        "station --dir ca --name north --out again",
        "station --dir ca --name south --out south",
        "operator --dir ca --name north --out operator",
    ] {
        world.run(&format!("pki {command}")).done();
    }
    assert_eq!(world.run("pki show ca/authority.crl").done(), "nothing was taken back\n");
    let done = world.run("pki revoke --dir ca --station north --json").document();
    assert_eq!((&done["new"], &done["list"]), (&json!(2), &json!("ca/authority.crl")));
    let states = || {
        let list = world.run("pki list --dir ca --json").document();
        let rows = list["certificates"].as_array().unwrap().clone();
        let state = |row: Value| format!("{} {} {}", row["kind"], row["names"][0], row["state"]);
        let mut states: Vec<String> = rows.into_iter().map(state).collect();
        states.sort();
        states.join("; ").replace('"', "")
    };
    assert_eq!(
        states(),
        "operator north good; station north revoked; station north revoked; station south good"
    );
    let again = world.run("pki revoke --dir ca north.pem").done();
    assert!(again.contains("taken back before"));
    let serial = show(&world, "south.pem")["serial"].as_str().unwrap().to_owned();
    world.run(&format!("pki revoke --dir ca --serial {serial}")).done();
    world.run("pki revoke --dir ca operator.pem").done();
    assert!(!states().contains("good"));
    let list = show(&world, "ca/authority.crl");
    assert_eq!(list["revoked"].as_array().unwrap().len(), 4);
}

#[test]
fn wrong_use_changes_nothing_and_says_what_to_do() {
    let world = with_authority();
    world.run("pki station --dir ca --name north --out north").done();
    let key = world.bytes("ca/authority.key");
    for (command, words) in [
        ("init --dir ca --name Other", "nothing was overwritten"),
        ("init --dir new --name a/b", "letters, digits"),
        ("init --dir new --name a --days 0", "invalid value"),
        ("station --dir ca --name north --out north", "nothing was overwritten"),
        ("station --dir none --name north --out n", "make one with `pki init`"),
        ("station --dir ca --name north --out none/n", "check the path"),
        ("station --dir ca --name a:b --out n", "letters, digits"),
        ("server --dir ca --out s", "--dns"),
        ("server --dir ca --dns https://centre --out s", "no DNS name"),
        ("server --dir ca --ip 300.1.1.1 --out s", "invalid value"),
        ("show north.key", "holds no certificate"),
        ("show none.pem", "check the path"),
        ("revoke --dir ca", "required"),
        ("revoke --dir ca --station south", "`greylock pki list`"),
        ("revoke --dir ca --serial zz", "hex digits"),
        ("revoke --dir ca --serial 00", "made no such certificate"),
        ("revoke --dir ca ca/authority.pem", "make a new one"),
    ] {
        world.run(&format!("pki {command}")).is_wrong_use(words);
    }
    assert_eq!(world.names(), ["ca", "north.key", "north.pem"]);
    assert_eq!(world.bytes("ca/authority.key"), key);
    world.run("pki init --dir other --name Other").done();
    world.run("pki revoke --dir other north.pem").is_wrong_use("not from the authority");
    world.run("pki renew north.pem --dir other --out n").is_wrong_use("not from the authority");
}

#[test]
fn no_key_is_shown() {
    let commands = [
        "init --dir ca --name Fuel-network",
        "station --dir ca --name north --out north",
        "show north.key",
        "show north.pem",
        "list --dir ca",
        "renew north.pem --dir ca --out again",
        "revoke --dir ca --station north",
    ];
    for json in ["", " --json"] {
        let world = World::empty();
        for command in commands {
            let done = world.run(&format!("pki {command}{json}"));
            let said = format!("{}{}", done.out, done.err);
            assert!(!said.contains("PRIVATE"), "{command}");
            for file in ["north.key", "ca/authority.key"] {
                let Ok(key) = std::fs::read_to_string(world.path(file)) else { continue };
                let line = key.lines().nth(1).unwrap();
                assert!(!said.contains(line), "{command} shows {file}");
            }
        }
    }
}
