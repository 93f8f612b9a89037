//! The step `siege`: a centre, two stations and their customers as processes, killed, cut off and moved in time.

use crate::program::{PROGRAM, program};
use crate::proof::page_has;
use crate::shell::{Outcome, Workspace, capture};

/// Runs in the form of every check.
const RUNS: u64 = 100;
/// What must be none; of every blow there must be some.
const HELD: [&str; 2] = ["cents off", "cards stuck"];

/// Plays the usual number of runs and holds the page against what was printed.
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    let rows = play(workspace, RUNS)?;
    each_was_struck(&rows)?;
    page_has(workspace, &rows)
}

/// `cargo xtask siege --runs N`.
pub(crate) fn at_length(workspace: &Workspace, runs: u64) -> Outcome {
    play(workspace, runs).map(drop)
}

/// The rows of the page: what comes from the seed alone.
fn play(workspace: &Workspace, runs: u64) -> Outcome<Vec<String>> {
    let program = program(workspace)?;
    // With the features of `build`, so that nothing is built anew.
    let tests = "test --workspace --all-features --test siege -- --ignored --nocapture";
    let mut command = workspace.cargo_command(tests);
    command.env(PROGRAM, program).env("GREYLOCK_SIEGE_RUNS", runs.to_string());
    let printed = capture(&mut command)?;
    let printed = String::from_utf8_lossy(&printed);
    eprint!("{printed}");
    rows(&printed)
}

fn rows(printed: &str) -> Outcome<Vec<String>> {
    let rows: Vec<String> =
        printed.lines().filter(|line| line.starts_with("| ")).map(str::to_owned).collect();
    if rows.is_empty() { Err("the siege has printed no row".to_owned()) } else { Ok(rows) }
}

/// A siege without one kind of blow proves nothing about that kind.
fn each_was_struck(rows: &[String]) -> Outcome {
    let is_held = |row: &str| HELD.iter().any(|held| row.contains(held));
    match rows.iter().find(|row| row.ends_with("| 0 |") && !is_held(row)) {
        Some(row) => Err(format!("never struck: {row}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blow_must_have_been_struck() {
        let well = "run 0: north killed\n| stations killed | 3 |\n| cents off | 0 |\n";
        let well = rows(well).unwrap();
        assert_eq!(well, ["| stations killed | 3 |", "| cents off | 0 |"]);
        assert!(each_was_struck(&well).is_ok());
        let never = rows("| disks of stations full | 0 |").unwrap();
        assert!(each_was_struck(&never).unwrap_err().contains("never struck"));
        assert!(rows("no disk can be made").is_err());
    }
}
