//! `apdu`: one power session.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::json;

use crate::world::{INITIALIZE, SELECT, STATUS, VERIFY, World};

#[test]
fn one_answer_a_line_and_exit_0_whatever_the_status_words() {
    let world = World::new();
    let answers = world
        .run(&format!(
            "apdu --card card.img {INITIALIZE} {SELECT} {VERIFY} {}",
            INITIALIZE.to_uppercase()
        ))
        .done();
    let lines: Vec<&str> = answers.lines().collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0], "6985", "nothing is selected yet");
    assert_eq!(lines[2], "9000");
    assert!(
        lines[3].starts_with("000249f00000000000") && lines[3].ends_with("9000"),
        "{}",
        lines[3]
    );
    assert!(answers.chars().all(|c| c == '\n' || c.is_ascii_digit() || ('a'..='f').contains(&c)));
    let psam = world.run("apdu --psam psam.img 00a404000aa0000000034752455931 00b0960006").done();
    assert_eq!(psam.lines().nth(1), Some("1122334455669000"));
}

#[test]
fn a_session_is_one_power_session() {
    let world = World::new();
    world.run(&format!("apdu --card card.img {SELECT}")).done();
    assert_eq!(
        world.run(&format!("apdu --card card.img {STATUS}")).done(),
        "6985\n",
        "a new session has no selection"
    );
}

#[test]
fn the_document_lists_every_answer() {
    let world = World::new();
    let done = world.run(&format!("apdu --card card.img {SELECT} 00200000021111 {STATUS} --json"));
    let document = done.document();
    assert_eq!(done.code, 0);
    assert_eq!(document["outcome"], "done");
    assert_eq!(
        document["responses"][1],
        json!({ "command": "0020000002****", "response": "63c2", "data": "", "status": "63C2",
                "words": "wrong PIN: the last digit is the number of tries left" })
    );
    assert_eq!(document["responses"][2]["command"], STATUS, "what holds no PIN is shown as sent");
}

/// Whatever else is wrong with the command, and on a PSAM, which knows no PIN.
#[test]
fn no_pin_is_in_the_document() {
    let world = World::new();
    let sent = "002000000497531864 805e01000997531864ff97531864 805e0000089753186411223344 \
        842400010c975318649753186411223344 002000000597531864 0020000097531864 0024000004975318640000";
    for chip in ["--card card.img", "--psam psam.img"] {
        let done = world.run(&format!("apdu {chip} {SELECT} {sent} --json"));
        assert_eq!(done.document()["responses"].as_array().unwrap().len(), 8, "{done:?}");
        assert!(!done.out.contains("9753") && !done.out.contains("1864"), "{done:?}");
        assert!(done.out.contains("0020000004********"), "{done:?}");
    }
}

#[test]
fn stdin_is_answered_line_by_line() {
    let world = World::new();
    let mut command = world.command("apdu --card card.img -");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut from = BufReader::new(child.stdout.take().unwrap()).lines();
    for (line, ending) in [
        ("00 A4 04 00 0A A0 00 00 00 03 47 52 45 59 31", "9000"),
        ("\n  \n0020000003123456", "9000"),
        (STATUS, "9000"),
    ] {
        writeln!(to, "{line}").unwrap();
        assert!(from.next().unwrap().unwrap().ends_with(ending), "{line}");
    }
    drop(to);
    assert!(child.wait().unwrap().success());
}

#[test]
fn bad_hex_on_stdin_names_its_line_and_what_was_done_stays() {
    let world = World::new();
    let done = world
        .feed("apdu --card card.img -", &format!("{SELECT}\n\n00200000021111\nxyz\n{STATUS}\n"));
    assert_eq!(done.code, 2, "{done:?}");
    assert_eq!(done.out.lines().count(), 2);
    assert!(done.err.contains("line 4"), "{done:?}");
    assert_eq!(
        world.show("card.img")["pin_tries"],
        json!(2),
        "the wrong PIN before it was counted"
    );
    let done = world.feed("apdu --json --card card.img -", &format!("{SELECT}\nabc\n"));
    assert_eq!((done.code, done.document()["responses"].as_array().unwrap().len()), (2, 1));
}

#[test]
fn bad_hex_on_the_command_line_sends_nothing() {
    let world = World::new();
    let before = world.bytes("card.img");
    for (wrong, words) in
        [("0020000002111g", "command 2"), ("002", "command 2"), ("-", "stands alone")]
    {
        world.run(&format!("apdu --card card.img {SELECT} {wrong}")).is_wrong_use(words);
    }
    assert_eq!(world.bytes("card.img"), before);
}

#[test]
fn a_card_or_a_psam_and_something_to_send_are_needed() {
    let world = World::new();
    world.run(&format!("apdu {SELECT}")).is_wrong_use("--card");
    world
        .run(&format!("apdu --card card.img --psam psam.img {SELECT}"))
        .is_wrong_use("cannot be used with");
    world.run("apdu --card card.img").is_wrong_use("required");
    world.run(&format!("apdu --card card.img --tear 0 {SELECT}")).is_wrong_use("--tear");
}

#[test]
fn kinds_are_not_mixed_up() {
    let world = World::new();
    world
        .run(&format!("apdu --card psam.img {SELECT}"))
        .is_wrong_use("psam.img is the image of a PSAM, a card is wanted here");
    world
        .run(&format!("apdu --psam card.img {SELECT}"))
        .is_wrong_use("card.img is the image of a card, a PSAM is wanted here");
    world.run("card show psam.img").is_wrong_use("a card is wanted here");
    world.run("psam show card.img").is_wrong_use("a PSAM is wanted here");
    world.run("card show keys.toml").is_wrong_use("not a Greylock image");
    world.run("card show none.img").is_wrong_use("none.img");
    world.run("card show .").is_wrong_use("is not a file");
}

#[test]
fn an_image_in_use_is_refused_to_others() {
    let world = World::new();
    let mut command = world.command("apdu --card card.img -");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut to = child.stdin.take().unwrap();
    writeln!(to, "{SELECT}").unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    for other in ["card show card.img".to_owned(), format!("apdu --card card.img {SELECT}")] {
        let done = world.run(&other);
        assert_eq!(done.code, 3, "{done:?}");
        assert!(done.err.contains("in use by another process"), "{done:?}");
    }
    drop(to);
    assert!(child.wait().unwrap().success());
    world.run("card show card.img").done();
}
