//! Whitespace at the wrong place, and source files that have grown too long.

use super::Finding;
use super::sources::TextFile;

/// A source file of more lines holds more than one thing.
const MOST_LINES: usize = 450;

/// Checks one file of any kind.
pub(super) fn check(file: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        if line.ends_with(char::is_whitespace) {
            findings.push(Finding::new(
                file,
                number,
                "whitespace at the end of the line; remove it",
            ));
        }
        if file.is_rust() && line.contains('\t') {
            findings.push(Finding::new(
                file,
                number,
                "a tab; indent with spaces and write \\t in strings",
            ));
        }
    }
    let count = file.text.lines().count();
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        findings.push(Finding::new(file, count, "no newline at the end of the file; add one"));
    }
    if file.is_rust() && !file.is_generated() && count > MOST_LINES {
        let what = format!(
            "{count} lines, at most {MOST_LINES} are allowed; split the file by what it is about"
        );
        findings.push(Finding::new(file, count, what));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_found(path: &str, text: &str) -> Vec<usize> {
        check(&TextFile::new(path, text)).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn trailing_whitespace_is_found_in_every_kind_of_file() {
        assert_eq!(lines_found("README.md", "one \ntwo\nthree\t\n"), [1, 3]);
        assert_eq!(lines_found("notes.txt", "one\r\ntwo \r\n"), [2]);
    }

    #[test]
    fn a_tab_is_found_in_rust_only() {
        assert_eq!(lines_found("a.rs", "fn a() {\n\tb();\n}\n"), [2]);
        assert!(lines_found("Makefile", "all:\n\techo\n").is_empty());
    }

    #[test]
    fn a_missing_last_newline_is_found_and_an_empty_file_is_fine() {
        assert_eq!(lines_found("a.toml", "a = 1\nb = 2"), [2]);
        assert!(lines_found("a.toml", "").is_empty());
    }

    #[test]
    fn a_long_rust_file_is_found_and_a_long_table_of_another_kind_is_not() {
        let longest = "// line\n".repeat(MOST_LINES);
        assert!(lines_found("a.rs", &longest).is_empty());
        assert_eq!(lines_found("a.rs", &format!("{longest}// line\n")), [MOST_LINES + 1]);
        assert!(lines_found("a.csv", &longest.repeat(2)).is_empty());
    }
}
