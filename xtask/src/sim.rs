//! The step `sim`: the seeded world at its full length, and what its document must say.

use serde_json::Value;

use crate::program::greylock;
use crate::proof::{grouped, page_has};
use crate::shell::{Outcome, Workspace, capture};

const SEED: u64 = 1;
const TRANSACTIONS: u64 = 300_000;
/// Transactions with the server in place of the rules.
const BESIDE: u64 = 2_000;
/// Transactions over books that are divided by card, and into how many.
const DIVIDED: (u64, u64) = (20_000, 8);
const LEAST_FAULTS: u64 = 100_000;
const LEAST_KINDS: usize = 15;

/// Plays the run and holds its document against [`figures`].
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    let line = format!("sim --seed {SEED} --transactions {TRANSACTIONS} --json");
    let document = capture(&mut greylock(workspace, &line)?)?;
    let document: Value = serde_json::from_slice(&document)
        .map_err(|error| format!("`greylock sim` did not answer with JSON: {error}"))?;
    eprintln!("{document:#}");
    eprintln!("{}", figures(&document)?);
    let beside = beside(workspace)?;
    divided(workspace)?;
    page_has(workspace, &[row(&document), beside_row(&beside)])
}

/// The worlds once more, fewer of them, with the server in place of the rules.
fn beside(workspace: &Workspace) -> Outcome<Value> {
    let line = format!("sim --seed {SEED} --transactions {BESIDE} --centre server --json");
    let document = capture(&mut greylock(workspace, &line)?)?;
    let document: Value = serde_json::from_slice(&document)
        .map_err(|error| format!("`greylock sim` did not answer with JSON: {error}"))?;
    eprintln!("{:#}", document["server"]);
    match document["ok"].as_bool() {
        Some(true) => Ok(document),
        _ => Err(format!("the worlds with the server do not hold: {}", document["failure"])),
    }
}

/// The worlds over divided books; the page of scale has a shorter run of them as an example.
fn divided(workspace: &Workspace) -> Outcome {
    let (transactions, books) = DIVIDED;
    let line =
        format!("sim --seed {SEED} --transactions {transactions} --partitions {books} --json");
    let document = capture(&mut greylock(workspace, &line)?)?;
    let document: Value = serde_json::from_slice(&document)
        .map_err(|error| format!("`greylock sim` did not answer with JSON: {error}"))?;
    eprintln!("{:#}", document["divided"]);
    match document["ok"].as_bool() {
        Some(true) => Ok(()),
        _ => Err(format!("the divided books do not hold: {}", document["failure"])),
    }
}

/// One row of the page.
fn beside_row(document: &Value) -> String {
    let of = |name: &str| grouped(document["server"][name].as_u64().unwrap_or(0));
    let [compared, again, ends] = ["answers_compared", "asked_again", "ends"].map(of);
    format!("| {SEED} | {} | {compared} | {again} | {ends} | 0 |", grouped(BESIDE))
}

/// The figures in one line, when all of them are as they must be.
fn figures(document: &Value) -> Outcome<String> {
    let played = number(document, "transactions")?;
    if played != TRANSACTIONS {
        return Err(format!("{TRANSACTIONS} transactions were asked for, {played} were played"));
    }
    for wrong in ["cents_off", "stuck_cards"] {
        match number(document, wrong)? {
            0 => {}
            some => return Err(format!("{wrong} is {some}")),
        }
    }
    let kinds = document["faults"].as_object().ok_or("the document names no faults")?;
    let never: Vec<&str> =
        kinds.iter().filter(|row| row.1.as_u64() == Some(0)).map(|row| row.0.as_str()).collect();
    if !never.is_empty() {
        return Err(format!("these faults never happened: {}", never.join(", ")));
    }
    let faults: u64 = kinds.values().filter_map(Value::as_u64).sum();
    if kinds.len() < LEAST_KINDS || faults < LEAST_FAULTS {
        return Err(format!(
            "{faults} faults of {} kinds, and {LEAST_FAULTS} of {LEAST_KINDS} are wanted",
            kinds.len()
        ));
    }
    let rate = number(document, "transactions_per_second")?;
    Ok(format!(
        "{played} transactions, {faults} faults of {} kinds, 0 cents off, 0 stuck cards, {rate} transactions a second",
        kinds.len()
    ))
}

/// The run's row in `docs/proof.md`.
fn row(document: &Value) -> String {
    let kinds = document["faults"].as_object();
    let faults: u64 =
        kinds.into_iter().flat_map(|kinds| kinds.values()).filter_map(Value::as_u64).sum();
    let kinds = kinds.map_or(0, serde_json::Map::len);
    format!("| {SEED} | {} | {} | {kinds} | 0 | 0 |", grouped(TRANSACTIONS), grouped(faults))
}

fn number(document: &Value, name: &str) -> Outcome<u64> {
    document[name].as_u64().ok_or_else(|| format!("the document has no number {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        let faults = (0..LEAST_KINDS).map(|kind| (format!("kind_{kind}"), Value::from(9_000)));
        serde_json::json!({
            "transactions": TRANSACTIONS,
            "cents_off": 0,
            "stuck_cards": 0,
            "transactions_per_second": 1,
            "faults": serde_json::Map::from_iter(faults),
        })
    }

    #[test]
    fn a_run_as_it_must_be_is_told_in_one_line() {
        let line = figures(&document()).unwrap();
        assert!(line.starts_with("300000 transactions, 135000 faults of 15 kinds"), "{line}");
    }

    #[test]
    fn each_figure_that_is_wrong_fails_the_step() {
        let wrong = [
            ("/transactions", 20_000, "20000 were played"),
            ("/cents_off", 1, "cents_off is 1"),
            ("/stuck_cards", 2, "stuck_cards is 2"),
            ("/faults/kind_3", 0, "never happened: kind_3"),
        ];
        for (at, value, reason) in wrong {
            let mut document = document();
            *document.pointer_mut(at).unwrap() = value.into();
            let failure = figures(&document).unwrap_err();
            assert!(failure.contains(reason), "{at}: {failure}");
        }
    }

    #[test]
    fn a_document_without_figures_is_refused() {
        assert!(figures(&serde_json::json!({})).is_err());
        let mut few = document();
        few["faults"] = serde_json::json!({ "one": LEAST_FAULTS });
        assert!(figures(&few).unwrap_err().contains("of 1 kinds"));
        let mut seldom = document();
        for count in seldom["faults"].as_object_mut().unwrap().values_mut() {
            *count = 6_000.into();
        }
        assert!(figures(&seldom).unwrap_err().starts_with("90000 faults"));
    }
}
