//! The folder of a centre: used by one process at a time, and refused when it is damaged.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::forecourt::{Held, OPENING, STATION};
use crate::world::{ASN, World};

const HOST: &str = "--host file:centre";

/// Every command that reads or writes the books.
const COMMANDS: [&str; 5] = [
    "host outcomes --host file:centre",
    "host decide --host file:centre --tid 112233445566 --ttc 1 --checker grace",
    "audit --host file:centre",
    "card unblock --card card.img --host file:centre",
    "card issue --host file:centre --asn 6280100000000025 --out second.img",
];

#[test]
fn a_refuelling_works_on_beside_a_centre_in_use_and_tells_it_later() {
    let world = World::with_centre();
    let issue = "card issue --keys keys.toml --asn 6280100000000025 --balance 500 --out second.img";
    world.run(issue).done();
    world.run("psam issue --keys keys.toml --tid 010203040506 --out second.psam").done();
    let held = Held::at(&world, "locked", &format!("--amount 1000 {HOST}"));
    let order = "--card second.img --psam second.psam --journal second --json";
    let done = world.run(&format!("refuel {order} --amount 100 {HOST}"));
    assert_eq!((done.code, &done.document()["outcome"]), (0, &Value::from("settled")), "{done:?}");
    assert!(
        done.err.contains("warning: the centre is out of reach: centre/inputs is in use"),
        "{done:?}"
    );
    for command in COMMANDS {
        let done = world.run(command);
        assert_eq!(done.code, 3, "{command}: {done:?}");
        assert!(done.err.contains("in use by another process"), "{done:?}");
    }
    assert!(!world.path("third.img").exists());
    assert_eq!(held.go_on().code, 0);
    // Now the second station's journal is heard.
    world.run(&format!("refuel {order} --amount 1 {HOST}")).done();
    let outcomes = world.run(&format!("host outcomes --json {HOST}")).document();
    assert_eq!(outcomes["outcomes"].as_array().unwrap().len(), 3, "{outcomes}");
    world.audited(&format!(
        "--card card.img --card second.img --psam psam.img --psam second.psam --journal station --journal second {HOST}"
    ));
}

#[test]
fn damaged_books_are_refused_with_what_is_wrong_and_stay_as_they_are() {
    let world = World::with_centre();
    world.settle(&format!("--amount 300 {HOST}"));
    let whole = world.bytes("centre/inputs");
    let mut flipped = whole.clone();
    let middle = whole.len() / 2;
    flipped[middle] ^= 1;
    let cut = &whole[..whole.len() - 1];
    for (damaged, words) in [
        (&flipped[..], "record"),
        (cut, "bytes"),
        (&whole[..10], "not a Greylock image"),
        (&[], "not a Greylock image"),
    ] {
        world.put("centre/inputs", damaged);
        for command in COMMANDS {
            let done = world.run(&format!("{command} --json"));
            assert_eq!(done.code, 3, "{command}: {done:?}");
            assert!(
                done.err.contains("the centre's books centre/inputs cannot be used"),
                "{done:?}"
            );
            assert!(
                done.err.contains(words) && done.err.contains("nothing of them was used"),
                "{words}: {done:?}"
            );
            assert!(done.document()["reason"].is_string());
        }
        let done = world.refuel(&format!("--amount 1 {HOST}"));
        assert_eq!(done.code, 3, "{done:?}");
        assert_eq!(world.bytes("centre/inputs"), damaged);
    }
    assert_eq!(world.balance("card.img", 0), OPENING - 300, "nothing was debited");
    world.put("centre/inputs", &whole);
    world.audited(&format!("--card card.img --psam psam.img --journal station {HOST}"));
}

#[test]
fn a_flipped_bit_anywhere_in_the_books_is_found_or_harmless() {
    let world = World::with_centre();
    let outcomes = format!("host outcomes --json {HOST}");
    world.settle(&format!("--amount 300 {HOST}"));
    let before = world.run(&outcomes).done();
    let whole = world.bytes("centre/inputs");
    for at in (0..whole.len()).step_by(23) {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << (at % 8);
        world.put("centre/inputs", &damaged);
        let done = world.run(&outcomes);
        match done.code {
            0 => assert_eq!(done.out, before, "byte {at}"),
            code => assert_eq!(code, 3, "byte {at}: {done:?}"),
        }
    }
}

#[test]
fn what_is_no_centre_is_said_to_be_none() {
    let world = World::new();
    std::fs::create_dir(world.path("centre")).unwrap();
    for command in COMMANDS {
        world.run(command).is_wrong_use("centre holds no centre");
    }
    for (host, words) in [
        ("file:nowhere", "nowhere holds no centre"),
        ("file:card.img", "card.img holds no centre"),
        ("file:", "cannot reach the centre"),
        ("centre", "give file:DIR"),
        ("https://centre.example", "https://centre.example asks for a certificate"),
    ] {
        world.run(&format!("host notices --host {host}")).is_wrong_use(words);
        world.run(&format!("refuel {STATION} --amount 1 --host {host}")).is_wrong_use(words);
        world
            .run(&format!("unlock --card card.img --journal station --host {host}"))
            .is_wrong_use(words);
    }
    assert!(!world.path("station").exists(), "no journal was begun");
    assert_eq!(world.show("card.img")["pin_tries"], 3);
}

