//! `greylock clear`: clearing a day has an engine with hundreds of crates, so it is a program of its own, `greylock-clear`.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use crate::cli::ClearArgs;
use crate::error::{Error, Fault};
use crate::output::{Context, Report};

/// Its name.
const PROGRAM: &str = "greylock-clear";

/// Becomes that program, when it is beside this one or in PATH.
///
/// # Errors
/// It is not there, or does not start.
pub(super) fn run(args: &ClearArgs, context: &Context<'_>) -> Result<Report, Error> {
    let program = places().find(|place| place.is_file()).ok_or_else(|| {
        Error::usage(format!("{PROGRAM} is neither beside greylock nor in PATH"))
            .advice("build it with `cargo build --release --package clear`, or install it")
    })?;
    let json = context.json && !args.arguments.iter().any(|argument| argument == "--json");
    let failed = Command::new(&program).args(&args.arguments).args(json.then_some("--json")).exec();
    Err(Error::new(Fault::System, format!("{} does not start: {failed}", program.display())))
}

fn places() -> impl Iterator<Item = PathBuf> {
    let beside = std::env::current_exe().ok().map(|own| own.with_file_name(PROGRAM));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    beside.into_iter().chain(folders.into_iter().map(|folder| folder.join(PROGRAM)))
}
