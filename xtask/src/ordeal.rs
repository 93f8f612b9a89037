//! The step `ordeal`: the centre's server, killed at random moments under load, on both databases.

use crate::databases::Server;
use crate::program::{PROGRAM, program};
use crate::proof::page_has;
use crate::shell::{Outcome, Workspace, capture};

/// Kills in the form of every check; half of them with each database.
const KILLS: u64 = 200;

/// Plays the usual number of kills and holds the page against what was printed.
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    page_has(workspace, &kill(workspace, KILLS)?)
}

/// `cargo xtask ordeal --kills N`.
pub(crate) fn at_length(workspace: &Workspace, kills: u64) -> Outcome {
    kill(workspace, kills).map(drop)
}

/// Rows of the page, one for each database.
fn kill(workspace: &Workspace, kills: u64) -> Outcome<Vec<String>> {
    let program = program(workspace)?;
    let server = Server::start(workspace)?;
    // With the features of `build`, so that nothing is built anew.
    let tests = "test --workspace --all-features --test trial -- --ignored --nocapture --test-threads=1 --skip schema";
    let mut command = workspace.cargo_command(tests);
    command.env(PROGRAM, program).env("GREYLOCK_ORDEAL_KILLS", kills.div_ceil(2).to_string());
    let printed = capture(server.told_to(workspace, &mut command));
    let stopped = server.stop(workspace);
    let printed = String::from_utf8_lossy(&printed?).into_owned();
    eprint!("{printed}");
    stopped?;
    let rows: Vec<String> = printed.lines().filter_map(row).collect();
    match rows.len() {
        2 => Ok(rows),
        other => Err(format!("{other} databases were tried, want 2")),
    }
}

fn row(line: &str) -> Option<String> {
    line.starts_with("| ").then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_is_told_from_what_is_said_beside_it() {
        assert_eq!(row("| SQLite | 100 |").as_deref(), Some("| SQLite | 100 |"));
        assert_eq!(row("SQLite world 0: 12 answered"), None);
    }
}
