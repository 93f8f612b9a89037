//! The benchmarks run: what they print is for people, and no figure is held against a clock here.

use serde_json::Value;

use crate::service::Service;
use crate::world::{Done, World};

/// `GREYLOCK_BENCH_RUNS=300 cargo test --release …` prints figures; without it, it only sees that they come.
fn runs() -> String {
    std::env::var("GREYLOCK_BENCH_RUNS").unwrap_or_else(|_| "3".to_owned())
}

fn bench(world: &World, service: &Service, options: &str) -> Done {
    let mut command = world.command(&format!("bench {options} --runs {}", runs()));
    command.args(["--vpcd", &service.vpcd(0), "--vpcd-psam", &service.vpcd(1)]);
    command.env("PCSCLITE_CSOCK_NAME", service.socket());
    Done::of(&command.output().unwrap())
}

#[test]
#[ignore = "needs a pcscd: cargo xtask bench"]
fn the_benchmarks_run_and_have_their_figures() {
    let (world, service) = (World::empty(), Service::start());
    let before = world.names();
    let done = bench(&world, &service, "--json");
    assert_eq!(done.code, 0, "{done:?}");
    let document = done.document();
    assert_eq!(document["card"]["suites"].as_array().map(Vec::len), Some(3), "{document}");
    let refuel = &document["refuel"];
    let apdus = |name: &str| refuel["apdus"][name].as_u64();
    assert_eq!((apdus("card"), apdus("psam"), apdus("all")), (Some(8), Some(5), Some(13)));
    assert_eq!(apdus("while_the_psam_has_power"), Some(11));
    for (part, syncs) in [("exchange", 0), ("whole", 17)] {
        let part = &refuel[part];
        for name in ["microseconds", "yardstick_microseconds", "ratio"] {
            assert!(part[name].as_f64().is_some_and(|figure| figure > 0.0), "{name}: {document}");
        }
        assert_eq!((&part["syncs"], &part["least_syncs"]), (&syncs.into(), &syncs.into()));
    }
    assert_eq!(world.names(), before, "nothing stays of it");
    let text = bench(&world, &service, "");
    assert_eq!(text.code, 0, "{text:?}");
    println!("{}", text.out);
}

#[test]
#[ignore = "needs a pcscd: cargo xtask bench"]
fn without_readers_the_rest_runs_and_refuel_says_what_it_needs() {
    let (world, mut service) = (World::empty(), Service::start());
    service.kill();
    let done = bench(&world, &service, "--json");
    assert_eq!((done.code, &done.document()["refuel"]), (0, &Value::Null), "{done:?}");
    assert!(
        done.err.contains("refuel was not run") && done.err.contains("start pcscd"),
        "{done:?}"
    );
    let alone = bench(&world, &service, "refuel");
    assert_eq!(alone.code, 3, "{alone:?}");
    assert!(alone.err.contains("start pcscd"), "{alone:?}");
}
