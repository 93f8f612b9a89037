//! `greylock` alone and `greylock demo`: every story, and that its money adds up.

use std::collections::BTreeSet;
use std::process::Stdio;

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
fn alone_it_is_the_demo() {
    let world = World::empty();
    assert_eq!(world.run("").done(), world.run("demo --script all").done());
}

#[test]
fn the_document_has_each_story_with_what_happened() {
    let world = World::empty();
    for arguments in ["demo --script all --json", "--json"] {
        let done = world.run(arguments);
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
    let output = world.command("").stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{output:?}");
}
