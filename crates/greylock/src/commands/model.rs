//! `greylock model`: everything that can happen within small bounds, tried.

use std::fmt::Write as _;
use std::thread;
use std::time::Instant;

use model::{Bounds, Found};
use serde_json::{Value, json};

use crate::cli::ModelArgs;
use crate::error::Error;
use crate::output::{Context, Exit, Report};

/// One run of the checker.
struct Run {
    bounds: Bounds,
    found: Found,
    seconds: f64,
}

/// Runs the checker within the bounds that were asked for, or within those of the project's own
/// checks.
///
/// # Errors
/// None: whatever the model finds is in the report.
pub(crate) fn run(args: &ModelArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let threads = args.threads.map_or_else(processors, usize::from);
    let mut runs = Vec::new();
    for bounds in bounds(args) {
        context.note(&format!("trying everything within {bounds}"));
        let begun = Instant::now();
        let tell = |states| context.note(&format!("{states} states"));
        let found = model::check_and_explain(bounds, threads, tell);
        let seconds = begun.elapsed().as_secs_f64();
        runs.push(Run { bounds, found, seconds });
    }
    let report = Report::done(document(&runs), text(&runs));
    Ok(match runs.iter().find(|run| !run.found.whole) {
        None => report,
        Some(run) => {
            let rule = run.found.violation.as_ref().map(|violation| violation.rule);
            let reason = rule.unwrap_or("the run did not come to its end");
            report.ending(Exit::Bug, format!("does not hold within {}: {reason}", run.bounds))
        }
    })
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn bounds(args: &ModelArgs) -> Vec<Bounds> {
    let ModelArgs { cards, terminals, transactions, visits, faults, money, .. } = *args;
    let asked = [cards, terminals, transactions, visits, faults, money];
    if asked.iter().all(Option::is_none) {
        return vec![Bounds::ONE_CARD, Bounds::TWO_CARDS];
    }
    let usual = Bounds::ONE_CARD;
    vec![Bounds {
        cards: cards.unwrap_or(usual.cards),
        terminals: terminals.unwrap_or(usual.terminals),
        transactions: transactions.unwrap_or(usual.transactions),
        visits: visits.unwrap_or(usual.visits),
        faults: faults.unwrap_or(usual.faults),
        money: money.unwrap_or(usual.money),
    }]
}

/// Seconds with one decimal: more would be noise.
fn rounded(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}

fn document(runs: &[Run]) -> Value {
    let sum =
        |figure: fn(&Found) -> usize| runs.iter().map(|run| figure(&run.found)).sum::<usize>();
    let violations: Vec<Value> = runs
        .iter()
        .filter_map(|run| run.found.violation.as_ref())
        .map(|violation| json!({ "rule": violation.rule, "trace": violation.trace }))
        .collect();
    let bounds: Vec<Value> = runs.iter().map(|run| bounds_document(&run.bounds)).collect();
    json!({
        "ok": runs.iter().all(|run| run.found.whole),
        "states": sum(|found| found.states),
        "transitions": sum(|found| found.transitions),
        "violations": violations.len(),
        "bounds": bounds,
        "seconds": rounded(runs.iter().map(|run| run.seconds).sum()),
        "found": violations,
        "runs": runs.iter().map(run_document).collect::<Vec<_>>(),
    })
}

fn bounds_document(bounds: &Bounds) -> Value {
    let Bounds { cards, terminals, transactions, visits, faults, money } = bounds;
    json!({
        "cards": cards,
        "terminals": terminals,
        "transactions": transactions,
        "visits": visits,
        "faults": faults,
        "money": money,
    })
}

fn run_document(run: &Run) -> Value {
    json!({
        "bounds": bounds_document(&run.bounds),
        "states": run.found.states,
        "transitions": run.found.transitions,
        "depth": run.found.depth,
        "whole": run.found.whole,
        "violations": usize::from(run.found.violation.is_some()),
        "seconds": rounded(run.seconds),
    })
}

fn text(runs: &[Run]) -> String {
    let mut text = String::new();
    for Run { bounds, found, seconds } in runs {
        let _ = writeln!(text, "within {bounds}");
        let mut row = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<14}{value:>12}");
        };
        row("states", found.states.to_string());
        row("transitions", found.transitions.to_string());
        row("violations", usize::from(found.violation.is_some()).to_string());
        row("seconds", format!("{seconds:.1}"));
        if let Some(violation) = &found.violation {
            let _ = writeln!(text, "does not hold: {}", violation.rule);
            for (number, step) in violation.trace.iter().enumerate() {
                let _ = writeln!(text, "  {}. {step}", number + 1);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_shown_with_its_steps_in_both_forms() {
        let trace = vec!["a card is put in".to_owned(), "the centre hears".to_owned()];
        let violation = Some(model::Violation { rule: "a debit is what flowed", trace });
        let found = Found { states: 3, transitions: 4, depth: 2, violation, whole: false };
        let runs = [Run { bounds: Bounds::ONE_CARD, found, seconds: 0.5 }];
        let shown = text(&runs);
        assert!(shown.contains("does not hold: a debit is what flowed\n  1. a card is put in\n"));
        let document = document(&runs);
        assert_eq!((&document["ok"], &document["violations"]), (&false.into(), &1.into()));
        assert_eq!(document["found"][0]["trace"][1], "the centre hears");
    }
}
