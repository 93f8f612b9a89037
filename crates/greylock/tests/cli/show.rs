//! `card show` of cards in other states.

use serde_json::json;

use crate::world::{ASN, INITIALIZE, SELECT, VERIFY, World};

/// Locks `card.img` with `psam.img` by hand and gives the answer to LOCK.
fn lock(world: &World) -> String {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::Stdio;
    let mut child = world.command("apdu --card card.img -");
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut from = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut ask = |command: &str| {
        writeln!(to, "{command}").unwrap();
        from.next().unwrap().unwrap()
    };
    for command in [SELECT, VERIFY] {
        assert!(ask(command).ends_with("9000"));
    }
    let initialized = ask(INITIALIZE);
    let (balance, ctc, icc) = (&initialized[..8], &initialized[8..12], &initialized[22..30]);
    let init = format!("e04000001c{icc}{ctc}{balance}91202610181425010100{ASN}");
    let drawn = world.run(&format!("apdu --psam psam.img {SELECT} {init}")).done();
    let (ttc_trn, mac1) = drawn.lines().nth(1).unwrap()[..24].split_at(16);
    let answer = ask(&format!("e07c080013{ttc_trn}20261018142501{mac1}"));
    drop(to);
    assert!(child.wait().unwrap().success());
    answer
}

#[test]
fn a_grey_card_shows_its_lock() {
    let world = World::new();
    let answer = lock(&world);
    assert!(answer.ends_with("9000"), "{answer}");
    let shown = world.show("card.img");
    assert_eq!(shown["state"], "grey");
    let lock = &shown["lock"];
    for (field, value) in [
        ("tid", json!("112233445566")),
        ("ttc", json!(1)),
        ("date", json!("20261018")),
        ("time", json!("142501")),
        ("balance", json!(150_000)),
        ("gtac", json!(answer[..8])),
        ("mac2", json!(answer[8..16])),
    ] {
        assert_eq!(lock[field], value, "{field}");
    }
    let text = world.run("card show card.img").done();
    assert!(text.contains("grey lock of ed by terminal 112233445566, number 1"), "{text}");
    let psam = world.run("psam show psam.img --json").document();
    assert_eq!(psam["pending"][0]["state"], "drawn");
    assert!(world.run("psam show psam.img").done().contains("lock 1: card 6280100000000017"));
}

#[test]
fn wrong_codes_lock_the_application() {
    let world = World::new();
    let wrong_lock = format!("e07c080013{}", "0".repeat(16) + "2026101814250100000000");
    for status in ["9302", "9302", "9302"] {
        let answers = world
            .run(&format!("apdu --card card.img {SELECT} {VERIFY} {INITIALIZE} {wrong_lock}"))
            .done();
        assert_eq!(answers.lines().last(), Some(status));
    }
    let shown = world.show("card.img");
    assert_eq!(shown["state"], "app_locked");
    assert_eq!(shown["error_counter"], json!(3));
    assert!(world.run("card show card.img").done().contains("application locked"));
}

#[test]
fn showing_leaves_the_image_as_it_is_even_where_it_may_not_be_written() {
    let world = World::new();
    let before = world.bytes("card.img");
    let mut permissions = std::fs::metadata(world.path("card.img")).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(world.path("card.img"), permissions).unwrap();
    let text = world.run("card show card.img").done();
    assert!(text.starts_with("card 6280100000000017, unlocked\n"), "{text}");
    assert!(text.contains("ed  can spend 150000: money 150000, overdraft limit 0"), "{text}");
    assert_eq!(world.bytes("card.img"), before);
}
