//! Requests made from the OpenAPI document by schemathesis, a tool that is not ours: no 500, and no answer that the
//! document does not have.

use std::path::Path;
use std::process::Command;

use ordeal::client::{Client, Who};
use ordeal::process::{Plan, Server, run};
use serde_json::{Value, json};

use crate::base::seal;
use crate::driver::{Driver, report_hex};
use crate::town::{CARDS, Release, STATIONS, Town, asn, locked, station, tid};

/// Where the tool is; `cargo xtask schema` sets it.
const TOOL: &str = "GREYLOCK_SCHEMATHESIS";
/// What knows ids and documents that mean something.
const HOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/trial/hooks.py");
/// Answers with which the books are filled.
const ANSWERS: u64 = 400;
/// Requests that are made for each resource in each turn.
const EXAMPLES: &str = "20";

/// Cards and stations live until there is something of everything in the books.
fn fill(town: &Town, address: &str) {
    std::thread::scope(|scope| {
        let _release = Release(town);
        let drive = |card| {
            scope.spawn(move || {
                let _release = Release(town);
                Driver::new(town, card, 1).run()
            })
        };
        let drivers: Vec<_> = (0..CARDS).map(drive).collect();
        town.up(address);
        town.wait_answered(ANSWERS);
        town.end();
        drivers.into_iter().for_each(|driver| drop(driver.join().unwrap()));
    });
}

/// Ids, codes and whole documents that the books know, for half of the requests.
fn known(town: &Town) -> Value {
    let asns: Vec<String> = (0..CARDS).map(|card| asn(card).to_string()).collect();
    let tids: Vec<String> = (0..STATIONS).map(|place| tid(place).to_string()).collect();
    let stations: Vec<String> = (0..STATIONS).map(|place| station(tid(place))).collect();
    let reports: Vec<String> =
        locked(&town.heard).iter().take(40).map(|heard| report_hex(&heard.report)).collect();
    let mut bodies = serde_json::Map::new();
    for decided in locked(&town.decided).iter().take(40) {
        let of_path = bodies.entry(decided.path).or_insert_with(|| json!([]));
        of_path.as_array_mut().unwrap().push(decided.body.clone());
    }
    json!({
        "fields": {
            "asn": asns, "tid": tids, "station": stations, "reports": [reports],
            "purse": ["ed", "ep"], "way": ["load", "unload"], "ttc": [1, 2, 3, 4, 5],
            "ruling": ["unlock", "debited", "claim_accepted", "claim_rejected"],
            "challenge": ["01020304"], "otc": [0, 1, 2], "ctc": [7, 9, 11],
            "cursor": ["000000000001/3", "5", "0:1"], "limit": [1, 3, 500],
        },
        "bodies": bodies,
    })
}

fn ask_anything(data: &Path, address: &str, who: Option<&Who>) {
    let tool = std::env::var(TOOL);
    let tool = tool.unwrap_or_else(|_| panic!("{TOOL} is not set: run cargo xtask schema"));
    let mut command = Command::new(tool);
    command.current_dir(data).env("SCHEMATHESIS_HOOKS", HOOKS).env("GREYLOCK_KNOWN", "known.json");
    command.args(["run", &format!("http://{address}/openapi.json"), "--seed", "1"]);
    command.args(["--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES]);
    // A stream of events has no end.
    command.args(["--exclude-path", "/v1/events", "--request-timeout", "20"]);
    command.args(["--no-shrink", "--suppress-health-check", "all", "--warnings", "off"]);
    // An id that nobody has is well formed, and refused all the same. A station shows another header than the
    // document's operator, so that without his it is still not nobody.
    match who {
        Some(Who::Station(name)) => command
            .args(["--exclude-checks", "positive_data_acceptance,missing_required_header", "-H"])
            .arg(format!("Greylock-Station: {name}")),
        Some(Who::Operator(token)) => command
            .args(["--exclude-checks", "positive_data_acceptance", "-H"])
            .arg(format!("Authorization: Bearer {token}")),
        None => command.args(["--exclude-checks", "positive_data_acceptance"]),
    };
    let printed = run(&mut command);
    println!("{who:?}");
    let printed = printed.unwrap_or_else(|why| panic!("{why}"));
    let figures = printed.lines().skip_while(|line| !line.contains("SUMMARY"));
    figures.filter(|line| line.contains("generated")).for_each(|line| println!("{}", line.trim()));
}

#[test]
#[ignore = "wants schemathesis: cargo xtask schema"]
fn generated_requests_get_answers_that_the_document_has() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    seal(data);
    let server = Server::start(&Plan::new(data).unwrap()).unwrap();
    let address = server.address().unwrap();
    let town = Town::new("ordeal");
    fill(&town, &address);
    std::fs::write(data.join("known.json"), known(&town).to_string()).unwrap();
    let operator = town.operator.clone();
    for who in [Some(&operator), Some(&Who::Station(station(tid(1)))), None] {
        ask_anything(data, &address, who);
    }
    let accounts = Client::new(&address).get(&operator, "/v1/accounts").unwrap();
    assert_eq!(accounts.document["sum"], 0, "{accounts:?}");
    assert!(server.stop().unwrap().0);
}
