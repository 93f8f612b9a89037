//! Blank chips: made, personalised through their commands, refused when something is wrong.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::world::{ASN, SELECT, STATUS, TID, World};

/// SELECT of the card manager.
const MANAGER: &str = "00a4040008a00000015100000000";
const INITIALIZE_UPDATE: &str = "8050000008010203040506070800";

/// Keys, a centre, and a transport key; no chip yet.
fn empty_forecourt() -> World {
    let world = World::empty();
    world.run("keys new --out keys.toml").done();
    world.run("keys transport --out transport.key").done();
    world.run("host init --keys keys.toml --dir centre").done();
    world
}

fn blank_card(world: &World, name: &str) {
    world.run(&format!("card blank --transport-key transport.key --out {name}")).done();
}

fn by_keys(more: &str) -> String {
    format!(
        "card issue --keys keys.toml --asn {ASN} --balance 150000 --transport-key transport.key {more}"
    )
}

fn by_host(more: &str) -> String {
    by_keys(more).replace("--keys keys.toml", "--host file:centre")
}

fn digits(world: &World) -> String {
    String::from_utf8(world.bytes("transport.key")).unwrap().trim().to_owned()
}

#[test]
fn a_transport_key_is_in_a_file_of_its_owner_and_only_its_check_value_is_shown() {
    let world = World::empty();
    let made = world.run("keys transport --out transport.key --json");
    assert_eq!(made.code, 0, "{made:?}");
    assert_eq!(made.document()["check_value"].as_str().unwrap().len(), 6);
    let mode = std::fs::metadata(world.path("transport.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!made.out.contains(&digits(&world)[..8]));
    world.run("keys transport --out transport.key").is_wrong_use("nothing was overwritten");
    world.put("bad.key", b"0123");
    world
        .run("card blank --transport-key bad.key --out b.img")
        .is_wrong_use("32 hex digits and nothing else");
    assert_eq!(world.names(), ["bad.key", "transport.key"]);
}

#[test]
fn a_blank_chip_shows_itself_and_is_nothing_else_yet() {
    let world = empty_forecourt();
    blank_card(&world, "card.img");
    world.run("psam blank --transport-key transport.key --out psam.img").done();
    let card = world.show("card.img");
    assert_eq!((&card["state"], &card["tries_left"]), (&json!("blank"), &json!(10)));
    assert_eq!(card["chip"].as_str().unwrap().len(), 20);
    let psam = world.run("psam show psam.img").done();
    assert!(psam.starts_with("blank PSAM, chip "), "{psam}");
    let before = world.bytes("card.img");
    let refuel = "--psam psam.img --journal north --amount 1";
    for command in [
        format!("refuel --card card.img {refuel}"),
        "card migrate card.img".to_owned(),
        "audit --card card.img".to_owned(),
        "unlock --card card.img --journal north".to_owned(),
    ] {
        world.run(&command).is_wrong_use("not personalised yet");
    }
    world.run("psam show card.img").is_wrong_use("a blank chip of another kind");
    world
        .run(&format!("card issue --keys keys.toml --asn {ASN} --out card.img"))
        .is_wrong_use("--transport-key FILE");
    world
        .run("card blank --transport-key transport.key --out card.img")
        .is_wrong_use("overwritten");
    let answers = world.run(&format!("apdu --card card.img {SELECT} {STATUS} {MANAGER}")).done();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers[..2], ["6a82", "6e00"]);
    assert!(answers[2].ends_with("df01010a9000"), "{answers:?}");
    assert_eq!(world.bytes("card.img"), before);
}

#[test]
fn a_card_that_is_personalised_through_its_commands_does_everything() {
    let world = empty_forecourt();
    blank_card(&world, "card.img");
    world.run("psam blank --transport-key transport.key --out psam.img").done();
    let issued = world.run(&by_host("--out card.img --json"));
    assert_eq!(issued.code, 0, "{issued:?}");
    assert_eq!(issued.document()["check_values"].as_array().unwrap().len(), 10);
    let psam = "--transport-key transport.key --out psam.img --json";
    let made = world.run(&format!("psam issue --host file:centre --tid {TID} {psam}"));
    assert_eq!(made.code, 0, "{made:?}");
    let values = made.document()["check_values"].clone();
    assert_eq!((&values[0]["key"], &values[1]["key"]), (&json!("mpk"), &json!("dsk")), "{values}");
    assert_eq!(world.show("card.img")["purses"][0]["balance"], 150_000);

    let everything = "--card card.img --psam psam.img --journal north --host file:centre";
    let settled = world.run(&format!("refuel {everything} --amount 3000 --json"));
    assert_eq!((settled.code, settled.document()["outcome"].clone()), (0, json!("settled")));
    let audit = world.run(&format!("audit {everything} --json"));
    assert_eq!(audit.code, 0, "{audit:?}");
    assert_eq!(audit.document()["totals"]["difference"], 0);
    assert!(world.run("card migrate card.img").done().contains("has format"));

    // Closed for good, over power too, and what unlocked it is gone.
    let answers =
        world.run(&format!("apdu --card card.img {MANAGER} {INITIALIZE_UPDATE} {SELECT}")).done();
    assert_eq!(answers.lines().take(2).collect::<Vec<_>>(), ["6a82", "6a86"]);
    let key = hex::decode(digits(&world)).unwrap();
    for image in ["card.img", "psam.img"] {
        assert!(!world.bytes(image).windows(8).any(|bytes| bytes == &key[..8]), "{image}");
    }
    let again = world.run(&by_host("--out card.img"));
    assert_eq!(again.code, 1, "{again:?}");
    assert!(again.err.contains("personalised already"), "{again:?}");
}

#[test]
fn what_the_chip_becomes_is_what_an_image_is_made_as() {
    let world = World::new();
    world.run("keys transport --out transport.key").done();
    blank_card(&world, "chip.img");
    let order = "--overdraft 300 --purse ep --ctc 9 --otc 7 --aid A000000003 --start 2026-01-31";
    let shown = |image: &str, more: &str| -> Value {
        let command = format!(
            "card issue --keys keys.toml --asn {ASN} --balance 77 {order} --out {image} {more}"
        );
        let mut issued = world.run(&format!("{command} --json")).document();
        for field in ["card", "chip"] {
            issued.as_object_mut().unwrap().remove(field);
        }
        json!([issued, world.show(image)])
    };
    let through = shown("chip.img", "--transport-key transport.key");
    assert_eq!(through, shown("image.img", ""));
    assert_eq!(world.bytes("chip.img").len(), world.bytes("image.img").len());
}

#[test]
fn another_transport_key_is_refused_and_counts_nothing() {
    let world = empty_forecourt();
    blank_card(&world, "card.img");
    world.run("keys transport --out other.key").done();
    let before = world.show("card.img");
    let refused = world.run(&by_host("--out card.img").replace("transport.key", "other.key"));
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("10 tries are left"), "{refused:?}");
    assert_eq!(world.show("card.img"), before);
    assert!(!world.path("centre/chips").exists(), "no number was begun");
    // Somebody who tries all the same is counted, and in the end nobody gets in.
    let wrong = format!("apdu --card card.img {INITIALIZE_UPDATE} 8482030010{}", "00".repeat(16));
    for left in (0..10).rev() {
        assert_eq!(world.run(&wrong).done().lines().nth(1), Some(&*format!("63c{left:x}")));
    }
    let closed = world.run(&by_host("--out card.img"));
    assert_eq!(closed.code, 1, "{closed:?}");
    assert!(closed.err.contains("closed for good"), "{closed:?}");
    assert_eq!(world.show("card.img")["tries_left"], 0);
}

