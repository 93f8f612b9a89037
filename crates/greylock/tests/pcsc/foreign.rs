//! Clients that share no code with ours: a terminal in Python over pyscard, opensc-tool and scriptor. They compute
//! every code themselves, from the protocol's page; `tests/foreign` has them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::console::{examples, fits};
use crate::forecourt::Served;
use crate::service::Service;
use crate::world::{ASN, Done, TID, World};

/// Debian's own, whose packages `cargo xtask setup` installs; another one in PATH has not got them.
const PYTHON: &str = "/usr/bin/python3";

/// A scenario takes two. A client that hangs is ended, so that the test says which one.
const LIMIT_SECONDS: &str = "60";

/// Keys and purse of a card: each suite, both schemes, one level and two, both purses.
const NETWORKS: [(&str, &str); 4] = [
    ("--suite 3des", "ed"),
    ("--suite 3des --scheme field --levels 2", "ep"),
    ("--suite aes --levels 2", "ed"),
    ("--suite sm4", "ep"),
];

/// Plays a scenario in each of these networks, with a card and a PSAM of ours in the readers; then the card is as
/// the scenario says, and the money adds up.
fn plays(scenario: &str, networks: &[(&str, &str)]) {
    for (keys, purse) in networks {
        let what = format!("{scenario} {keys} {purse}");
        let (world, service) = (issued(keys, purse), Service::start());
        let card = Served::start(&world, "card serve card.img", &service.vpcd(0));
        let psam = Served::start(&world, "psam serve psam.img", &service.vpcd(1));
        let done =
            Done::of(&player(&world, &service, scenario, purse, card.id()).output().unwrap());
        assert_eq!(
            done.code, 0,
            "{what}: {}\n(`cargo xtask setup` installs what is missing)",
            done.err
        );
        drop((card, psam));
        is_as_expected(&world.show("card.img"), &done.document(), purse, &what);
        let audit = world.run("audit --card card.img --psam psam.img --json");
        assert_eq!(
            (audit.code, &audit.document()["totals"]["difference"]),
            (0, &0.into()),
            "{what}: {audit:?}"
        );
        println!("{what}: {}", done.out);
    }
}

fn issued(keys: &str, purse: &str) -> World {
    let world = World::empty();
    world.run(&format!("keys new {keys} --out keys.toml")).done();
    let of_card = format!("--asn {ASN} --balance 150000 --purse {purse} --out card.img");
    world.run(&format!("card issue --keys keys.toml {of_card}")).done();
    world.run(&format!("psam issue --keys keys.toml --tid {TID} --out psam.img")).done();
    world
}

/// The program that plays. It leaves no compiled files behind and takes no settings from the environment.
fn player(world: &World, service: &Service, scenario: &str, purse: &str, hand: u32) -> Command {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/play.py");
    let mut command = Command::new("timeout");
    command.args([LIMIT_SECONDS, PYTHON, "-B", "-E", "-s"]).arg(program).arg(scenario);
    command.args(["--keys", "keys.toml", "--purse", purse, "--hand", &hand.to_string()]);
    command.args(["--card", "Pump 00 00", "--psam", "Pump 00 01"]).current_dir(world.path(""));
    command.env("PCSCLITE_CSOCK_NAME", service.socket()).env("OPENSC_CONF", "/dev/null");
    command
}

fn is_as_expected(shown: &Value, expected: &Value, purse: &str, what: &str) {
    let found = shown["purses"].as_array().unwrap().iter().find(|found| found["purse"] == purse);
    for (name, value) in expected["purse"].as_object().into_iter().flatten() {
        assert_eq!(&found.unwrap()[name], value, "{what}: {name}: {shown}");
    }
    for name in ["state", "error_counter"] {
        assert!(expected.is_null() || shown[name] == expected[name], "{what}: {name}: {shown}");
    }
}

/// A test for each scenario, so that a failure names it.
macro_rules! scenarios {
    ($($test:ident: $name:literal in $networks:expr;)+) => {$(
        #[test]
        #[ignore = "needs a pcscd: cargo xtask pcsc"]
        fn $test() {
            plays($name, $networks);
        }
    )+};
}

scenarios! {
    python_refuels_with_a_psam_of_its_own: "refuel" in &NETWORKS;
    python_unlocks_with_a_grey_record_after_an_escape: "escape" in &NETWORKS;
    python_unlocks_on_line_with_keys_of_its_own: "online" in &NETWORKS;
    python_loads_buys_unloads_and_moves_the_limit: "money" in &NETWORKS;
    python_is_refused_what_is_wrong_and_it_counts: "wrong-codes" in &NETWORKS;
    python_does_the_work_of_the_issuer: "issuer" in &NETWORKS;
    python_is_refused_in_the_order_of_checks: "refusals" in &NETWORKS[..2];
    python_finds_the_card_grey_after_a_pull: "pulled" in &NETWORKS[..2];
    python_is_the_card_of_our_psam: "psam" in &NETWORKS;
    python_is_the_terminal_of_our_card_and_psam: "both" in &NETWORKS;
    opensc_tool_refuels_and_unlocks_call_by_call: "opensc-tool" in &NETWORKS[..2];
    scriptor_refuels_and_unlocks_line_by_line: "scriptor" in &NETWORKS[..2];
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn the_examples_of_the_page_of_readers_run_as_shown() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/readers.md");
    let examples = examples(&std::fs::read_to_string(page).unwrap());
    assert!(examples.len() > 3, "opensc-tool and scriptor are shown");
    let (world, service) = (issued("", "ed"), Service::start());
    let card = Served::start(&world, "card serve card.img", &service.vpcd(0));
    let mut wait = Command::new("opensc-tool");
    wait.args(["--reader", "0", "--wait", "--atr"]).env("PCSCLITE_CSOCK_NAME", service.socket());
    assert!(wait.output().unwrap().status.success(), "the card is in the reader");
    for (command, shown) in examples {
        let mut shell = Command::new("sh");
        shell.args(["-c", &command]).env("OPENSC_CONF", "/dev/null");
        shell.env("PCSCLITE_CSOCK_NAME", service.socket());
        let printed = Done::of(&shell.output().unwrap()).out;
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert!(
            fits(&shown, &lines),
            "$ {command}\nshows\n{}\nprints\n{printed}",
            shown.join("\n")
        );
    }
    drop(card);
}
