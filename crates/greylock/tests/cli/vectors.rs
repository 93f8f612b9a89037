//! `vectors` against values that another implementation made.

use serde_json::{Map, Value, json};

use crate::world::World;

const MADE: [&str; 8] = ["dpk", "dtk", "sespk", "mac1", "mac2", "gtac", "gmac", "tac"];

fn reference() -> Vec<Map<String, Value>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/greylock.json");
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

fn input(whole: &Map<String, Value>) -> Map<String, Value> {
    whole
        .iter()
        .filter(|(name, _)| !MADE.contains(&name.as_str()))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect()
}

#[test]
fn every_reference_vector_is_found_again() {
    let world = World::empty();
    let whole = reference();
    let given: Vec<_> = whole.iter().map(input).collect();
    let out = world.feed("vectors", &json!(given).to_string()).done();
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), json!(whole));
    let done = world.feed("vectors --json", &json!(given).to_string());
    assert_eq!(done.document(), json!(whole));
}

/// The locks of suites 10 and 20 that are of ED and of one level, as this command has them.
fn wide() -> Vec<Map<String, Value>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/more.json");
    let more: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let locks = more["lock"].as_array().unwrap().iter().filter_map(Value::as_object);
    let here = |lock: &&Map<String, Value>| {
        lock.contains_key("suite") && lock["purse"] == 1 && lock["dispersing"] == json!([])
    };
    let mut locks: Vec<_> = locks.filter(here).cloned().collect();
    for lock in &mut locks {
        lock.retain(|name, _| name != "purse" && name != "dispersing");
    }
    locks
}

#[test]
fn the_suite_is_named_where_it_is_not_3des() {
    let world = World::empty();
    let whole = wide();
    let suites: Vec<_> = whole.iter().map(|lock| lock["suite"].as_str().unwrap()).collect();
    assert_eq!(suites, ["10", "20"]);
    let given: Vec<_> = whole.iter().map(input).collect();
    let made = world.feed("vectors --json", &json!(given).to_string()).document();
    assert_eq!(made, json!(whole));
    let mut wrong = given[0].clone();
    wrong.insert("scheme".into(), json!("field"));
    world.feed("vectors", &json!(wrong).to_string()).is_wrong_use("suites 10 and 20 have no other");
    wrong.insert("suite".into(), json!("30"));
    world.feed("vectors", &json!(wrong).to_string()).is_wrong_use("`suite` must be");
}

#[test]
fn an_object_gives_an_object_and_an_array_an_array() {
    let world = World::empty();
    let whole = reference().remove(1);
    let one = world.feed("vectors --json", &json!(input(&whole)).to_string()).document();
    assert_eq!(one, json!(whole));
    assert_eq!(world.feed("vectors --json", "[]").document(), json!([]));
}

#[test]
fn any_amount_of_four_bytes_is_taken() {
    let world = World::empty();
    let mut given = input(&reference()[0]);
    given.insert("amount".into(), json!(u32::MAX));
    given.insert("balance".into(), json!(0x8000_0000_u32));
    let large = world.feed("vectors --json", &json!(given).to_string()).document();
    let usual = &reference()[0];
    for same in ["dpk", "dtk", "sespk", "mac1"] {
        assert_eq!(large[same], usual[same], "{same}");
    }
    for other in ["mac2", "gtac", "gmac", "tac"] {
        assert_ne!(large[other], usual[other], "{other}");
    }
}

#[test]
fn a_keys_file_stands_in_for_the_main_keys() {
    let world = World::new();
    let mut given = input(&reference()[0]);
    let (mpk, mtk) = (given.remove("mpk").unwrap(), given.remove("mtk").unwrap());
    let text = String::from_utf8(world.bytes("keys.toml")).unwrap();
    let swap = |line: &str| match line {
        _ if line.starts_with("mpk =") => format!("mpk = {mpk}"),
        _ if line.starts_with("mtk =") => format!("mtk = {mtk}"),
        _ => line.to_owned(),
    };
    let text: Vec<String> = text.lines().map(swap).collect();
    world.put("same.toml", text.join("\n").as_bytes());
    let out = world.feed("vectors --json --keys same.toml", &json!(given).to_string()).document();
    assert_eq!(out["tac"], reference()[0]["tac"]);
    assert_eq!(out["gtac"], reference()[0]["gtac"]);
    assert!(out.get("mpk").is_none(), "a main key of the file is not shown");
}

#[test]
fn a_wrong_field_is_named_with_its_place() {
    let world = World::empty();
    let whole = reference();
    for (field, value, words) in [
        ("icc", json!(null), "item 1: `icc` must be a string of 8 hex digits"),
        ("icc", json!("1a2b3c4"), "`icc` must be"),
        ("asn", json!("628010000000001a"), "`asn` must be 16 decimal digits"),
        ("ctc", json!(65536), "`ctc` must be a whole number from 0 to 65535"),
        ("ctc", json!("41"), "`ctc` must be a whole number"),
        ("ttc", json!(-1), "`ttc` must be"),
        (
            "amount",
            json!(4_294_967_296_u64),
            "`amount` must be a whole number from 0 to 4294967295",
        ),
        ("balance", json!(1.5), "`balance` must be"),
        ("date", json!("20261301"), "`date` must be a date"),
        ("end_time", json!("246000"), "`end_time` must be a time"),
        ("scheme", json!("other"), "`scheme` must be"),
        ("mpk", json!("00"), "`mpk` must be a string of 32 hex digits"),
    ] {
        let mut wrong = input(&whole[1]);
        wrong.insert(field.into(), value);
        world.feed("vectors", &json!([input(&whole[0]), wrong]).to_string()).is_wrong_use(words);
    }
    let mut missing = input(&whole[0]);
    missing.remove("tid");
    world.feed("vectors", &json!(missing).to_string()).is_wrong_use("`tid` is missing");
    world.feed("vectors", "[1]").is_wrong_use("item 0 is not an object");
    world.feed("vectors", "3").is_wrong_use("the input is not an object");
    world.feed("vectors", "{").is_wrong_use("not JSON");
    world.feed("vectors", "").is_wrong_use("not JSON");
}
