//! Functions that are too long to be read in one go.
//!
//! The scan relies on rustfmt: the brace that closes a function stands alone under the line that opened it.

use super::Finding;
use super::sources::TextFile;

/// A function of more lines does more than one thing.
const MOST_LINES: usize = 60;

/// In a table, this share of the lines, in percent, are match arms of one line.
const TABLE_PERCENT: usize = 75;

/// A function in a source file.
struct Function<'a> {
    name: &'a str,
    first_line: usize,
    lines: &'a [&'a str],
}

/// Checks every function outside tests.
pub(super) fn check(file: &TextFile) -> Vec<Finding> {
    if !file.is_rust() || file.is_generated() || is_test(&file.path) {
        return Vec::new();
    }
    let lines: Vec<&str> = file.text.lines().collect();
    let too_long = functions(without_tests(&lines))
        .into_iter()
        .filter(|function| function.lines.len() > MOST_LINES && !is_table(function.lines));
    too_long
        .map(|function| {
            let (name, count) = (function.name, function.lines.len());
            let what = format!(
                "`{name}` has {count} lines, at most {MOST_LINES} are allowed; name its parts"
            );
            Finding::new(file, function.first_line, what)
        })
        .collect()
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|part| part == "tests" || part == "tests.rs")
}

/// The lines up to the module of unit tests, which stands last in a file.
fn without_tests<'a>(lines: &'a [&'a str]) -> &'a [&'a str] {
    let is_start = |pair: &[&str]| {
        pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    };
    match lines.windows(2).position(is_start) {
        Some(start) => &lines[..start],
        None => lines,
    }
}

fn functions<'a>(lines: &'a [&'a str]) -> Vec<Function<'a>> {
    let opened = |(start, line): (usize, &&'a str)| {
        let name = function_name(line)?;
        let last = last_line(lines, start)?;
        Some(Function { name, first_line: start + 1, lines: &lines[start..=last] })
    };
    lines.iter().enumerate().filter_map(opened).collect()
}

/// The name, if the line begins a function.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.trim_start().split_once("fn ")?;
    let is_qualifier = |word: &str| {
        matches!(word, "async" | "const" | "unsafe" | "extern" | "default" | "in")
            || word.starts_with("pub")
            || word.starts_with('"')
            || word.ends_with(')')
    };
    let end = after.find(['(', '<'])?;
    before.split_whitespace().all(is_qualifier).then(|| &after[..end])
}

/// Where the function that begins at this line ends; nothing for one without a body.
fn last_line(lines: &[&str], start: usize) -> Option<usize> {
    let first = lines[start];
    let indent = &first[..first.len() - first.trim_start().len()];
    let body = (start..lines.len()).find(|&index| lines[index].ends_with(['{', '}', ';']))?;
    match lines[body].chars().next_back() {
        Some('{') => {
            (body + 1..lines.len()).find(|&index| lines[index].strip_prefix(indent) == Some("}"))
        }
        Some('}') => Some(body),
        _ => None,
    }
}

/// A function that is one flat `match` is a table: its length says nothing about how hard it is to read.
fn is_table(lines: &[&str]) -> bool {
    let arms = lines.iter().filter(|line| line.contains(" => ") && line.ends_with(',')).count();
    arms * 100 >= lines.len() * TABLE_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(head: &str, line: &str, lines: usize) -> String {
        let indent = &head[..head.len() - head.trim_start().len()];
        format!("{head} {{\n{}{indent}}}\n", format!("{indent}    {line}\n").repeat(lines - 2))
    }

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&TextFile::new(path, text)).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn one_line_too_many_is_found_and_the_longest_allowed_is_not() {
        assert!(found("a.rs", &function("fn a()", "b();", MOST_LINES)).is_empty());
        let findings = found("a.rs", &function("fn a()", "b();", MOST_LINES + 1));
        assert_eq!(findings, ["a.rs:1: `a` has 61 lines, at most 60 are allowed; name its parts"]);
    }

    #[test]
    fn every_way_to_write_a_function_is_seen() {
        let heads = [
            "pub(crate) const fn a<const N: usize>()",
            "    pub async fn a()",
            "pub(in crate::card) unsafe extern \"C\" fn a()",
            "    fn a(\n        &self,\n        bytes: [u8; 4],\n    ) -> u8",
            "fn a<T>(t: T) -> u8\nwhere\n    T: Into<u8>,\n",
        ];
        for head in heads {
            let text = format!("// first\n{}", function(head, "b();", MOST_LINES + 1));
            assert_eq!(found("a.rs", &text).len(), 1, "{head}");
        }
    }

    #[test]
    fn a_method_without_a_body_ends_where_it_is_declared() {
        let text = format!(
            "trait A {{\n    fn a(\n        &self,\n    ) -> u8;\n    fn b() {{}}\n{}}}\n",
            "    // line\n".repeat(90)
        );
        assert!(found("a.rs", &text).is_empty());
    }

    #[test]
    fn a_flat_match_is_a_table_and_a_deep_one_is_not() {
        let rows = format!(
            "fn a() -> u8 {{\n    match b {{\n{}    }}\n}}\n",
            "        B::C => 1,\n".repeat(90)
        );
        assert!(found("a.rs", &rows).is_empty());
        let arms = format!(
            "fn a() -> u8 {{\n    match b {{\n{}    }}\n}}\n",
            "        B::C => {\n            d();\n        }\n".repeat(30)
        );
        assert_eq!(found("a.rs", &arms).len(), 1);
    }

    #[test]
    fn tests_may_be_long_and_prose_is_no_function() {
        let long = function("fn a()", "b();", 90);
        assert!(found("crates/card/tests/script.rs", &long).is_empty());
        assert!(found("a.rs", &format!("#[cfg(test)]\nmod tests {{\n{long}}}\n")).is_empty());
        assert_eq!(function_name("// the fn key (of a keyboard)"), None);
    }
}
