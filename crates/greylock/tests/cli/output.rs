//! Documents, exit codes, colours and pipes.

use std::fs::File;
use std::process::Stdio;

use crate::world::{SELECT, World};

#[test]
fn every_refusal_has_its_document() {
    let world = World::new();
    for (arguments, code, outcome) in [
        ("card show none.img --json", 2, "wrong_use"),
        ("card show --json", 2, "wrong_use"),
        ("--json card show psam.img", 2, "wrong_use"),
        ("card --json", 2, "wrong_use"),
        ("nonsense --json", 2, "wrong_use"),
        ("card issue --keys keys.toml --asn 1 --out a.img --json", 2, "wrong_use"),
    ] {
        let done = world.run(arguments);
        assert_eq!(done.code, code, "{arguments}: {done:?}");
        let document = done.document();
        assert_eq!(document["outcome"], outcome, "{arguments}");
        assert!(!document["reason"].as_str().unwrap().is_empty(), "{arguments}");
        assert!(!done.err.is_empty(), "{arguments}");
    }
}

#[test]
fn no_colour_where_it_is_not_wanted() {
    let world = World::empty();
    let done = world.run("card show none.img");
    assert!(done.err.starts_with("greylock: cannot open none.img"), "{done:?}");
    let help = world.command("--help").env("NO_COLOR", "1").output().unwrap();
    assert!(!help.stdout.contains(&0x1B));
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let world = World::new();
    for arguments in
        ["--help", "completions zsh", "man", "card show card.img --json", "vectors --json"]
    {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = world.command(arguments);
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        let expected = if arguments.starts_with("vectors") { 2 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{arguments}: {error}");
        assert!(!error.contains("panic") && !error.contains("bug"), "{arguments}: {error}");
    }
}

#[test]
fn a_full_disk_behind_stdout_is_told() {
    let Ok(full) = File::options().write(true).open("/dev/full") else { return };
    let world = World::new();
    let output =
        world.command(&format!("apdu --card card.img {SELECT}")).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("could not be written"));
}

#[test]
fn completions_and_manual_pages_are_there() {
    let world = World::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(world.run(&format!("completions {shell}")).done().contains("greylock"), "{shell}");
    }
    assert_eq!(world.run("completions bash --json").document()["shell"], "bash");
    assert!(world.run("man").done().contains(".TH greylock 1"));
    world.run("man --out pages").done();
    for page in ["greylock.1", "greylock-card-issue.1", "greylock-host-decide.1"] {
        assert!(world.path("pages").join(page).exists(), "{page}");
    }
}

#[test]
fn version_is_told() {
    let world = World::empty();
    assert!(world.run("--version").done().starts_with("greylock "));
}
