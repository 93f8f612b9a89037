//! What a developer runs: `cargo xtask test` does every check of the project.
//!
//! Each check is a [`steps::Step`] and runs alone under its own name. The tools they need are one table in
//! [`tools`], and `setup` installs what is missing.

#![forbid(unsafe_code)]

mod databases;
mod features;
mod link;
mod ordeal;
mod order;
mod packaging;
mod program;
mod proof;
mod python;
mod schema;
mod shell;
mod siege;
mod sim;
mod steps;
mod tidy;
mod tools;

use std::process::ExitCode;

use shell::Workspace;

/// Exit code of a wrong command line.
const WRONG_USE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let workspace = Workspace::here();
    let outcome = match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{}", order::help());
            return ExitCode::SUCCESS;
        }
        ["test"] => order::run_all(&workspace),
        ["siege", "--runs", runs] => match runs.parse() {
            Ok(runs) => siege::at_length(&workspace, runs),
            Err(_) => return wrong_use(&format!("`{runs}` is no number of runs")),
        },
        ["ordeal", "--kills", kills] => match kills.parse() {
            Ok(kills) => ordeal::at_length(&workspace, kills),
            Err(_) => return wrong_use(&format!("`{kills}` is no number of kills")),
        },
        [name] => match steps::find(name) {
            Some(step) => order::run_alone(&workspace, step),
            None => return wrong_use(&format!("there is no step `{name}`")),
        },
        [_, extra, ..] => return wrong_use(&format!("`{extra}` is one argument too many")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_use(what: &str) -> ExitCode {
    eprintln!("xtask: {what}; `cargo xtask --help` lists the steps");
    ExitCode::from(WRONG_USE)
}
