//! The steps of `cargo xtask test`: what each does, and in which order.

use crate::program::{built, greylock};
use crate::shell::{Outcome, Workspace, run};
use crate::{databases, features, link, ordeal, packaging, proof, schema, siege, sim, tidy, tools};

/// One check, which also runs alone as `cargo xtask NAME`.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Workspace) -> Outcome,
}

/// The steps that come first, one after the other: the quick ones, those that build what the others run, and those to which
/// a reader's service answers by its own clock, which nothing else should keep from the processor.
pub(crate) const FIRST: &[Step] = &[
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
        name: "bench",
        about: "the benchmarks run and have their figures; no time is judged",
        run: bench,
    },
];

/// Two rows of steps that run beside each other, each in its order. Those of the first wait for processes and disks most
/// of the time, and so leave the processor to those of the second.
pub(crate) const BESIDE: [&[Step]; 2] = [
    &[
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
            name: "clear",
            about: "a made-up day cleared by greylock-clear and in SQL: both find what its maker decided",
            run: clear,
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
    ],
    &[
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
            name: "packaging",
            about: "units, containers and their configurations, linted and played without an engine",
            run: packaging::step,
        },
        Step {
            name: "model",
            about: "the model of the rules holds within its bounds",
            run: proof::model,
        },
        Step {
            name: "spin",
            about: "the independent model of the protocol holds in spin",
            run: proof::spin,
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
    ],
];

/// Every step, in the order in which they are told of.
pub(crate) fn all() -> impl Iterator<Item = &'static Step> {
    FIRST.iter().chain(BESIDE.into_iter().flatten())
}

/// The step of this name.
pub(crate) fn find(name: &str) -> Option<&'static Step> {
    all().find(|step| step.name == name)
}

fn fmt(workspace: &Workspace) -> Outcome {
    workspace.cargo("fmt --all --check")?;
    workspace.cargo(&format!("fmt --check --manifest-path {}", link::MANIFEST))
}

fn clippy(workspace: &Workspace) -> Outcome {
    // The first that builds: a Cargo.lock that does not fit the manifests is found here.
    workspace.cargo("clippy --locked --workspace --all-targets --all-features -- -D warnings")
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

/// Small days, since no time is judged; the tests have run the same day on a cluster already.
fn clear(workspace: &Workspace) -> Outcome {
    built(workspace, "greylock-clear")?;
    let server = databases::Server::start(workspace)?;
    let day = "clear bench --records 20000 --yardstick-records 5000 --db";
    let run = greylock(workspace, day).and_then(|mut bench| run(bench.arg(server.url())));
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
