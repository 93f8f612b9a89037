//! `greylock bench`: the benchmarks, each beside its yardstick.

use std::fmt::Write as _;

use keys_file::suite_name;
use serde_json::{Value, json};

use super::{bench_centre, bench_escape, bench_refuel, bench_room, bench_station, bench_verify};
use crate::bench::{CommandFigures, SuiteFigures, card_core, ratio, run_card};
use crate::cli::{BenchArgs, BenchName};
use crate::error::Error;
use crate::output::{Context, Report};

/// Runs one benchmark, or all that can run here.
///
/// # Errors
/// Why the one that was asked for cannot run.
pub(crate) fn run(args: &BenchArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut document = json!({ "outcome": "done", "runs": args.runs });
    let mut text = String::new();
    let wanted = |name| args.name.is_none_or(|wanted| wanted == name);
    if wanted(BenchName::Card) {
        let (card, table) = card(args.runs)?;
        document["card"] = card;
        text.push_str(&table);
    }
    if wanted(BenchName::Refuel) {
        match bench_refuel::run(args) {
            Ok((refuel, table)) => {
                document["refuel"] = refuel;
                text.push_str(&table);
            }
            Err(error) if args.name.is_none() => {
                context.note(&format!("refuel was not run: {error}"));
                document["refuel"] = Value::Null;
            }
            Err(error) => return Err(error),
        }
    }
    // Asked for alone: it takes long.
    if args.name == Some(BenchName::Centre) {
        let (centre, table) = bench_centre::run(args)?;
        document["centre"] = centre;
        text.push_str(&table);
    }
    if args.name == Some(BenchName::Room) {
        let (room, table) = bench_room::run(args)?;
        document["room"] = room;
        text.push_str(&table);
    }
    if args.name == Some(BenchName::Escape) {
        let (escape, table) = bench_escape::run(args)?;
        document["escape"] = escape;
        text.push_str(&table);
    }
    if args.name == Some(BenchName::Station) {
        let (station, table) = bench_station::run(args)?;
        document["station"] = station;
        text.push_str(&table);
    }
    if args.name == Some(BenchName::Verify) {
        let (verify, table) = bench_verify::run(args)?;
        // Its fields stand at the top: others script against them.
        document.as_object_mut().into_iter().for_each(|all| all.extend(verify.clone()));
        text.push_str(&table);
    }
    Ok(Report::done(document, text))
}

fn card(runs: u32) -> Result<(Value, String), Error> {
    let suites = run_card(runs)?;
    let document = json!({
        "suites": suites.iter().map(suite_document).collect::<Vec<_>>(),
        "static_ram": card_core().map(|(chip, bytes)| json!({ "chip": chip, "bytes": bytes })),
    });
    let mut text = String::new();
    for suite in &suites {
        push_suite(&mut text, suite);
    }
    for (chip, bytes) in card_core() {
        let _never_fails = writeln!(text, "static RAM of a {chip}: {bytes} bytes");
    }
    Ok((document, text))
}

fn suite_document(figures: &SuiteFigures) -> Value {
    json!({
        "suite": suite_name(figures.suite.byte()),
        "apdus": figures.commands.len(),
        "commands": figures.commands.iter().map(command_document).collect::<Vec<_>>(),
    })
}

fn command_document(command: &CommandFigures) -> Value {
    let (done, floor) = (command.cost.done, command.cost.floor);
    json!({
        "chip": command.chip,
        "command": command.name,
        "microseconds": command.micros,
        "yardstick_microseconds": command.yardstick,
        "ratio": command.yardstick.and_then(|yardstick| ratio(command.micros, yardstick)),
        "nvm": { "writes": done.writes, "bytes": done.bytes, "syncs": done.syncs },
        "nvm_floor": { "writes": floor.writes, "bytes": floor.bytes, "syncs": floor.syncs },
    })
}

fn push_suite(text: &mut String, figures: &SuiteFigures) {
    let suite = suite_name(figures.suite.byte());
    let _never_fails = writeln!(
        text,
        "suite {suite}: microseconds in memory, and what is written (writes, bytes, syncs)\n\
         chip  command                        µs  ciphers  ratio  written        at least"
    );
    for command in &figures.commands {
        let yardstick = command.yardstick;
        let shown =
            |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.2}"));
        let of = |writes: crate::bench::Writes| {
            format!("{} {:>5} {}", writes.writes, writes.bytes, writes.syncs)
        };
        let _never_fails = writeln!(
            text,
            "{:<6}{:<27}{:>6.2}  {:>7}  {:>5}  {:<13}  {}",
            command.chip,
            command.name,
            command.micros,
            shown(yardstick),
            shown(yardstick.and_then(|yardstick| ratio(command.micros, yardstick))),
            of(command.cost.done),
            of(command.cost.floor),
        );
    }
    text.push('\n');
}
