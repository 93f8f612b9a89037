//! The figures of `docs/proof.md`: each step that prints some holds the page against them.

use serde_json::Value;

use crate::program::greylock;
use crate::shell::{Outcome, Workspace, capture};

/// The page.
const PAGE: &str = "docs/proof.md";

/// Fails when a row of figures does not stand on the page, and says what should.
pub(crate) fn page_has(workspace: &Workspace, rows: &[String]) -> Outcome {
    let page = std::fs::read_to_string(workspace.root().join(PAGE))
        .map_err(|error| format!("{PAGE} cannot be read: {error}"))?;
    let missing: Vec<&str> =
        rows.iter().map(String::as_str).filter(|row| !page.contains(row)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{PAGE} says otherwise than what was printed; it wants\n{}", missing.join("\n")))
}

/// `1063621` as `1,063,621`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let from_end = digits.chars().rev().enumerate();
    let reversed = from_end.flat_map(|(at, digit)| {
        let comma = (at > 0 && at % 3 == 0).then_some(',');
        comma.into_iter().chain([digit])
    });
    reversed.collect::<Vec<char>>().into_iter().rev().collect()
}

/// The step `model`: the bounds of the page, tried, and its rows.
pub(crate) fn model(workspace: &Workspace) -> Outcome {
    let document = capture(&mut greylock(workspace, "model --json")?)?;
    let document: Value = serde_json::from_slice(&document)
        .map_err(|error| format!("`greylock model` did not answer with JSON: {error}"))?;
    eprintln!("{document:#}");
    page_has(workspace, &model_rows(&document)?)
}

fn model_rows(document: &Value) -> Outcome<Vec<String>> {
    let runs = document["runs"].as_array().ok_or("the document has no runs")?;
    let row = |run: &Value| {
        let figure = |name: &str| run[name].as_u64().map(grouped);
        let [states, transitions, violations] = ["states", "transitions", "violations"].map(figure);
        Some(format!("| {} | {} | {} |", states?, transitions?, violations?))
    };
    let rows: Option<Vec<String>> = runs.iter().map(row).collect();
    rows.filter(|rows| !rows.is_empty()).ok_or_else(|| "a run has no figures".to_owned())
}

/// The step `spin`: the second model, and its rows.
pub(crate) fn spin(workspace: &Workspace) -> Outcome {
    eprintln!("$ bash proof/spin/run.sh");
    let printed = capture(&mut workspace.command("bash", &["proof/spin/run.sh"]))?;
    let printed = String::from_utf8_lossy(&printed);
    eprint!("{printed}");
    page_has(workspace, &spin_rows(&printed))
}

/// `name property states transitions depth seconds errors ok`.
fn spin_rows(printed: &str) -> Vec<String> {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [name, property, states, transitions, _, _, errors, "ok"] = cells[..] else {
            return None;
        };
        let (states, transitions) = (states.parse().ok()?, transitions.parse().ok()?);
        let (states, transitions) = (grouped(states), grouped(transitions));
        Some(format!("| `{name}` | {property} | {states} | {transitions} | {errors} |"))
    };
    printed.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let grouped = [0, 999, 1_000, 45_678, 1_063_621].map(grouped);
        assert_eq!(grouped, ["0", "999", "1,000", "45,678", "1,063,621"]);
    }

    #[test]
    fn a_row_of_spin_is_read() {
        let printed = "configuration property states\n\
            one-sale                   safety       416839     2840930    112    1.31      0  ok\n    -DFAULTS=3\n";
        assert_eq!(spin_rows(printed), ["| `one-sale` | safety | 416,839 | 2,840,930 | 0 |"]);
    }

    #[test]
    fn a_row_of_the_model_is_read() {
        let document = serde_json::json!({
            "runs": [{ "states": 12, "transitions": 3456, "violations": 0 }]
        });
        assert_eq!(model_rows(&document).unwrap(), ["| 12 | 3,456 | 0 |"]);
        assert!(model_rows(&serde_json::json!({ "runs": [{}] })).is_err());
        assert!(model_rows(&serde_json::json!({ "runs": [] })).is_err());
    }
}
