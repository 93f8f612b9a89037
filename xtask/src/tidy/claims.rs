//! The page of claims against the tests: each claim has a test that bears its number, each test
//! that bears a number is on the page, and no line of the page names a test that is not there.

use std::collections::BTreeSet;

use super::Finding;
use super::sources::{Sources, TextFile};

const PAGE: &str = "docs/claims.md";
const CLAIMS: u32 = 12;

/// Checks the page against every `claim_NN_…` function under a tests folder.
pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let Some(page) = sources.files.iter().find(|file| file.path == PAGE) else { return Vec::new() };
    let tests = tests_with_a_number(sources);
    let listed = listed(page);
    let mut findings = Vec::new();
    for (line, test) in &listed {
        if !tests.contains(test) {
            let (path, name) = test;
            findings.push(Finding::new(
                page,
                *line,
                format!("no test {name} in {path}; correct the line"),
            ));
        }
    }
    let on_the_page: BTreeSet<&Test> = listed.iter().map(|(_, test)| test).collect();
    for (path, name) in tests.iter().filter(|test| !on_the_page.contains(test)) {
        findings.push(Finding::new(
            page,
            1,
            format!("{name} of {path} is not listed; add its line"),
        ));
    }
    for claim in 1..=CLAIMS {
        if !tests.iter().any(|(_, name)| bears(name, claim)) {
            findings.push(Finding::new(page, 1, format!("claim {claim} has no test; write one")));
        }
    }
    findings
}

/// Path and function name.
type Test = (String, String);

fn tests_with_a_number(sources: &Sources) -> BTreeSet<Test> {
    let rust = sources.files.iter().filter(|file| file.path.contains("/tests/"));
    rust.flat_map(|file| {
        let names = file.text.lines().filter_map(|line| {
            let name = line.trim_start().strip_prefix("fn ")?.split('(').next()?;
            name.starts_with("claim_").then(|| (file.path.clone(), name.to_owned()))
        });
        names.collect::<Vec<_>>()
    })
    .collect()
}

/// Lines such as "- `crates/card/tests/claims.rs` `claim_01_…`".
fn listed(page: &TextFile) -> Vec<(usize, Test)> {
    page.lines()
        .filter_map(|(number, line)| {
            let mut quoted = line.strip_prefix("- `")?.split('`');
            let (path, name) = (quoted.next()?, quoted.nth(1)?);
            name.starts_with("claim_").then(|| (number, (path.to_owned(), name.to_owned())))
        })
        .collect()
}

/// `claim_06_07_…` bears 6 and 7.
fn bears(name: &str, claim: u32) -> bool {
    let parts = name.split('_').skip(1);
    parts.map_while(|part| part.parse::<u32>().ok()).any(|number| number == claim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(page: &str) -> Sources {
        let tests: String = (2..=11).map(|n| format!("fn claim_{n:02}_x() {{\n")).collect();
        let files = vec![
            TextFile::new(PAGE, page),
            TextFile::new("crates/a/tests/c.rs", format!("{tests}fn claim_01_12_y() {{\n")),
        ];
        Sources::of(files)
    }

    fn page() -> String {
        let lines = (2..=11).map(|n| format!("- `crates/a/tests/c.rs` `claim_{n:02}_x`\n"));
        lines.chain(["- `crates/a/tests/c.rs` `claim_01_12_y`\n".to_owned()]).collect()
    }

    #[test]
    fn a_page_that_lists_every_test_is_right() {
        assert_eq!(check(&sources(&page())), []);
    }

    #[test]
    fn a_line_without_its_test_and_a_test_without_its_line_are_found() {
        let wrong = page().replace("claim_05_x", "claim_05_z");
        let found: Vec<String> = check(&sources(&wrong)).iter().map(|f| f.what.clone()).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("claim_05_z") && found[1].contains("claim_05_x"));
    }

    #[test]
    fn a_claim_without_a_test_is_found() {
        let mut sources = sources("");
        sources.files[1].text = sources.files[1].text.replace("claim_07", "claims_07");
        let found = check(&sources);
        assert!(found.iter().any(|f| f.what.contains("claim 7 has no test")), "{found:?}");
    }
}
