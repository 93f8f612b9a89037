//! The programs that steps run, as `build` has made them: with the features of the tests and in their profile, which
//! optimises what is turned over a million times and keeps the checks for overflow.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{Outcome, Workspace};

/// Where tests look for `greylock`; who sets it for a step gives it another program.
pub(crate) const PROGRAM: &str = "GREYLOCK_PROGRAM";

/// `greylock`.
pub(crate) fn program(workspace: &Workspace) -> Outcome<PathBuf> {
    match std::env::var_os(PROGRAM) {
        Some(given) => Ok(given.into()),
        None => built(workspace, "greylock"),
    }
}

/// A program of the workspace by its name.
pub(crate) fn built(workspace: &Workspace, name: &str) -> Outcome<PathBuf> {
    workspace.cargo(&format!("build --quiet --workspace --all-features --bin {name}"))?;
    Ok(workspace.target().join("debug").join(name))
}

/// `greylock` with these arguments, separated by spaces.
pub(crate) fn greylock(workspace: &Workspace, arguments: &str) -> Outcome<Command> {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    eprintln!("$ greylock {}", arguments.join(" "));
    Ok(workspace.command(&program(workspace)?.display().to_string(), &arguments))
}
