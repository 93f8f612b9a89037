//! `keys new`, and every way a keys file can be wrong.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::world::{ASN, Done, World};

fn issue(world: &World, keys: &str) -> Done {
    world.run(&format!("card issue --keys {keys} --asn {ASN} --out new.img"))
}

/// Issues with a keys file in which one line is another.
fn changed(world: &World, field: &str, line: &str) -> Done {
    let text = String::from_utf8(world.bytes("keys.toml")).unwrap();
    let other = |old: &str| {
        if old.starts_with(&format!("{field} =")) { line.to_owned() } else { old.to_owned() }
    };
    let text: Vec<String> = text.lines().map(other).collect();
    world.put("changed.toml", text.join("\n").as_bytes());
    let done = issue(world, "changed.toml");
    if done.code != 0 {
        assert!(!world.path("new.img").exists(), "{line}: nothing is made with wrong keys");
    }
    done
}

#[test]
fn a_fresh_set_is_private_whole_and_never_twice_the_same() {
    let world = World::empty();
    let done = world.run("keys new --out a.toml --json");
    let document = done.document();
    assert_eq!(document["outcome"], "done");
    assert_eq!(document["check_values"].as_object().unwrap().len(), 11);
    let mode = std::fs::metadata(world.path("a.toml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = world.run("keys new --out b.toml --scheme field --levels 2 --version 7 --currency CNY --decimals 0 --issuer 0102030405060708 --suite 3des").done();
    assert!(text.contains("version 7, suite 3des, scheme field, 2 dispersing level(s), issuer 0102030405060708, CNY with 0 decimals"));
    let (a, b) = (world.bytes("a.toml"), world.bytes("b.toml"));
    let key = |text: &[u8]| {
        let text = String::from_utf8(text.to_vec()).unwrap();
        text.lines().find(|line| line.starts_with("mpk = ")).unwrap().to_owned()
    };
    assert_ne!(key(&a), key(&b));
    assert_eq!(key(&a).len(), "mpk = \"\"".len() + 32);
}

#[test]
fn keys_are_never_overwritten_and_wrong_options_make_nothing() {
    let world = World::empty();
    world.run("keys new --out a.toml").done();
    let before = world.bytes("a.toml");
    world.run("keys new --out a.toml").is_wrong_use("nothing was overwritten");
    assert_eq!(world.bytes("a.toml"), before);
    for wrong in [
        "--scheme other",
        "--levels 0",
        "--levels 3",
        "--version 256",
        "--version -1",
        "--currency euro",
        "--decimals 9",
        "--issuer 01",
        "--suite des",
    ] {
        world.run(&format!("keys new --out b.toml {wrong}")).is_wrong_use("invalid value");
    }
    world.run("keys new --out none/b.toml").is_wrong_use("none/b.toml");
    assert_eq!(world.names(), ["a.toml"]);
}

#[test]
fn a_wrong_field_is_named_with_its_line_and_no_key_is_shown() {
    let world = World::empty();
    world.run("keys new --out keys.toml").done();
    let digits = "0123456789abcdef0123456789abcdef";
    for (field, line, words) in [
        ("mtk", "", "the field `mtk` is missing"),
        (
            "mtk",
            "mtk = \"0123456789abcdef0123456789abcde\"",
            "must have exactly 32 hex digits, it has 31",
        ),
        ("mtk", "mtk = \"0123456789abcdef0123456789abcdef0\"", "it has 33"),
        ("mtk", "mtk = \"0123456789abcdef0123456789abcdeg\"", "no hex digit"),
        ("mtk", "mtk = 12345678901234567", "`mtk` must be a string in quotes"),
        ("mtk", "mtk = 0123456789abcdef0123456789abcdef", "line 19"),
        ("mtk", "mtx = \"0123456789abcdef0123456789abcdef\"", "there is no field `mtx`"),
        ("mtk", "0123456789abcdef0123456789abcdef = \"mtk\"", "there is no field"),
        ("mtk", "mtk = \"0123456789abcdef0123456789abcdef", "is not TOML"),
        ("suite", "suite = \"des\"", "`suite` names a suite"),
        ("suite", "suite = 0", "`suite` must be a string"),
        ("scheme", "scheme = \"Seed\"", "must be \"seed\" or \"field\""),
        ("version", "version = 256", "`version` must be a number from 0 to 255"),
        ("version", "version = \"1\"", "`version` must be a number"),
        ("decimals", "decimals = -1", "`decimals` must be a number from 0 to 6"),
        ("currency", "currency = \"Euro\"", "three capital letters"),
        ("issuer", "issuer = \"01\"", "`issuer` must be 16 hex digits"),
        ("levels", "levels = 3", "`levels` must be a number from 1 to 2"),
        ("levels", "levels = { mpk = 0 }", "`mpk` must be a number from 1 to 2"),
        ("levels", "levels = { msk = 2 }", "there is no field `msk`"),
    ] {
        let done = changed(&world, field, line);
        done.is_wrong_use(words);
        assert!(done.err.contains("changed.toml"), "{done:?}");
        assert!(!done.err.contains(&digits[..12]), "a key is shown: {done:?}");
    }
    assert!(
        changed(&world, "mtk", "mtk = \"zz\"").err.contains("changed.toml, line 19: the key `mtk`")
    );
}

#[test]
fn what_is_no_keys_file_is_refused() {
    let world = World::empty();
    world.put("empty.toml", b"");
    issue(&world, "empty.toml").is_wrong_use("no table [main]");
    world.put("value.toml", b"main = 1\n");
    issue(&world, "value.toml").is_wrong_use("line 1: `main` must be a table");
    world.put("more.toml", b"[main]\n[other]\n");
    issue(&world, "more.toml").is_wrong_use("line 2: there is no field `other`");
    world.put("binary.toml", &[0xFF, 0xFE]);
    issue(&world, "binary.toml").is_wrong_use("not text");
    issue(&world, "missing.toml").is_wrong_use("missing.toml");
    issue(&world, ".").is_wrong_use("cannot read .");
}

#[test]
fn what_may_be_missing_has_its_default_and_weak_keys_are_warned_of() {
    let world = World::empty();
    let names =
        ["mpk", "mlk", "mulk", "munk", "modk", "mtk", "mpuk", "mprk", "mamk", "miak", "msk"];
    let line = |name: &&str| match *name {
        "mpk" => format!("{name} = \"{}\"\n", "0".repeat(32)),
        "mtk" => format!("{name} = \"{}\"\n", "0123456789ABCDEF".repeat(2)),
        _ => format!("{name} = \"0123456789abcdeffedcba9876543210\"\n"),
    };
    let keys: String = names.iter().map(line).collect();
    world.put("short.toml", format!("[main]\n{keys}").as_bytes());
    let done = issue(&world, "short.toml");
    assert!(done.err.contains("the key `mpk` is all zero"), "{done:?}");
    assert!(done.err.contains("the key `mtk` has two equal halves"), "{done:?}");
    assert_eq!(done.err.lines().count(), 2, "{done:?}");
    assert_eq!(done.code, 0);
    let shown = world.show("new.img");
    assert_eq!(shown["levels"], json!(1));
    assert_eq!(shown["scheme"], json!("seed"));
}

#[test]
fn levels_may_be_one_number_for_all_keys() {
    let world = World::empty();
    world.run("keys new --out keys.toml").done();
    assert_eq!(changed(&world, "levels", "levels = 2").code, 0);
    assert_eq!(world.show("new.img")["levels"], json!(2));
}
