//! `--trace`, `--trace-json` and `decode`: every APDU in words, and no PIN or key in them.

use serde_json::Value;

use crate::world::{SELECT, STATUS, VERIFY, World};

const REFUEL: &str = "refuel --card card.img --psam psam.img --journal station --amount 8765";

#[test]
fn a_refuelling_is_told_apdu_by_apdu() {
    let world = World::new();
    let done = world.run(&format!("{REFUEL} --trace"));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(!done.out.contains("A>>"), "the trace is on stderr");
    for line in [
        "A>> card LOCK FOR REFUEL (4+0019) E07C0800 13 ",
        "A>> psam INIT SAM GREY LOCK (4+0028) E0400000 1C ",
        "    purse ed, key index 1, TID 112233445566",
        "A<< card (0008+2) (",
        " 9000 grey locked",
        " 9000 debited and unlocked",
        "amount 8765",
    ] {
        assert!(line.len() > 3 && done.err.contains(line), "{line}\n{}", done.err);
    }
    let sent = done.err.matches("A>> ").count();
    assert_eq!(sent, done.err.matches("A<< ").count());
    assert!(!done.err.contains("wrong:"), "{}", done.err);
}

#[test]
fn an_unlock_is_told_too() {
    let world = World::new();
    assert_eq!(world.run(&format!("{REFUEL} --escape-at 5000")).code, 3);
    let done = world.run("unlock --card card.img --journal station --psam psam.img --trace");
    assert_eq!(done.code, 0, "{done:?}");
    for line in ["A>> psam ", "A>> card DEBIT FOR REFUEL (4+0027) E07E0801 1B 00001388"] {
        assert!(done.err.contains(line), "{line}\n{}", done.err);
    }
}

#[test]
fn the_lines_of_json_are_as_many_as_the_apdus() {
    let world = World::new();
    let document = world.run(&format!("{REFUEL} --json --trace-json trace.jsonl")).document();
    let text = String::from_utf8(world.bytes("trace.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(document["apdus"], lines.len());
    let lock = lines.iter().find(|line| line["name"] == "LOCK FOR REFUEL").unwrap();
    assert_eq!((&lock["chip"], &lock["answer"]["words"]), (&"card".into(), &"grey locked".into()));
    assert_eq!(lock["answer"]["fields"]["gtac"], document["gtac"]);
    assert_eq!(lock["fields"]["ttc"], document["ttc"]);
    assert!(lock["ms"].as_f64().unwrap() >= 0.0);
    // What is there stays: it may be an image that was named by mistake.
    let card = world.bytes("card.img");
    let again = world.run(&format!("{REFUEL} --trace-json card.img"));
    assert_eq!((again.code, world.bytes("card.img")), (2, card));
}

#[test]
fn neither_pin_nor_key_is_in_a_trace() {
    let world = World::new();
    world.put("pin", b"97531864\n");
    world
        .run("card issue --keys keys.toml --asn 6280100000000025 --balance 5000 --pin-file pin --out mine.img")
        .done();
    let refuel =
        "refuel --card mine.img --psam psam.img --journal station --amount 100 --pin-file pin";
    let done = world.run(&format!("{refuel} --trace --trace-json a.jsonl"));
    assert_eq!(done.code, 0, "{done:?}");
    let changes = "002000000497531864 805e01000997531864ff97531864 805e0000089753186411223344 \
        842400010c975318649753186411223344 002000010497531864 002000000597531864 84240001049753186411";
    let apdus =
        world.run(&format!("apdu --card mine.img {SELECT} {changes} --trace --trace-json b.jsonl"));
    assert_eq!(apdus.code, 0, "{apdus:?}");
    let told = [done.err, apdus.err]
        .into_iter()
        .chain(["a.jsonl", "b.jsonl"].map(|name| String::from_utf8(world.bytes(name)).unwrap()));
    let keys = String::from_utf8(world.bytes("keys.toml")).unwrap();
    let keys: Vec<&str> = keys.split('"').filter(|part| part.len() == 32).collect();
    assert_eq!(keys.len(), 11);
    for text in told {
        assert!(text.contains("VERIFY PIN") && text.contains("****"), "{text}");
        let text = text.to_lowercase();
        // Shorter parts of it stand in random numbers every few runs.
        assert!(!text.contains("9753186") && !text.contains("7531864"), "{text}");
        assert!(keys.iter().all(|key| !text.contains(&key[..16]) && !text.contains(&key[16..])));
    }
}

#[test]
fn what_the_card_refuses_is_told_too() {
    let world = World::new();
    let done = world
        .run(&format!("apdu --card card.img {STATUS} {SELECT} e07c080002ffff {VERIFY} --trace"));
    assert!(done.err.contains("6985 not allowed in this state"), "{done:?}");
    assert!(
        done.err.contains("wrong: LOCK FOR REFUEL has 19 bytes of data, not 2 (6700)"),
        "{done:?}"
    );
    assert!(done.err.contains("A>> card VERIFY PIN (4+0003) 00200000 03 ******"), "{done:?}");
    assert!(done.err.contains("9000 PIN verified"), "{done:?}");
}

#[test]
fn a_command_and_its_answer_are_decoded() {
    let world = World::empty();
    let lock = world.run("decode E07C080013000100029E8D7C6B20261018142501577ACE3208").done();
    assert_eq!(
        lock,
        "LOCK FOR REFUEL: E07C0800 13 000100029e8d7c6b20261018142501577ace32 08\n    \
         TTC 65538, TRN 9e8d7c6b, date 2026-10-18, time 14:25:01, MAC1 577ace32\n"
    );
    for to in ["lock-for-refuel", "E07C0800"] {
        let answer =
            world.run(&format!("decode --answer-to {to} 0c469ad9dcc092a09000 9302")).done();
        assert_eq!(
            answer,
            "answer to LOCK FOR REFUEL: 0c469ad9dcc092a0 9000 grey locked\n    GTAC 0c469ad9, MAC2 dcc092a0\n\
             answer to LOCK FOR REFUEL: 9302 authentication code wrong\n"
        );
    }
    assert_eq!(world.run("decode 6985").done(), "status word: 6985 not allowed in this state\n");
    let document = world.run("decode 0020000003123456 --json").document();
    assert_eq!(document["decoded"][0]["command"], "0020000003******");
    assert_eq!(document["decoded"][0]["fields"]["pin"], "******");
}

#[test]
fn stdin_is_decoded_line_by_line_and_what_is_wrong_is_said() {
    let world = World::empty();
    let done = world.feed("decode -", "80 5C 00 01 04\n\ne0990000\ne07c080002ffff\n");
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.out.contains("GET BALANCE: 805C0001 04\n    purse ed\n"), "{done:?}");
    assert!(
        done.out.contains(
            "wrong: card or PSAM knows no instruction 99 in class E0 (6D00: instruction unknown)"
        ),
        "{done:?}"
    );
    assert!(done.err.contains("2 of 3 are not of the protocol"), "{done:?}");
    world.run("decode xyz").is_wrong_use("not a command in hex");
    world.run("decode --answer-to NOTHING 9000").is_wrong_use("LOCK FOR REFUEL");
    let short = world.run("decode --answer-to GET-BALANCE 0000019000 --json");
    assert_eq!(
        (short.code, &short.document()["decoded"][0]["wrong"]),
        (1, &"GET BALANCE answers 4 bytes, not 3".into())
    );
}