#[test]
fn wrong_places_are_told() {
    let world = empty_forecourt();
    blank_card(&world, "card.img");
    world.run(&by_keys("--out none.img")).is_wrong_use("is not there");
    world
        .run(&format!("card issue --keys keys.toml --asn {ASN} --out pcsc:Pump"))
        .is_wrong_use("--transport-key FILE");
    world
        .run(&format!("card issue --keys keys.toml --asn {ASN} --out new.img --trace"))
        .is_wrong_use("without commands");
    let psam = "--transport-key transport.key --out card.img";
    world
        .run(&format!("psam issue --keys keys.toml --tid {TID} {psam}"))
        .is_wrong_use("a blank chip of another kind");
    world.run(&by_keys("--out keys.toml")).is_wrong_use("keys.toml");
    let card = world.show("card.img");
    assert_eq!(card["state"], "blank");
}

#[test]
fn a_number_belongs_to_the_chip_that_it_was_begun_on() {
    let world = empty_forecourt();
    blank_card(&world, "one.img");
    blank_card(&world, "other.img");
    let blank = world.bytes("one.img");
    world.run(&by_host("--out one.img")).done();
    // A copy from before the last command: the reader was lost, and the chip is still blank.
    world.put("lost.img", &blank);
    let other = world.run(&by_host("--out other.img"));
    assert_eq!(other.code, 1, "{other:?}");
    assert!(other.err.contains("would be a clone"), "{other:?}");
    assert_eq!(world.show("other.img")["state"], "blank");
    let image = world.run(&by_host("--out new.img").replace("--transport-key transport.key", ""));
    assert_eq!(image.code, 1, "{image:?}");
    let richer = world.run(&by_host("--out lost.img").replace("150000", "150001"));
    assert_eq!(richer.code, 1, "{richer:?}");
    world.run(&by_host("--out lost.img")).done();
    assert_eq!(world.show("lost.img")["purses"][0]["balance"], 150_000);
    // A number that was issued as an image is not begun on a chip.
    let before = "card issue --host file:centre --asn 6280100000000018 --out image.img";
    world.run(before).done();
    let twice = format!("{before} --transport-key transport.key").replace("image.img", "other.img");
    assert_eq!(world.run(&twice).code, 1);
    assert!(!world.path("centre/chips/6280100000000018").exists());
}

