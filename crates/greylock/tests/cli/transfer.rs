//! `load` and `unload`: money onto a card and off it, with the centre's word.

use serde_json::{Value, json};

use crate::forecourt::{OPENING, STATION};
use crate::world::{ASN, Done, World};

/// Every field is there, whatever the outcome.
fn has_every_field(document: &Value) {
    for field in [
        "outcome",
        "amount",
        "balance_before",
        "balance_after",
        "asn",
        "purse",
        "otc",
        "tid",
        "tac",
        "confirmed",
        "apdus",
        "reason",
        "status",
        "unlocked",
        "card",
    ] {
        assert!(document.get(field).is_some(), "{field}: {document}");
    }
}

impl World {
    fn transfer(&self, command: &str, options: &str) -> Done {
        self.run(&format!("{command} --card card.img --host file:centre {options} --json"))
    }

    fn adds_up(&self) {
        self.run("audit --card card.img --host file:centre").done();
    }
}

#[test]
fn money_goes_onto_the_card_and_off_it() {
    let world = World::with_centre();
    let done = world.transfer("load", "--amount 5000");
    let document = done.document();
    has_every_field(&document);
    for (field, value) in [
        ("outcome", json!("loaded")),
        ("amount", json!(5_000)),
        ("balance_before", json!(OPENING)),
        ("balance_after", json!(OPENING + 5_000)),
        ("asn", json!(ASN)),
        ("purse", json!("ed")),
        ("otc", json!(0)),
        ("confirmed", json!(true)),
        ("reason", Value::Null),
    ] {
        assert_eq!(document[field], value, "{field}: {document}");
    }
    assert_eq!(done.code, 0);
    world.adds_up();
    let document = world.transfer("unload", "--amount 2000").document();
    assert_eq!(document["outcome"], "unloaded", "{document}");
    assert_eq!(
        (&document["otc"], &document["balance_after"]),
        (&json!(1), &json!(OPENING + 3_000))
    );
    assert_eq!(world.show("card.img")["purses"][0]["balance"], OPENING + 3_000);
    world.adds_up();
    world.run(&format!("refuel {STATION} --amount 1000 --host file:centre")).done();
    let text = world.run("load --card card.img --amount 10 --host file:centre").done();
    assert!(text.starts_with("loaded: "), "{text}");
    world.adds_up();
}

#[test]
fn what_is_refused_moves_nothing() {
    let world = World::with_centre();
    world.put("pin", b"9999");
    for (command, options, words) in [
        ("load", "--amount 2147483000", "6A80"),
        ("unload", "--amount 150001", "9401"),
        ("load", "--amount 100 --pin-file pin", "PIN"),
        ("unload", "--amount 100 --purse ep", "9401"),
    ] {
        let done = world.transfer(command, options);
        let document = done.document();
        has_every_field(&document);
        assert_eq!((done.code, &document["outcome"]), (1, &json!("refused")), "{document}");
        assert!(document["reason"].as_str().unwrap().contains(words), "{words}: {document}");
    }
    assert_eq!(world.show("card.img")["purses"][0]["balance"], OPENING);
    world.adds_up();
}

#[test]
fn a_grey_card_is_unlocked_first_where_there_is_a_journal() {
    let world = World::with_centre();
    let order = "--amount 3000 --escape-at 2000 --host file:centre";
    let escaped = world.run(&format!("refuel {STATION} {order}"));
    assert_eq!(escaped.code, 3, "{escaped:?}");
    let done = world.transfer("load", "--amount 5000");
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains("greylock unlock"), "{done:?}");
    let document = world.transfer("load", "--amount 5000 --journal station").document();
    assert_eq!(document["outcome"], "loaded", "{document}");
    let delivered = document["unlocked"]["amount"].as_u64().unwrap();
    assert_eq!(document["balance_after"], OPENING - delivered + 5_000);
    world.adds_up();
}

/// A card of a foreign centre, and no centre at all.
#[test]
fn only_the_centre_of_the_card_loads_it() {
    let world = World::with_centre();
    world.run("keys new --out other.toml").done();
    world
        .run("card issue --keys other.toml --asn 6280100000000025 --balance 100 --out other.img")
        .done();
    let done = world.run("load --card other.img --amount 100 --host file:centre --json");
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.document()["reason"].as_str().unwrap().contains("MAC1"), "{done:?}");
    assert_eq!(world.show("other.img")["purses"][0]["balance"], 100);
    world.run("load --card card.img --amount 100").is_wrong_use("--host");
    world.run("load --card card.img --amount 100 --host file:nowhere").is_wrong_use("no centre");
}
