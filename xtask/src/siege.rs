//! The step `siege`: a centre, two stations and their customers as processes, killed, cut off and put back in time.

use crate::ordeal::{PROGRAM, program};
use crate::proof::page_has;
use crate::shell::{Outcome, Workspace, capture};

/// Runs in the form of every check.
const RUNS: u64 = 100;

/// Plays the usual number of runs; what was found wrong must stand on the page, and it says nothing.
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    page_has(workspace, &[play(workspace, RUNS)?])
}

/// `cargo xtask siege --runs N`.
pub(crate) fn at_length(workspace: &Workspace, runs: u64) -> Outcome {
    play(workspace, runs).map(drop)
}

/// The row of the page.
fn play(workspace: &Workspace, runs: u64) -> Outcome<String> {
    let program = program(workspace)?;
    // With the features of `build`, so that nothing is built anew.
    let tests = "test --workspace --all-features --test siege -- --ignored --nocapture";
    let mut command = workspace.cargo_command(tests);
    command.env(PROGRAM, program).env("GREYLOCK_SIEGE_RUNS", runs.to_string());
    let printed = capture(&mut command)?;
    let printed = String::from_utf8_lossy(&printed);
    eprint!("{printed}");
    let row = printed.lines().find(|line| line.starts_with("| "));
    row.map(str::to_owned).ok_or_else(|| "the siege has printed no row".to_owned())
}
