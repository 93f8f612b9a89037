//! The steps of `cargo xtask test`, in their order, and how they are run and reported.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::program::{built, greylock};
use crate::shell::{Outcome, Workspace, run};
use crate::{databases, features, link, ordeal, packaging, proof, schema, siege, sim, tidy, tools};

/// One check, which also runs alone as `cargo xtask NAME`.
pub(crate) struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Workspace) -> Outcome,
}

/// Every step, in the order in which `test` runs them: the quick ones first.
const STEPS: &[Step] = &[
    Step {
        name: "setup",
        about: "the tools of the checks are there, or get installed",
        run: tools::setup,
    },
    Step { name: "fmt", about: "rustfmt would change nothing", run: fmt },
    Step { name: "clippy", about: "clippy has nothing to say, with every feature on", run: clippy },
    Step {
        name: "tidy",
        about: "function and file length, words, attributes, paths and links",
        run: tidy::step,
    },
    Step { name: "build", about: "everything builds", run: build },
    Step {
        name: "features",
        about: "each crate builds with each of its features alone, and with none",
        run: features::step,
    },
    Step {
        name: "cargo-test",
        about: "all tests, those in the documentation too",
        run: cargo_test,
    },
    Step {
        name: "pcsc",
        about: "cards and PSAMs in readers, through a pcscd of the tests' own",
        run: pcsc,
    },
    Step {
        name: "page",
        about: "the page of the demo in a browser: every story by its button, by keys, by day and night",
        run: page,
    },
    Step {
        name: "databases",
        about: "the centre's books and server on a PostgreSQL of the tests' own",
        run: databases::step,
    },
    Step {
        name: "ordeal",
        about: "the centre's server killed 200 times under load: nothing lost, nothing doubled",
        run: ordeal::step,
    },
    Step {
        name: "siege",
        about: "centre and stations killed and cut off 100 times: every card freed, every cent there",
        run: siege::step,
    },
    Step {
        name: "schema",
        about: "requests made from the OpenAPI document: no 500, no answer that it does not have",
        run: schema::step,
    },
    Step {
        name: "packaging",
        about: "units, containers and their configurations, linted and played without an engine",
        run: packaging::step,
    },
    Step {
        name: "bench",
        about: "the benchmarks run and have their figures; no time is judged",
        run: bench,
    },
    Step { name: "doc", about: "the documentation builds without a warning", run: doc },
    Step {
        name: "link",
        about: "the no_std crates link without std, libc and an allocator",
        run: link::step,
    },
    Step {
        name: "deny",
        about: "licences, banned crates and sources of all dependencies",
        run: deny,
    },
    Step {
        name: "spin",
        about: "the independent model of the protocol holds in spin",
        run: proof::spin,
    },
    Step {
        name: "model",
        about: "the model of the rules holds within its bounds",
        run: proof::model,
    },
    Step {
        name: "sim",
        about: "300,000 transactions under one seed, every kind of fault, no cent off, no card stuck",
        run: sim::step,
    },
    Step {
        name: "hunt",
        about: "simulation or model finds every seeded fault, and nothing where none is",
        run: hunt,
    },
    Step { name: "demo", about: "the demo plays every story and the money adds up", run: demo },
];

fn fmt(workspace: &Workspace) -> Outcome {
    workspace.cargo("fmt --all --check")?;
    workspace.cargo(&format!("fmt --check --manifest-path {}", link::MANIFEST))
}

fn clippy(workspace: &Workspace) -> Outcome {
    workspace.cargo("clippy --workspace --all-targets --all-features -- -D warnings")
}

fn build(workspace: &Workspace) -> Outcome {
    // With the features of the tests, so that what is built here is what runs there.
    workspace.cargo("build --workspace --all-targets --all-features")
}

fn cargo_test(workspace: &Workspace) -> Outcome {
    // What the tests count (tears, cases, worlds) is shown, so that the log holds the figures.
    workspace.cargo("test --workspace --all-features -- --show-output")
}

fn pcsc(workspace: &Workspace) -> Outcome {
    // The tests wait for readers most of the time, so that more of them than there are cores go side by side.
    workspace.cargo(
        "test --workspace --all-features --test pcsc -- --ignored --show-output --test-threads=6 --skip bench",
    )
}

fn page(workspace: &Workspace) -> Outcome {
    workspace.cargo(
        "test --workspace --all-features --test page -- --ignored --show-output --test-threads=2",
    )
}

