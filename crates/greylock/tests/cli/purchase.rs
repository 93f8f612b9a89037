//! `purchase`: goods paid for without a lock.

use serde_json::{Value, json};

use crate::forecourt::STATION;
use crate::world::{ASN, Done, TID, World};

/// Every field is there, whatever the outcome.
fn has_every_field(document: &Value) {
    for field in [
        "outcome",
        "amount",
        "balance_before",
        "balance_after",
        "asn",
        "purse",
        "ctc",
        "tid",
        "ttc",
        "tac",
        "apdus",
        "reason",
        "status",
        "unlocked",
        "ended",
        "card",
        "psam",
    ] {
        assert!(document.get(field).is_some(), "{field}: {document}");
    }
}

fn purchase(world: &World, options: &str) -> Done {
    world.run(&format!("purchase {STATION} {options} --json"))
}

#[test]
fn a_purchase_is_paid_reported_and_audited() {
    let world = World::new();
    world.run("host init --keys keys.toml --dir centre").done();
    let done = purchase(&world, "--amount 450 --host file:centre");
    let document = done.document();
    has_every_field(&document);
    for (field, value) in [
        ("outcome", json!("purchased")),
        ("amount", json!(450)),
        ("balance_before", json!(150_000)),
        ("balance_after", json!(149_550)),
        ("asn", json!(ASN)),
        ("purse", json!("ed")),
        ("ctc", json!(0)),
        ("tid", json!(TID)),
        ("ttc", json!(1)),
        ("reason", Value::Null),
    ] {
        assert_eq!(document[field], value, "{field}");
    }
    assert!(document["tac"].is_string());
    assert_eq!(done.code, 0);
    assert_eq!(world.show("card.img")["purses"][0]["balance"], 149_550);
    world.run("audit --card card.img --psam psam.img --journal station --host file:centre").done();
    let outcomes = world.run("host outcomes --host file:centre --json").document();
    let row = &outcomes["outcomes"][0];
    assert_eq!((&row["outcome"], &row["settled"]), (&json!("purchase"), &json!(450)), "{row}");
    assert_eq!((&row["settled_by"], &row["station"]), (&json!("tac"), &json!("station")), "{row}");
    world.run(&format!("refuel {STATION} --amount 1000 --host file:centre")).done();
    let text = world.run(&format!("purchase {STATION} --amount 50 --host file:centre")).done();
    assert!(text.starts_with("purchased: "), "{text}");
    world.run("audit --card card.img --psam psam.img --journal station --host file:centre").done();
}

/// EP asks for no PIN, and nobody is asked for one.
#[test]
fn the_electronic_purse_pays_without_a_pin() {
    let world = World::empty();
    world.run("keys new --out keys.toml").done();
    let issue = format!("card issue --keys keys.toml --asn {ASN} --purse ep --balance 900");
    world.run(&format!("{issue} --out card.img")).done();
    world.run(&format!("psam issue --keys keys.toml --tid {TID} --out psam.img")).done();
    world.put("pin", b"9999");
    let done = purchase(&world, "--amount 450 --purse ep --pin-file pin");
    assert_eq!(done.document()["balance_after"], 450, "{done:?}");
    assert!(!done.err.contains("PIN"), "{done:?}");
    assert_eq!(world.show("card.img")["purses"][1]["balance"], 450);
}

#[test]
fn what_the_card_refuses_pays_nothing_and_keeps_nothing_open() {
    let world = World::new();
    world.put("pin", b"9999");
    for (options, words) in [
        ("--amount 150001", "9401"),
        ("--amount 450 --pin-file pin", "PIN"),
        ("--amount 450 --purse ep", "9401"),
    ] {
        let done = purchase(&world, options);
        let document = done.document();
        has_every_field(&document);
        assert_eq!((done.code, &document["outcome"]), (1, &json!("refused")), "{options}");
        assert!(document["reason"].as_str().unwrap().contains(words), "{options}: {document}");
        assert_eq!((&document["amount"], &document["tac"]), (&json!(0), &Value::Null));
    }
    assert_eq!(world.show("card.img")["purses"][0]["balance"], 150_000);
    world.run("audit --card card.img --psam psam.img --journal station").done();
}

/// A grey card is freed first, and that is said.
#[test]
fn a_grey_card_is_unlocked_before_it_pays() {
    let world = World::new();
    let escaped = world.run(&format!("refuel {STATION} --amount 3000 --escape-at 2000"));
    assert_eq!(escaped.code, 3, "{escaped:?}");
    let document = purchase(&world, "--amount 450").document();
    assert_eq!(document["unlocked"]["how"], "local", "{document}");
    let delivered = document["unlocked"]["amount"].as_u64().unwrap();
    assert_eq!(document["balance_before"], 150_000 - delivered);
    assert_eq!(document["balance_after"], 150_000 - delivered - 450);
    world.run("audit --card card.img --psam psam.img --journal station").done();
}
