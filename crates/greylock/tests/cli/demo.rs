//! `greylock demo`: the page until it is told to stop, and every story in words.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use clap::Parser as _;
use greylock::cli::{Cli, DemoArgs};
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

#[test]
fn the_page_is_served_until_it_is_told_to_stop_and_nothing_is_left() {
    let world = World::empty();
    let mut command = world.command("demo --listen 127.0.0.1:0");
    let mut child = command.env("TMPDIR", world.path("")).stdout(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    let (_, address) = line.split_once("http://").unwrap();
    let address = address.split_whitespace().next().unwrap();
    let mut page = TcpStream::connect(address).unwrap();
    let request = format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    page.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    page.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("Greylock"), "{answer}");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    assert!(world.names().is_empty(), "nothing is left behind");
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
