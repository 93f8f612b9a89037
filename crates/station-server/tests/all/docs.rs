//! docs/station.md has every problem, figure and resource, as they are.

use station_server::{figures, problem, resources};

const PAGE: &str = include_str!("../../../../docs/station.md");

/// The rows of the table under a heading.
fn rows(heading: &str) -> Vec<String> {
    let (_, rest) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|'));
    rows.skip(2).map(str::to_owned).collect()
}

#[test]
fn the_page_has_every_problem() {
    let told = problem::TABLE.iter().map(|(name, status, fault, words)| {
        format!("| `{name}` | {status} | `{fault}` | {words} |")
    });
    assert_eq!(rows("Problems"), told.collect::<Vec<_>>());
}

#[test]
fn the_page_has_every_figure() {
    let told = figures::TABLE
        .iter()
        .map(|(name, kind, labels, counts)| format!("| `{name}` | {kind} | {labels} | {counts} |"));
    assert_eq!(rows("Figures"), told.collect::<Vec<_>>());
}

#[test]
fn the_page_has_every_resource() {
    let mut told: Vec<String> =
        resources().iter().map(|(method, path)| format!("| {method} | `{path}`")).collect();
    let named = |row: String| row.rsplit_once(" | ").unwrap().0.to_owned();
    let mut shown: Vec<String> = rows("Interface").into_iter().map(named).collect();
    told.sort();
    shown.sort();
    assert_eq!(shown, told);
}
