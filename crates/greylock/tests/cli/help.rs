//! Help is kept as files: `GREYLOCK_WRITE_HELP=1 cargo test -p greylock` writes them anew.

use std::path::Path;

use clap::{Command, CommandFactory as _};
use greylock::cli::Cli;

use crate::world::World;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/help"))
}

/// Every command that is shown, as typed behind the program's name; the program itself is empty.
fn commands(command: &Command, path: &str, all: &mut Vec<String>) {
    all.push(path.to_owned());
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        commands(inner, format!("{path} {}", inner.get_name()).trim(), all);
    }
}

fn all_commands() -> Vec<String> {
    let mut all = Vec::new();
    commands(&Cli::command(), "", &mut all);
    all
}

fn file_of(command: &str) -> String {
    let name = format!("greylock {command}");
    format!("{}.txt", name.trim().replace(' ', "-"))
}

/// The parser leaves space at the ends of lines, which files had better not have.
fn without_trailing_space(help: &str) -> String {
    help.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn help_is_what_the_files_say() {
    let world = World::empty();
    for command in all_commands() {
        let help = without_trailing_space(&world.run(&format!("{command} --help")).done());
        let file = folder().join(file_of(&command));
        if std::env::var_os("GREYLOCK_WRITE_HELP").is_some() {
            std::fs::write(&file, &help).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(help, kept, "`greylock {command} --help` changed; see the head of this test");
    }
}

#[test]
fn no_file_is_left_of_a_command_that_is_gone() {
    let expected: Vec<String> = all_commands().iter().map(|command| file_of(command)).collect();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(expected.contains(&name), "{name}");
    }
}

#[test]
fn every_help_has_an_example() {
    let world = World::empty();
    for command in all_commands() {
        let help = world.run(&format!("{command} --help")).done();
        assert!(help.contains("Example:\n  greylock "), "{command}");
    }
}

#[test]
fn the_definition_of_the_command_line_holds_together() {
    Cli::command().debug_assert();
}
