//! Every step script of the repository, in memory and on an image; and docs/scripts.md, whose examples are run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The scripts of a folder of `scripts`, sorted.
fn scripts(chip: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join("scripts").join(chip)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| {
            format!("scripts/{chip}/{}", entry.unwrap().file_name().into_string().unwrap())
        })
        .collect();
    names.sort();
    names
}

fn greylock(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greylock"));
    command.args(arguments).current_dir(root()).env_remove("GREYLOCK_PIN").output().unwrap()
}

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8(out.clone()).unwrap(),
        String::from_utf8(err.clone()).unwrap()
    )
}

fn as_expected(arguments: &[&str]) -> String {
    let output = greylock(arguments);
    assert!(output.status.success(), "{arguments:?}\n{}", text(&output));
    text(&output)
}

#[test]
fn all_scripts_go_as_expected_in_memory() {
    for chip in ["card", "psam"] {
        let files = scripts(chip);
        let mut arguments = vec!["script"];
        arguments.extend(files.iter().map(String::as_str));
        assert_eq!(as_expected(&arguments).matches("as expected").count(), files.len());
    }
}

#[test]
fn on_an_image_they_go_alike_one_after_the_other_on_the_same_card() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
    let (ed, ep, psam) = (path("ed.img"), path("ep.img"), path("psam.img"));
    let two = path("two.img");
    let issue = ["card", "issue", "--keys", "scripts/keys.toml", "--balance", "500000"];
    for (purse, image, asn) in [("ed", &ed, "6280100000000025"), ("ep", &ep, "6280100000000033")] {
        as_expected(&[&issue[..], &["--asn", asn, "--purse", purse, "--out", image]].concat());
    }
    let two_sets = ["--begin-with", "1", "--asn", "6280100000000041", "--out", &two];
    let keys = ["card", "issue", "--keys", "scripts/two-versions.toml", "--balance", "500000"];
    as_expected(&[&keys[..], &two_sets[..]].concat());
    as_expected(&[
        "psam",
        "issue",
        "--keys",
        "scripts/keys.toml",
        "--tid",
        "665544332211",
        "--out",
        &psam,
    ]);
    for file in scripts("psam") {
        as_expected(&["script", &file, "--psam", &psam]);
    }
    // The one that ends the card comes last.
    let (last, others): (Vec<_>, Vec<_>) =
        scripts("card").into_iter().partition(|file| file.contains("card-block"));
    assert_eq!(last.len(), 1);
    for file in others.iter().chain(&last) {
        let image = match file {
            _ if file.contains("switch-keys") => &two,
            _ if file.contains("-ep") => &ep,
            _ => &ed,
        };
        as_expected(&["script", file, "--card", image]);
    }
}

#[test]
fn every_command_of_the_table_is_sent_and_every_main_refusal_comes() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace.jsonl");
    let files = [scripts("card"), scripts("psam")].concat();
    let mut arguments = vec!["script", "--trace-json", trace.to_str().unwrap()];
    arguments.extend(files.iter().map(String::as_str));
    as_expected(&arguments);
    let told: Vec<Value> = std::fs::read_to_string(&trace)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let came = |chip: &str, name: &str, status: &str| {
        told.iter().any(|line| {
            line["chip"] == chip && line["name"] == name && line["answer"]["status"] == status
        })
    };
    // No script can send a blank chip the codes of its channel: crates/perso tests those.
    let plays = |chip: &&explain::table::Chip| **chip != explain::table::Chip::Blank;
    for row in explain::TABLE {
        for chip in row.chips.iter().filter(plays) {
            let done = if row.name == "GET RESPONSE" { "6985" } else { "9000" };
            assert!(came(chip.name(), row.name, done), "{} {}", chip.name(), row.name);
        }
    }
    for (name, refusals) in [
        ("INITIALIZE FOR REFUEL", &["6985", "6982", "9403", "6C0F", "6A81"][..]),
        ("LOCK FOR REFUEL", &["6985", "9302", "6A80"]),
        ("DEBIT FOR REFUEL", &["6985", "9406", "9401", "9302", "6A80"]),
        ("INITIALIZE FOR UNLOCK", &["6985", "9403"]),
        ("DEBIT FOR UNLOCK", &["6985", "9401", "9302"]),
        ("INITIALIZE FOR LOAD", &["6985", "6982", "9403", "6A80"]),
        ("CREDIT FOR LOAD", &["6985", "9302"]),
        ("INITIALIZE FOR UNLOAD", &["6982", "9403", "9401"]),
        ("DEBIT FOR UNLOAD", &["6985", "9302"]),
        ("INITIALIZE FOR PURCHASE", &["6982", "9403", "9401"]),
        ("DEBIT FOR PURCHASE", &["6985", "9302"]),
        ("UPDATE OVERDRAW LIMIT", &["6985", "9302"]),
        ("GET TRANSACTION PROVE", &["9406"]),
        ("VERIFY PIN", &["63C2", "63C1", "63C0", "6983", "6A81"]),
        ("RELOAD PIN", &["6988", "6983"]),
        ("UNBLOCK PIN", &["6985", "6988"]),
        ("CARD BLOCK", &["6985", "6988"]),
        ("SWITCH KEYS", &["6985", "6988", "9403"]),
    ] {
        for status in refusals {
            assert!(came("card", name, status), "{name} {status}");
        }
    }
}

