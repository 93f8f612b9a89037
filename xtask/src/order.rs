//! How steps are run and reported: the first ones one after the other, then two rows of them beside each other.

use std::fmt::Write as _;
use std::fs::File;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::shell::{Outcome, Workspace};
use crate::steps::{self, BESIDE, FIRST, Step};
use crate::tools;

/// A step that ran: its name, how long it took, and why it failed.
struct Row {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
}

/// The text of `cargo xtask --help`.
pub(crate) fn help() -> String {
    let mut text = String::from("Usage: cargo xtask STEP\n\n");
    let _ = writeln!(text, "  {:<12}all of the following, up to the first that fails", "test");
    for step in steps::all() {
        let _ = writeln!(text, "  {:<12}{}", step.name, step.about);
    }
    text.push_str("\nThe tools that `setup` looks for:\n\n");
    text.push_str(&tools::list());
    text
}

/// Runs one step under its heading.
pub(crate) fn run_alone(workspace: &Workspace, step: &'static Step) -> Outcome {
    let Row { took, outcome, .. } = timed(step, || (step.run)(workspace));
    outcome.map_err(|reason| format!("`{}` failed after {}: {reason}", step.name, seconds(took)))
}

/// Runs every step up to the first that fails, then shows how long each took.
pub(crate) fn run_all(workspace: &Workspace) -> Outcome {
    let begun = Instant::now();
    let mut rows = Vec::new();
    for step in FIRST {
        let row = timed(step, || (step.run)(workspace));
        let failed = row.outcome.is_err();
        rows.push(row);
        if failed {
            break;
        }
    }
    if rows.iter().all(|row| row.outcome.is_ok()) {
        rows.extend(beside(workspace));
    }
    eprint!("\n{}", table(&rows, begun.elapsed()));
    let failures = rows.into_iter().filter_map(|row| row.outcome.err().map(|why| (row.name, why)));
    let told: Vec<String> = failures
        .map(|(name, reason)| {
            format!("the step `{name}` failed: {reason}\nRepeat it alone: cargo xtask {name}")
        })
        .collect();
    if told.is_empty() { Ok(()) } else { Err(told.join("\n")) }
}

/// Both rows beside each other, each on a thread. Where a step of one fails, the other ends after the step it is at.
fn beside(workspace: &Workspace) -> Vec<Row> {
    let (failed, rows) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for steps in BESIDE {
            let (failed, rows) = (&failed, &rows);
            scope.spawn(move || {
                for step in steps {
                    if failed.load(Ordering::Relaxed) {
                        break;
                    }
                    let row = apart(workspace, step);
                    failed.fetch_or(row.outcome.is_err(), Ordering::Relaxed);
                    rows.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(row);
                }
            });
        }
    });
    rows.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// A step in a process of its own. What it says is kept until it ends, so that steps do not talk at the same time.
fn apart(workspace: &Workspace, step: &'static Step) -> Row {
    let log = workspace.target().join(format!("xtask-{}.log", step.name));
    let start = Instant::now();
    let outcome = in_process(workspace, step, &log);
    let said = std::fs::read(&log).unwrap_or_default();
    eprint!("{}", String::from_utf8_lossy(&said));
    Row { name: step.name, took: start.elapsed(), outcome }
}

/// This program, whatever became of its file: a step that builds the workspace puts another one in its place.
const MYSELF: &str = "/proc/self/exe";

fn in_process(workspace: &Workspace, step: &Step, log: &std::path::Path) -> Outcome {
    let told = |error: std::io::Error| format!("{}: {error}", log.display());
    let to = File::create(log).map_err(told)?;
    let also = to.try_clone().map_err(told)?;
    let mut command = workspace.command(MYSELF, &[step.name]);
    // Where the workspace is.
    command.env("CARGO_MANIFEST_DIR", workspace.root().join("xtask"));
    let status = command.stdout(Stdio::from(to)).stderr(Stdio::from(also)).status();
    let status = status.map_err(|error| format!("xtask did not start: {error}"))?;
    if status.success() { Ok(()) } else { Err("what it said stands above".to_owned()) }
}

fn timed(step: &'static Step, run: impl FnOnce() -> Outcome) -> Row {
    eprintln!("\n== {}: {}", step.name, step.about);
    let start = Instant::now();
    let outcome = run();
    let took = start.elapsed();
    let verdict = if outcome.is_ok() { "done" } else { "failed" };
    eprintln!("== {}: {verdict} in {}", step.name, seconds(took));
    Row { name: step.name, took, outcome }
}

/// One line per step that ran, and one for those that did not.
fn table(rows: &[Row], total: Duration) -> String {
    let mut text = String::new();
    for Row { name, took, outcome } in rows {
        let verdict = if outcome.is_ok() { "" } else { "  failed" };
        let _ = writeln!(text, "{name:<12}{:>10}{verdict}", seconds(*took));
    }
    let _ = writeln!(text, "{:<12}{:>10}", "all", seconds(total));
    let steps = steps::all().count();
    match steps - rows.len() {
        0 => {}
        left => {
            let _ = writeln!(text, "not run: {left} of {steps} steps");
        }
    }
    text
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_found_by_its_name_and_listed_once() {
        let help = help();
        for step in steps::all() {
            assert!(steps::find(step.name).is_some());
            let line = format!("\n  {:<12}{}\n", step.name, step.about);
            assert_eq!(help.matches(&line).count(), 1, "{}", step.name);
        }
        assert!(steps::find("test").is_none(), "`test` is the whole, not a step");
    }

    #[test]
    fn the_table_names_the_failed_step_and_counts_those_that_did_not_run() {
        let row =
            |name, millis, outcome| Row { name, took: Duration::from_millis(millis), outcome };
        let rows = [row("setup", 1500, Ok(())), row("fmt", 2000, Err("it would".to_owned()))];
        let text = table(&rows, Duration::from_millis(3500));
        assert!(text.contains("setup            1.5 s\n"), "{text}");
        assert!(text.contains("fmt              2.0 s  failed\n"), "{text}");
        assert!(text.contains("all              3.5 s\n"), "{text}");
        let steps = steps::all().count();
        assert!(text.contains(&format!("not run: {} of {steps} steps", steps - 2)));
    }

    /// The step `build` links xtask anew while it runs: its path is of another file then.
    #[test]
    fn a_step_is_started_by_a_program_whose_file_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("xtask");
        std::fs::copy("/bin/sh", &copy).unwrap();
        let script = format!("rm '{}'; exec {MYSELF} -c 'echo still here'", copy.display());
        let said = std::process::Command::new(&copy).args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&said.stdout), "still here\n");
        assert!(!copy.exists());
    }

    #[test]
    fn nothing_runs_beside_the_readers() {
        for step in ["pcsc", "bench"] {
            assert!(FIRST.iter().any(|first| first.name == step), "{step}");
        }
    }
}
