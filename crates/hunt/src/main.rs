//! The hunt: each seeded fault is planted in turn, and the simulation and the model must find it.
//!
//! Without a fault they must find nothing. The page `docs/seeded.md` says who finds what.
#![forbid(unsafe_code)]

mod bounds;
mod hunters;
mod page;
mod report;

use std::process::ExitCode;

use seeded::Bug;

const USAGE: &str = "Usage: hunt [--json] [NAME …]

Plants each seeded fault, or those of these names, and sees that the simulation or the model
finds it, as docs/seeded.md says. It fails when one is not found, or when something is found
with no fault in.";

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let json = words.iter().any(|word| word == "--json");
    words.retain(|word| word != "--json");
    let Some(bugs) = wanted(&words) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let mut all_well = true;
    let mut rows = Vec::new();
    for bug in bugs {
        let hunted = hunters::hunt(bug);
        let wrong = page::judge(&hunted);
        all_well &= wrong.is_none();
        if json {
            rows.push(report::json(&hunted, wrong.as_deref()));
        } else {
            report::show(&hunted, wrong.as_deref());
        }
    }
    if json {
        println!("{}", serde_json::Value::Array(rows));
    }
    if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// No fault first, then the faults of these names, or all; `None` when one has no such name.
fn wanted(names: &[String]) -> Option<Vec<Option<Bug>>> {
    let known = |name: &String| Bug::ALL.iter().copied().find(|bug| bug.name() == name);
    let named: Option<Vec<Bug>> = names.iter().map(known).collect();
    let bugs = named.map(|named| if named.is_empty() { Bug::ALL.to_vec() } else { named })?;
    Some([None].into_iter().chain(bugs.into_iter().map(Some)).collect())
}