#[test]
fn the_first_difference_is_told_and_nothing_is_sent_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let keys = root().join("scripts/keys.toml");
    let head =
        format!("keys = {:?}\n[card]\ned = {{ balance = 150000 }}\n", keys.to_str().unwrap());
    let select = "[[step]]\nname = \"select\"\nsend = \"00A404000AA0000000034752455931\"\n";
    let balance =
        "[[step]]\nname = \"balance\"\nsend = \"GET BALANCE\"\nfields = { purse = \"01\" }\n";
    for (wanted, told) in [
        ("answer = \"000249F1\"", "step 2 (balance): the data differ at byte 3"),
        ("answer = { balance = \"0002 .. {x:2}\" }", "step 2 (balance): balance is 000249f0"),
        ("status = \"6985\"", "step 2 (balance): the status word is 9000, done"),
        ("answer = \"0002\"", "step 2 (balance): the data differ at byte 2"),
    ] {
        let file = write("one.toml", &format!("{head}{select}{balance}{wanted}\n{balance}"));
        let output = greylock(&["script", &file]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        let said = text(&output);
        assert!(said.contains(told) && said.contains("got       000249f0 9000"), "{told}\n{said}");
        let json = greylock(&["script", &file, "--json"]);
        let document: Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(document["scripts"][0]["difference"]["step"], 2, "{document}");
        assert_eq!(document["scripts"][0]["apdus"], 2, "nothing is sent behind it");
    }
    for (wrong, told) in [
        ("send = \"NO SUCH\"", "`NOSUCH` is not hex"),
        ("send = \"GET BALANCE\"", "GET BALANCE has the fields purse"),
        ("send = \"80 5C 00 {x}\"", "`x` has no value yet"),
        ("sends = \"80\"", "unknown field"),
    ] {
        let file = write("two.toml", &format!("{head}{select}[[step]]\n{wrong}\n"));
        let output = greylock(&["script", &file]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(told), "{told}\n{}", text(&output));
    }
    let reader = greylock(&["script", "scripts/card/files.toml", "--psam", "psam.img"]);
    assert_eq!(reader.status.code(), Some(2), "{}", text(&reader));
}

#[test]
fn a_card_of_other_keys_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
    let (keys, card) = (path("keys.toml"), path("card.img"));
    as_expected(&["keys", "new", "--out", &keys]);
    as_expected(&[
        "card",
        "issue",
        "--keys",
        &keys,
        "--asn",
        "6280100000000017",
        "--balance",
        "9000",
        "--out",
        &card,
    ]);
    let output = greylock(&["script", "scripts/card/load-ed.toml", "--card", &card]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    as_expected(&["script", "scripts/card/load-ed.toml", "--card", &card, "--keys", &keys]);
}

#[test]
fn the_examples_of_the_page_are_true() {
    let page = std::fs::read_to_string(root().join("docs/scripts.md")).unwrap();
    let block = |mark: &str| {
        let (_, behind) = page.split_once(mark).unwrap();
        behind.split_once("```").unwrap().0.to_owned()
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(root().join("scripts/keys.toml"), folder.path().join("keys.toml")).unwrap();
    std::fs::write(folder.path().join("first.toml"), block("```toml\n")).unwrap();
    for session in page.split("```console\n").skip(1) {
        let (session, _) = session.split_once("```").unwrap();
        for example in session.split("$ ").skip(1) {
            let (line, shown) = example.split_once('\n').unwrap();
            let arguments: Vec<&str> = line.split_whitespace().skip(1).collect();
            let here = if line.contains("first.toml") { folder.path().to_owned() } else { root() };
            let mut command = Command::new(env!("CARGO_BIN_EXE_greylock"));
            let output = command.args(&arguments).current_dir(here).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), shown, "$ {line}");
        }
    }
}
