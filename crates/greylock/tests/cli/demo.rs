//! `greylock demo`: the page until it is told to stop, and every story in words.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Parser as _;
use greylock::cli::{Cli, DemoArgs};
use serde_json::Value;
use sim::stories::ALL;

use crate::world::World;

#[test]
fn every_story_is_told_once_and_holds() {
    let world = World::empty();
    let text = world.run("demo --script all").done();
    for story in ALL {
        let head = format!("{}: {}\n", story.name, story.row);
        let told = text.match_indices(&head).filter(|(at, _)| at_line_start(&text, *at)).count();
        assert_eq!(told, 1, "{head}");
    }
    let summary =
        format!("{} of {} stories hold: no cent lost, created or stuck\n", ALL.len(), ALL.len());
    assert!(text.ends_with(&summary), "{text}");
    assert!(!text.contains("DOES NOT HOLD"), "{text}");
    assert!(world.names().is_empty(), "nothing is left behind");
}

fn at_line_start(text: &str, at: usize) -> bool {
    at == 0 || text.as_bytes()[at - 1] == b'\n'
}

#[test]
fn alone_it_is_the_demo_with_its_page() {
    assert!(Cli::try_parse_from(["greylock"]).unwrap().command.is_none());
    let DemoArgs { listen, dir, page, script } = DemoArgs::default();
    assert_eq!(listen.to_string(), "127.0.0.1:7816");
    assert!(dir.is_none() && page.is_none() && script.is_none());
}

/// A demo that runs.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(world: &World, line: &str) -> Self {
        let mut command = world.command(line);
        let mut child =
            command.env("TMPDIR", world.path("")).stdout(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        let (_, address) = line.split_once("http://").unwrap();
        let address = address.split_whitespace().next().unwrap().to_owned();
        Self { child, address }
    }

    /// Head and body of the answer.
    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut page = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        );
        page.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        page.read_to_string(&mut answer).unwrap();
        answer
    }

    fn done(&self, path: &str, body: &str) {
        let answer = self.ask("POST", path, body);
        assert!(answer.starts_with("HTTP/1.1 2"), "{path}: {answer}");
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, "");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        serde_json::from_str(body).unwrap()
    }

    /// Asks until the part of the document is this.
    fn until(&self, path: &str, part: &str, wanted: &Value) {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let document = self.get(path);
            if document.pointer(part) == Some(wanted) {
                return;
            }
            assert!(Instant::now() < end, "{part} is never {wanted}: {document}");
        }
    }

    fn interrupt(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn the_page_is_served_until_it_is_told_to_stop_and_nothing_is_left() {
    let world = World::empty();
    let demo = Running::start(&world, "demo --listen 127.0.0.1:0");
    let answer = demo.ask("GET", "/", "");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("Greylock"), "{answer}");
    demo.interrupt();
    assert!(world.names().is_empty(), "nothing is left behind");
}

#[test]
fn a_demo_that_was_killed_while_fuel_flows_goes_on_in_its_folder() {
    let world = World::empty();
    let mut demo = Running::start(&world, "demo --listen 127.0.0.1:0 --dir kept");
    let (card, nozzle) = ("/demo/v1/cards/6200100000000001", "/stations/north/v1/nozzles/1");
    demo.done(&format!("{card}/insert"), r#"{"station":"north","nozzle":1}"#);
    demo.until(nozzle, "/state", &"card".into());
    demo.done("/demo/v1/stations/north/nozzles/1/hose", r#"{"lifted":true}"#);
    demo.done(&format!("{nozzle}/refuel"), r#"{"pin":"123456"}"#);
    demo.until(nozzle, "/state", &"flowing".into());
    demo.child.kill().unwrap();
    demo.child.wait().unwrap();

    let demo = Running::start(&world, "demo --listen 127.0.0.1:0 --dir kept");
    assert_eq!(demo.get("/demo/v1/world")["cards"][0]["state"], "grey");
    demo.until("/stations/south/v1/site", "/grey_list/rows", &1.into());
    demo.done(&format!("{card}/insert"), r#"{"station":"south","nozzle":1}"#);
    demo.until("/demo/v1/world", "/cards/0/state", &"unlocked".into());
    let books = demo.get("/demo/v1/books");
    assert_eq!(books["ok"], true, "{books}");
    world.run("demo --listen 127.0.0.1:0 --dir kept").is_wrong_use("another demo runs");
    demo.interrupt();
}

#[test]
fn the_demo_is_for_this_machine_and_keeps_out_of_folders_in_use() {
    let world = World::empty();
    world.put("something", b"of somebody");
    world.run("demo --listen 0.0.0.0:0").is_wrong_use("other machines");
    world.run("demo --listen 127.0.0.1:0 --dir .").is_wrong_use("not empty");
}

#[test]
fn the_document_has_each_story_with_what_happened() {
    let world = World::empty();
    let done = world.run("demo --script all --json");
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.err.is_empty(), "{done:?}");
    let document = done.document();
    assert_eq!(document["ok"], true);
    let stories = document["stories"].as_array().unwrap();
    let names: BTreeSet<&str> =
        stories.iter().map(|story| story["name"].as_str().unwrap()).collect();
    assert_eq!((stories.len(), names.len()), (ALL.len(), ALL.len()));
    for (story, known) in stories.iter().zip(ALL) {
        assert_eq!(story["name"], known.name);
        assert_eq!(story["ok"], true, "{story}");
        assert!(story["why"].is_null(), "{story}");
        let lines = story["lines"].as_array().unwrap();
        assert!(!lines.is_empty(), "{story}");
        assert!(lines.iter().all(serde_json::Value::is_string), "{story}");
    }
}

#[test]
fn there_are_no_colours_where_none_are_wanted() {
    let world = World::empty();
    let mut command = world.command("demo --script all");
    let output = command.env("NO_COLOR", "1").stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success());
    assert!(!output.stdout.contains(&0x1B) && !output.stderr.contains(&0x1B));
}

#[test]
fn an_unknown_script_is_wrong_use() {
    let world = World::empty();
    world.run("demo --script some").is_wrong_use("all");
    world.run("demo --listen nowhere").is_wrong_use("--listen");
}

#[test]
fn a_reader_that_stops_reading_is_no_panic() {
    let world = World::empty();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output =
        world.command("demo --script all").stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{output:?}");
}