/// In the profile of the tests, since only the shape of the figures is judged: docs/bench.md says how to get figures.
fn bench(workspace: &Workspace) -> Outcome {
    workspace.cargo("test --release --package card --test stack -- --ignored --show-output")?;
    workspace
        .cargo("test --workspace --all-features --test pcsc -- --ignored --show-output bench")?;
    let server = databases::Server::start(workspace)?;
    let centre = "bench centre --outcomes 4000 --stations 200 --dir target --db";
    let run = greylock(workspace, centre).and_then(|mut bench| run(bench.arg(server.url())));
    let stopped = server.stop(workspace);
    run.and(stopped)
}

fn doc(workspace: &Workspace) -> Outcome {
    run(workspace
        .cargo_command("doc --workspace --all-features --no-deps")
        .env("RUSTDOCFLAGS", "-D warnings"))
}

fn deny(workspace: &Workspace) -> Outcome {
    workspace.cargo("deny check licenses bans sources")
}

fn hunt(workspace: &Workspace) -> Outcome {
    run(&mut workspace.command(&built(workspace, "hunt")?.display().to_string(), &[]))
}

fn demo(workspace: &Workspace) -> Outcome {
    run(&mut greylock(workspace, "demo --script all")?)
}

/// The step of this name.
pub(crate) fn find(name: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.name == name)
}

/// The text of `cargo xtask --help`.
pub(crate) fn help() -> String {
    let mut text = String::from("Usage: cargo xtask STEP\n\n");
    let _ = writeln!(
        text,
        "  {:<12}all of the following, in this order, up to the first that fails",
        "test"
    );
    for step in STEPS {
        let _ = writeln!(text, "  {:<12}{}", step.name, step.about);
    }
    text.push_str("\nThe tools that `setup` looks for:\n\n");
    text.push_str(&tools::list());
    text
}

/// Runs one step under its heading.
pub(crate) fn run_alone(workspace: &Workspace, step: &Step) -> Outcome {
    let (outcome, took) = timed(workspace, step);
    outcome.map_err(|reason| format!("`{}` failed after {}: {reason}", step.name, seconds(took)))
}

/// Runs every step up to the first that fails, then shows how long each took.
pub(crate) fn run_all(workspace: &Workspace) -> Outcome {
    let mut rows = Vec::new();
    let mut failure = Ok(());
    for step in STEPS {
        let (outcome, took) = timed(workspace, step);
        rows.push((step.name, took, outcome.is_ok()));
        if let Err(reason) = outcome {
            let again = format!("Repeat it alone: cargo xtask {}", step.name);
            failure = Err(format!("the step `{}` failed: {reason}\n{again}", step.name));
            break;
        }
    }
    eprint!("\n{}", table(&rows));
    failure
}

fn timed(workspace: &Workspace, step: &Step) -> (Outcome, Duration) {
    eprintln!("\n== {}: {}", step.name, step.about);
    let start = Instant::now();
    let outcome = (step.run)(workspace);
    let took = start.elapsed();
    let verdict = if outcome.is_ok() { "done" } else { "failed" };
    eprintln!("== {}: {verdict} in {}", step.name, seconds(took));
    (outcome, took)
}

/// One line per step that ran, and one for those that did not.
fn table(rows: &[(&str, Duration, bool)]) -> String {
    let mut text = String::new();
    for (name, took, passed) in rows {
        let verdict = if *passed { "" } else { "  failed" };
        let _ = writeln!(text, "{name:<12}{:>10}{verdict}", seconds(*took));
    }
    let total = rows.iter().map(|(_, took, _)| *took).sum();
    let _ = writeln!(text, "{:<12}{:>10}", "all", seconds(total));
    match STEPS.len() - rows.len() {
        0 => {}
        left => {
            let _ = writeln!(text, "not run: {left} of {} steps", STEPS.len());
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
        for step in STEPS {
            assert!(find(step.name).is_some());
            let line = format!("\n  {:<12}{}\n", step.name, step.about);
            assert_eq!(help.matches(&line).count(), 1, "{}", step.name);
        }
        assert!(find("test").is_none(), "`test` is the whole, not a step");
    }

    #[test]
    fn the_table_names_the_failed_step_and_counts_those_that_did_not_run() {
        let rows =
            [("setup", Duration::from_millis(1500), true), ("fmt", Duration::from_secs(2), false)];
        let text = table(&rows);
        assert!(text.contains("setup            1.5 s\n"), "{text}");
        assert!(text.contains("fmt              2.0 s  failed\n"), "{text}");
        assert!(text.contains("all              3.5 s\n"), "{text}");
        assert!(text.contains(&format!("not run: {} of {} steps", STEPS.len() - 2, STEPS.len())));
    }
}
