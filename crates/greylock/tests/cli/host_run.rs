//! `greylock host serve` and `host backup` as an operator runs them: configuration, signals, copies.

use std::io::{BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::host_serve::{GREYLOCK, Server};
use crate::served::certificates;
use crate::world::World;

#[test]
fn the_configuration_is_printed_as_it_holds_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("centre.toml");
    std::fs::write(&file, "dev = true\ndb = \"postgres://u:secret@localhost/d\"\n").unwrap();
    let mut command = Command::new(GREYLOCK);
    command.args(["host", "serve", "--check", "--log", "debug", "--config"]).arg(&file);
    let output = command.env("GREYLOCK_HOST_LISTEN", "127.0.0.1:99").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    for part in
        ["log = \"debug\" # --log", "listen = \"127.0.0.1:99\" # GREYLOCK_HOST_LISTEN", "u:***@"]
    {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("secret"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A line of the log, as soon as it is there.
fn line_with(stderr: &mut impl std::io::BufRead, part: &str) -> String {
    loop {
        let mut line = String::new();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended without {part}");
        if line.contains(part) {
            return line;
        }
    }
}

fn tell(child: &Child, signal: &str) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
}

#[test]
fn a_hangup_has_certificates_and_level_read_again_and_an_invalid_file_changes_nothing() {
    let world = World::empty();
    certificates(&world);
    let config = "data = \".\"\ncertificate = \"centre\"\nauthority = \"pki\"\nlisten = \"127.0.0.1:0\"\n\
                  metrics_listen = \"127.0.0.1:0\"\nlog_format = \"json\"\n";
    std::fs::write(world.path("centre.toml"), config).unwrap();
    let mut child = Command::new(GREYLOCK)
        .args(["host", "serve", "--config"])
        .arg(world.path("centre.toml"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let address = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["message"].as_str().unwrap().split_once(" at ").unwrap().1.to_owned()
    };
    let metrics = address(&line_with(&mut stderr, "metrics at"));
    let serving = address(&line_with(&mut stderr, "serving at"));
    let curl = |words: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--max-time", "20"]).args(words);
        String::from_utf8(curl.current_dir(world.folder()).output().unwrap().stdout).unwrap()
    };
    assert!(curl(&[&metrics]).contains("greylock_build_info"));
    let as_ada = ["--cacert", "pki/authority.pem", "--cert", "ada.pem", "--key", "ada.key"];
    let accounts = format!("{serving}/v1/accounts");
    let ask = || curl(&[&as_ada[..], &[accounts.as_str()][..]].concat());
    assert!(ask().contains("\"sum\":0"));
    let said: Value = serde_json::from_str(&line_with(&mut stderr, "answered")).unwrap();
    assert_eq!((&said["caller"], &said["route"]), (&json!("operator ada"), &json!("/v1/accounts")));

    // What cannot be read stays out, all of it.
    std::fs::write(world.path("centre.toml"), format!("{config}log = \"loud\"\n")).unwrap();
    tell(&child, "-HUP");
    assert!(line_with(&mut stderr, "nothing was read again").contains("line 7"));
    assert!(ask().contains("\"sum\":0"));
    line_with(&mut stderr, "answered");

    world.run("pki revoke --dir pki --operator ada").done();
    std::fs::write(world.path("centre.toml"), format!("{config}log = \"error\"\n")).unwrap();
    tell(&child, "-HUP");
    line_with(&mut stderr, "were read again");
    assert_eq!(ask(), "", "his certificate was taken back");
    tell(&child, "-TERM");
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "only errors are logged now");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

fn greylock(words: &[&str]) -> std::process::Output {
    Command::new(GREYLOCK).args(words).output().unwrap()
}

#[test]
fn a_server_on_a_copy_of_the_books_gives_the_same_answers() {
    let folder = tempfile::tempdir().unwrap();
    let (data, copy) = (folder.path().join("centre"), folder.path().join("copy.sqlite"));
    let (data_text, copy_text) = (data.to_str().unwrap(), copy.to_str().unwrap());
    let card = |number: u32| json!({ "asn": format!("62801000000000{number:02}"), "ed": { "balance": 5_000 } });
    let server = Server::with(&data, &[]);
    assert_eq!(server.as_operator("POST /v1/cards", &card(17)).0, 200);
    let backup = ["host", "backup", "--data", data_text, "--out", copy_text];
    let made = greylock(&backup);
    assert!(made.status.success(), "{made:?}");
    assert!(String::from_utf8(made.stdout).unwrap().contains("its ledger sums to zero"));
    // The copy is of its moment; a second one replaces nothing.
    assert_eq!(server.as_operator("POST /v1/cards", &card(25)).0, 200);
    let again = greylock(&backup);
    assert_eq!(again.status.code(), Some(2), "{again:?}");
    let asked = |server: &Server| {
        let none = json!(null);
        let ask = |path: &str| server.as_operator(&format!("GET {path}"), &none);
        [ask("/v1/accounts"), ask("/v1/cards/6280100000000017"), ask("/v1/operator-log?limit=1")]
            .map(|(status, body)| {
                let mut body: Value = serde_json::from_str(&body).unwrap();
                // The log of the server that went on has a next page.
                body.as_object_mut().unwrap().remove("next");
                (status, body)
            })
    };
    let before = asked(&server);
    assert_eq!(server.stop().0, Some(0));
    let restored = Server::with(&data, &["--db", &format!("sqlite:{copy_text}")]);
    let after = asked(&restored);
    assert_eq!((after[0].0, &after[0].1["sum"]), (200, &json!(0)));
    assert_eq!(after[1..], before[1..]);
    assert_eq!(restored.as_operator("GET /v1/cards/6280100000000025", &json!(null)).0, 404);
    assert_eq!(restored.as_operator("POST /v1/cards", &card(25)).0, 200);
    assert_eq!(asked(&restored)[0], before[0]);
    assert_eq!(restored.stop().0, Some(0));
}

#[test]
fn what_cannot_be_copied_is_said_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("copy");
    let refused = |words: &[&str]| {
        let mut all = vec!["host", "backup", "--out", out.to_str().unwrap()];
        all.extend(words);
        let output = greylock(&all);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&["--db", "sqlite:/no/such/books"]).contains("there is no copy"));
    assert!(refused(&["--db", "postgres://u@db.example/d"]).contains("sslmode=verify-full"));
    // Nothing listens there; or there is no pg_dump, and what to run is said.
    let said = refused(&["--db", "postgres://u:secret@127.0.0.1:1/d"]);
    assert!(said.contains("pg_dump --format=custom") && !said.contains("secret"), "{said}");
}
