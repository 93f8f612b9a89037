//! The seeded faults: only the hunt can switch them on, each sits in the crate that its row names,
//! and the page has the rows of the table.

use super::Finding;
use super::sources::{Sources, TextFile};

const TABLE: &str = "crates/seeded/src/bug.rs";
const PAGE: &str = "docs/seeded.md";
const HUNTERS: &[&str] = &["simulation", "model", "simulation, model"];

/// Checks manifests, table, page and places.
pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings: Vec<Finding> = sources.files.iter().flat_map(switched_on).collect();
    let (Some(table), Some(page)) = (sources.find(TABLE), sources.find(PAGE)) else {
        return findings;
    };
    let bugs: Vec<(usize, Bug<'_>)> =
        table.lines().filter_map(|(number, line)| Some((number, Bug::read(line)?))).collect();
    for (number, bug) in &bugs {
        if !sources.files.iter().any(|file| bug.sits_in(file)) {
            let what = format!("{} is nowhere in crates/{}; plant it", bug.variant, bug.krate);
            findings.push(Finding::new(table, *number, what));
        }
        if !page.lines().any(|(_, line)| bug.is_row(line)) {
            let what =
                format!("{PAGE} has no row of {}, in these words, with who finds it", bug.name);
            findings.push(Finding::new(table, *number, what));
        }
    }
    let rows = page.lines().filter_map(|(number, line)| {
        let mut quoted = line.strip_prefix("| `")?.split('`');
        Some((number, quoted.next()?))
    });
    for (number, name) in rows.filter(|(_, name)| bugs.iter().all(|(_, bug)| bug.name != *name)) {
        findings.push(Finding::new(
            page,
            number,
            format!("there is no fault {name}; drop the row"),
        ));
    }
    findings
}

/// Who is not the hunt, and names the feature or plants a fault.
fn switched_on(file: &TextFile) -> Vec<Finding> {
    let own = ["crates/hunt/", "crates/seeded/", "xtask/"];
    if own.iter().any(|folder| file.path.starts_with(folder)) {
        return Vec::new();
    }
    let is_manifest = file.path.ends_with("Cargo.toml");
    let plants = |line: &str| file.path.ends_with(".rs") && line.contains("seeded::plant");
    let names = |line: &str| {
        let line = line.trim();
        line.contains("seeded/on")
            || line.starts_with("seeded") && line.contains("features")
            || line.starts_with('[') && line.ends_with(".seeded]")
    };
    let lines = file.lines().filter(|(_, line)| is_manifest && names(line) || plants(line));
    let what = "only crates/hunt may switch seeded faults on";
    lines.map(|(number, _)| Finding::new(file, number, what)).collect()
}

/// A row of the table: `Variant "name" "crate" "words"`.
struct Bug<'a> {
    variant: &'a str,
    name: &'a str,
    krate: &'a str,
    words: &'a str,
}

impl<'a> Bug<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let parts: Vec<&str> = line.split('"').collect();
        let [variant, name, " ", krate, " ", words, ""] = parts.as_slice() else { return None };
        Some(Self { variant: variant.trim(), name, krate, words })
    }

    fn sits_in(&self, file: &TextFile) -> bool {
        let place = format!("Bug::{}", self.variant);
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric());
        let src = format!("crates/{}/src/", self.krate);
        file.path.starts_with(&src) && file.text.split(&place).skip(1).any(ends)
    }

    fn is_row(&self, line: &str) -> bool {
        let Self { name, krate, words, .. } = self;
        let begin = format!("| `{name}` | `{krate}` | {words} | ");
        let by = line.strip_prefix(&begin).and_then(|rest| rest.strip_suffix(" |"));
        by.is_some_and(|by| HUNTERS.contains(&by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "    GmacNotCompared \"gmac\" \"card\" \"DEBIT takes any GMAC\"\n";
    const LINE: &str = "| `gmac` | `card` | DEBIT takes any GMAC | simulation |\n";

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| TextFile::new(*path, *text)).collect();
        check(&Sources::of(files)).into_iter().map(|finding| finding.what).collect()
    }

    fn planted(table: &str, page: &str, place: &str) -> Vec<String> {
        found(&[(TABLE, table), (PAGE, page), ("crates/card/src/debit.rs", place)])
    }

    #[test]
    fn a_fault_in_its_crate_and_on_the_page_is_right() {
        assert_eq!(planted(ROW, LINE, "if seeded::is(Bug::GmacNotCompared) {"), [""; 0]);
    }

    #[test]
    fn a_fault_that_sits_nowhere_or_is_not_on_the_page_is_found() {
        assert!(planted(ROW, LINE, "Bug::GmacNotComparedAtAll")[0].contains("nowhere"));
        for page in ["", &LINE.replace("any", "no"), &LINE.replace("simulation", "")] {
            let found = planted(ROW, page, "Bug::GmacNotCompared)");
            assert!(found[0].contains("no row"), "{found:?}");
        }
        assert!(planted("", LINE, "")[0].contains("no fault gmac"));
    }

    #[test]
    fn a_manifest_that_switches_faults_on_is_found() {
        let on = [
            "seeded = { workspace = true, features = [\"on\"] }",
            "bugs = [\"seeded/on\"]",
            "[dev-dependencies.seeded]",
        ];
        for line in on {
            assert_eq!(found(&[("crates/card/Cargo.toml", line)]).len(), 1, "{line}");
            assert_eq!(found(&[("crates/hunt/Cargo.toml", line)]), [""; 0]);
        }
        assert_eq!(found(&[("crates/card/Cargo.toml", "seeded = { workspace = true }")]), [""; 0]);
        assert_eq!(found(&[("crates/sim/tests/run.rs", "seeded::plant(None);")]).len(), 1);
    }
}
