//! The step `tidy`: what neither rustfmt nor clippy sees. It also runs as a test.
//!
//! Each checker is a function from the text of one file, or from all files, to [`Finding`]s.

mod attributes;
mod claims;
mod functions;
mod markdown;
mod paths;
mod seeded;
mod sources;
mod text;
mod words;

use std::fmt;

use crate::shell::{Outcome, Workspace};
use sources::{Sources, TextFile};

/// Something untidy: where it is, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    file: String,
    line: usize,
    what: String,
}

impl Finding {
    fn new(file: &TextFile, line: usize, what: impl Into<String>) -> Self {
        Self { file: file.path.clone(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// Checks the work tree and prints each finding on a line of its own.
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    let sources = Sources::read(workspace)?;
    let findings = check(&sources);
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            eprintln!("{} files are tidy", sources.files.len());
            Ok(())
        }
        1 => Err("tidy found one thing; see above".to_owned()),
        count => Err(format!("tidy found {count} things; see above")),
    }
}

/// Runs every checker over every file.
fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings = sources.oversized.clone();
    for file in &sources.files {
        findings.extend(text::check(file));
        findings.extend(words::check(file));
        findings.extend(functions::check(file));
    }
    findings.extend(attributes::check(sources));
    findings.extend(claims::check(sources));
    findings.extend(seeded::check(sources));
    findings.extend(paths::check(sources));
    findings.extend(markdown::check(sources));
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_tree_is_tidy() {
        if let Err(reason) = step(&Workspace::here()) {
            panic!("{reason}");
        }
    }

    #[test]
    fn a_finding_reads_as_file_line_and_advice() {
        let file = TextFile::new("crates/wire/src/lib.rs", "");
        let finding = Finding::new(&file, 7, "a tab; indent with spaces");
        assert_eq!(finding.to_string(), "crates/wire/src/lib.rs:7: a tab; indent with spaces");
    }
}
