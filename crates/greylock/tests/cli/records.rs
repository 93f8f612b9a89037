//! `gen` and `verify`: days by seed, and files held against the keys.

use serde_json::{Value, json};

use crate::world::World;

fn world() -> World {
    let world = World::empty();
    world.run("keys new --out keys.toml").done();
    world
}

fn json_of(world: &World, name: &str) -> Value {
    serde_json::from_slice(&world.bytes(name)).unwrap()
}

#[test]
fn exactly_what_was_forged_is_found() {
    let world = world();
    let make =
        "gen --keys keys.toml --records 4000 --forged 30 --seed 9 --day 20261123 --escapes 50";
    let made = world.run(&format!("{make} --out day --truth truth --json")).document();
    let truth = json_of(&world, "truth");
    assert_eq!((&made["records"], &made["total"]), (&json!(4000), &truth["total"]));
    let net = truth["stations"].as_object().unwrap();
    let settled = |net: &Value| net["settled"]["amount"].as_u64().unwrap();
    assert_eq!(net.values().map(settled).sum::<u64>(), settled(&truth["total"]));

    let verified = world.run("verify day --keys keys.toml --bad bad.csv --json");
    assert_eq!(verified.code, 1, "{verified:?}");
    assert!(verified.err.contains("30 records are bad"), "{verified:?}");
    let document = verified.document();
    assert_eq!((&document["records"], &document["bad"]), (&json!(4000), &json!(30)));
    for (code, count) in made["forged"].as_object().unwrap() {
        assert_eq!(&document["reasons"][format!("{code}_wrong")], count, "{document}");
    }
    assert_eq!(document["files"][0]["format"], "parquet");
    assert!(document["records_per_second"].as_u64().unwrap() > 0);
    let bad = String::from_utf8(world.bytes("bad.csv")).unwrap();
    assert_eq!(bad.lines().count(), 31);
    assert!(bad.contains("day,") && bad.contains(",gmac_wrong,quarantined,"), "{bad}");

    // The same seed gives the same bytes, in one file or in several.
    world.run(&format!("{make} --out again")).done();
    assert!(world.bytes("day") == world.bytes("again"));
    let parts = world.run(&format!("{make} --out parts --rows-per-file 1500 --json")).document();
    assert_eq!(parts["files"].as_array().unwrap().len(), 3);
    let parts = world.run("verify parts --keys keys.toml --threads 1 --json").document();
    assert_eq!(parts["files"][2]["file"], "parts/part-00002.parquet");
    for field in ["records", "bad", "reasons", "classes", "skipped"] {
        assert_eq!(parts[field], document[field], "{field}");
    }
}

#[test]
fn nothing_bad_is_exit_code_0_and_a_wrong_key_leaves_nothing_right() {
    let world = world();
    world.run("gen --keys keys.toml --records 500 --seed 1 --out day").done();
    let verified = world.run("verify day day --keys keys.toml").done();
    assert!(verified.contains("1000 records, 0 bad"), "{verified}");
    world.run("keys seal --keys keys.toml --seal-key seal.key --out vault.sealed").done();
    world.run("verify day --vault vault.sealed --seal-key seal.key").done();
    world.run("keys new --out other.toml").done();
    let other = world.run("verify day --keys other.toml --json");
    let (bad, skipped) = (&other.document()["bad"], &other.document()["skipped"]);
    assert_eq!(bad.as_u64().unwrap() + skipped.as_u64().unwrap(), 500, "{other:?}");
}

#[test]
fn a_damaged_file_is_told_and_the_others_are_read() {
    let world = world();
    world.run("gen --keys keys.toml --records 500 --seed 1 --out day").done();
    world.put("cut", &world.bytes("day")[..20_000]);
    world.put("empty", b"");
    let verified = world.run("verify cut empty keys.toml day --keys keys.toml --json");
    assert_eq!(verified.code, 1, "{verified:?}");
    for words in [
        "cut: the file is damaged",
        "empty: the file is empty",
        "keys.toml: it is no file of records",
        "3 files",
    ] {
        assert!(verified.err.contains(words), "{words}: {verified:?}");
    }
    let document = verified.document();
    assert_eq!((&document["records"], &document["bad"]), (&json!(500), &json!(0)));
    assert_eq!(document["files"][3]["damage"], Value::Null);
}

#[test]
fn a_file_that_cannot_be_opened_is_told_and_the_others_are_read() {
    let world = world();
    world.run("gen --keys keys.toml --records 500 --seed 1 --out day").done();
    std::fs::create_dir(world.path("folder")).unwrap();
    let verified = world.run("verify none folder day --keys keys.toml --bad bad --json");
    assert_eq!(verified.code, 1, "{verified:?}");
    for words in ["none: it cannot be read", "folder: it is a folder", "2 files were not read"] {
        assert!(verified.err.contains(words), "{words}: {verified:?}");
    }
    let document = verified.document();
    assert_eq!((&document["records"], &document["bad"]), (&json!(500), &json!(0)));
    assert_eq!(document["files"][0]["format"], Value::Null);
    assert_eq!(document["files"][2]["records"], 500);
}

#[test]
fn wrong_use_leaves_nothing_behind() {
    let world = world();
    world.run("gen --keys keys.toml --records 100 --seed 1 --out day").done();
    std::fs::create_dir(world.path("folder")).unwrap();
    let names = world.names();
    let make = "gen --keys keys.toml --seed 1";
    for (arguments, words) in [
        ("verify day".to_owned(), "--keys"),
        ("verify day --vault vault.sealed".to_owned(), "--seal-key"),
        ("verify none --keys keys.toml --bad bad".to_owned(), "cannot read none"),
        ("verify none nothing --keys keys.toml --bad bad".to_owned(), "cannot read none"),
        ("verify folder --keys keys.toml --bad bad".to_owned(), "no files in it"),
        ("verify day --keys keys.toml --bad day".to_owned(), "nothing was overwritten"),
        ("verify day --keys keys.toml --engine none --bad bad".to_owned(), "scalar"),
        ("verify day --keys keys.toml --lanes 3 --bad bad".to_owned(), "scalar"),
        ("verify day --keys keys.toml --threads 0".to_owned(), "--threads"),
        (format!("{make} --records 10 --forged 11 --out new --truth truth"), "could be forged"),
        (
            format!("{make} --records 10 --stations 1 --out new --truth truth"),
            "two where there are",
        ),
        (format!("{make} --records 100000 --cards 1 --out new"), "at least 25 cards"),
        (format!("{make} --records 10 --late 1001 --out new"), "shares of a thousand"),
        (format!("{make} --records 10 --day 20260230 --out new"), "day of the calendar"),
        (format!("{make} --records 10 --out day"), "nothing was overwritten"),
        (format!("{make} --records 10 --rows-per-file 5 --out day"), "cannot make day"),
    ] {
        world.run(&arguments).is_wrong_use(words);
        assert_eq!(world.names(), names, "{arguments}");
    }
}