#[test]
fn a_centre_without_its_keys_is_refused() {
    let world = World::with_centre();
    let keys = world.bytes("centre/keys.toml");
    std::fs::remove_file(world.path("centre/keys.toml")).unwrap();
    for command in COMMANDS {
        world.run(command).is_wrong_use("centre/keys.toml");
    }
    world.put("centre/keys.toml", b"[main]\n");
    world.run(COMMANDS[0]).is_wrong_use("centre/keys.toml");
    world.put("centre/keys.toml", &keys);
    world.run(COMMANDS[0]).done();
}

#[test]
fn keys_and_books_are_for_their_owner_only() {
    let world = World::with_centre();
    for name in ["centre/keys.toml", "centre/inputs"] {
        let mode = std::fs::metadata(world.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_report_that_does_not_verify_is_kept_aside() {
    let world = World::new();
    world.run("keys new --out other.toml").done();
    world.run("host init --keys other.toml --dir centre").done();
    let done = world.refuel(&format!("--amount 300 {HOST}"));
    assert_eq!((done.code, &done.document()["outcome"]), (0, &Value::from("settled")), "{done:?}");
    assert!(done.err.contains("warning: the centre keeps the report of lock"), "{done:?}");
    let document = world.run(&format!("host outcomes --json {HOST}")).document();
    let row = &document["outcomes"][0];
    assert_eq!(
        (&row["outcome"], &row["quarantined"], &row["settled"]),
        (&Value::Null, &Value::from(1), &Value::Null),
        "{row}"
    );
    let text = world.run(&format!("host outcomes {HOST}")).done();
    assert!(text.contains("112233445566/1  quarantined"), "{text}");
    let notices = world.run(&format!("host notices --json {HOST}")).document();
    let notice = &notices["notices"][0];
    assert_eq!(
        (&notice["class"], &notice["code"]),
        (&Value::from("quarantine"), &Value::from("mac2_wrong")),
        "{notices}"
    );
    let text = world.run(&format!("host notices {HOST}")).done();
    assert!(text.starts_with("quarantine: mac2_wrong lock 112233445566/1"), "{text}");
    assert!(text.contains("\n  what to do: ask the station for its journal"), "{text}");
    assert_eq!(notice["asn"], ASN);
}

#[test]
fn what_waits_for_a_checker_is_shown_and_only_that_is_approved() {
    let world = World::with_centre();
    world.escape(1234, "");
    std::fs::remove_dir_all(world.path("station")).unwrap();
    assert_eq!(world.unlock(&format!("--journal elsewhere {HOST}")).code, 1);
    let decide = format!("host decide {HOST} --tid 112233445566 --ttc 1");
    world.run(&format!("{decide} --maker ada --amount 1234 --reason totalizer")).done();
    let document = world.run(&format!("host notices --json {HOST}")).document();
    let proposal = &document["proposals"][0];
    assert_eq!(
        (&proposal["amount"], &proposal["maker"]),
        (&Value::from(1234), &Value::from("ada"))
    );
    let text = world.run(&format!("host notices {HOST}")).done();
    assert!(
        text.contains("proposal: lock 112233445566/1, 1234 cents proposed by ada: totalizer"),
        "{text}"
    );
    // The maker changes his mind after the checker looked.
    world.run(&format!("{decide} --maker ada --amount 9999 --reason typo")).done();
    let done = world.run(&format!("{decide} --checker grace --amount 1234"));
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains("no proposal waits for this lock"), "{done:?}");
    world.run(&format!("{decide} --maker ada --amount 1234 --reason totalizer")).done();
    let text = world.run(&format!("{decide} --checker grace --amount 1234")).done();
    assert!(text.ends_with("1234 cents approved\n"), "{text}");
    let document = world.run(&format!("host notices --json {HOST}")).document();
    assert!(document["proposals"].as_array().unwrap().is_empty(), "{document}");
    let waits = |text: &str| text.lines().next().unwrap().to_owned();
    let notice = "wait: missing lock 112233445566/1, card 6280100000000017";
    assert_eq!(waits(&world.run(&format!("host notices {HOST}")).done()), notice);
    world.freed("online", 1234, &format!("--journal elsewhere {HOST}"));
    let text = world.run(&format!("host notices {HOST}")).done();
    assert_eq!(waits(&text), format!("{notice}, which is settled now"));
}
