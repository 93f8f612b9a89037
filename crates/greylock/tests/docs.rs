//! The README is true: its console blocks are run in order in one empty folder, and what they
//! print is what it shows. `…` at the end of a line stands for its rest, alone for any lines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    std::fs::read_to_string(path).unwrap()
}

/// The commands of all console blocks, each with the lines that follow it.
fn examples(text: &str) -> Vec<(String, Vec<String>)> {
    let mut examples: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match (inside, line) {
            (_, "```console") => inside = true,
            (_, "```") => inside = false,
            (true, line) => match line.strip_prefix("$ ") {
                Some(command) => examples.push((command.to_owned(), Vec::new())),
                None => examples.last_mut().unwrap().1.push(line.to_owned()),
            },
            _ => {}
        }
    }
    examples
}

/// Runs the commands in one shell each, in one folder, with what earlier ones exported.
fn outputs(commands: &[String], folder: &Path) -> Vec<String> {
    let programs = Path::new(env!("CARGO_BIN_EXE_greylock")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let exports: Vec<&String> = commands.iter().filter(|c| c.starts_with("export ")).collect();
    let run = |(at, command): (usize, &String)| {
        let before = exports.iter().filter(|e| commands[..at].contains(e));
        let script: String = before.map(|export| format!("{export}; ")).collect();
        let script = format!("{{ {script}{command}; }} 2>&1");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(folder).env("PATH", &path).env("NO_COLOR", "1");
        String::from_utf8(shell.env_remove("GREYLOCK_PIN").output().unwrap().stdout).unwrap()
    };
    commands.iter().enumerate().map(run).collect()
}

fn line_fits(shown: &str, printed: &str) -> bool {
    match shown.split_once('…') {
        Some((start, end)) => printed.starts_with(start) && printed.ends_with(end),
        None => shown == printed,
    }
}

/// Whether the lines printed are those shown, `…` alone standing for any number of them.
fn fits(shown: &[String], printed: &[&str]) -> bool {
    match (shown, printed) {
        ([], []) => true,
        ([any, rest @ ..], _) if any == "…" => {
            (0..=printed.len()).any(|skipped| fits(rest, &printed[skipped..]))
        }
        ([line, rest @ ..], [first, others @ ..]) => line_fits(line, first) && fits(rest, others),
        _ => false,
    }
}

#[test]
fn the_examples_of_the_readme_run_as_shown() {
    let examples = examples(&readme());
    assert!(examples.len() > 8, "the README shows a refuelling end to end");
    let folder = tempfile::tempdir().unwrap();
    let commands: Vec<String> = examples.iter().map(|(command, _)| command.clone()).collect();
    let outputs = outputs(&commands, folder.path());
    for ((command, shown), printed) in examples.iter().zip(&outputs) {
        let lines: Vec<&str> = printed.lines().collect();
        assert!(fits(shown, &lines), "$ {command}\nshows\n{}\nprints\n{printed}", shown.join("\n"));
    }
}

#[test]
fn the_story_that_the_readme_shows_is_the_one_that_is_told() {
    let demo = Command::new(env!("CARGO_BIN_EXE_greylock")).output().unwrap();
    let told = String::from_utf8(demo.stdout).unwrap();
    let readme = readme();
    let (_, story) = readme.split_once("```text\n").unwrap();
    let (story, _) = story.split_once("```").unwrap();
    assert!(told.contains(story), "{story}\nis not told:\n{told}");
}

#[test]
fn a_line_that_differs_is_found() {
    let shown = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert!(fits(&shown(&["a …", "…", "c"]), &["a 1", "b", "b", "c"]));
    assert!(!fits(&shown(&["a …", "…", "c"]), &["a 1", "b", "b", "d"]));
    assert!(!fits(&shown(&["a"]), &["a", "b"]));
}