#[test]
fn a_trace_shows_groupings_and_no_key() {
    let world = empty_forecourt();
    blank_card(&world, "card.img");
    let issued = world.run(&by_keys("--out card.img --trace --trace-json trace.jsonl"));
    assert_eq!(issued.code, 0, "{issued:?}");
    for words in [
        "A>> blank INITIALIZE UPDATE",
        "A<< blank (0000+2)",
        "A>> blank STORE DATA (4+0040) 84E26806",
        "grouping 8101, 23 bytes, sealed",
        "A>> card INTERNAL AUTHENTICATE",
    ] {
        assert!(issued.err.contains(words), "{words}: {}", issued.err);
    }
    let told = issued.err + &issued.out + &String::from_utf8(world.bytes("trace.jsonl")).unwrap();
    let keys = String::from_utf8(world.bytes("keys.toml")).unwrap();
    let mut secrets: Vec<&str> = keys.lines().filter_map(|line| line.split('"').nth(1)).collect();
    secrets.retain(|secret| secret.len() == 32);
    assert_eq!(secrets.len(), 11);
    let key = digits(&world);
    secrets.push(&key);
    for secret in secrets {
        assert!(!told.contains(&secret[..16]) && !told.contains(&secret[16..]));
    }
    let stored = told.lines().filter(|line| line.contains(">> blank STORE DATA"));
    assert!(stored.clone().count() >= 17);
    stored.for_each(|line| assert!(line.contains(&"**".repeat(16)), "{line}"));
}

#[test]
fn every_torn_write_of_a_session_leaves_it_blank_or_whole() {
    let world = empty_forecourt();
    blank_card(&world, "blank.img");
    let blank = world.bytes("blank.img");
    for write in 1..=6 {
        world.put("torn.img", &blank);
        let authenticate = format!("{INITIALIZE_UPDATE} 8482030010{}", "11".repeat(16));
        let torn = world.run(&format!("apdu --card torn.img --tear {write} {authenticate}"));
        assert!(matches!(torn.code, 75 | 0), "{torn:?}");
        let order = by_keys("--out torn.img").replace(ASN, &format!("628010000000002{write}"));
        world.run(&order).done();
        assert_eq!(world.show("torn.img")["purses"][0]["balance"], 150_000);
    }
}
