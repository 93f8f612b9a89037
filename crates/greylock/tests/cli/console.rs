//! Console blocks of the pages: `$ ` and a command, then the lines that it prints. `…` at the end of a line stands
//! for its rest, alone for any lines.

/// The commands of all console blocks, each with the lines that follow it.
pub(crate) fn examples(text: &str) -> Vec<(String, Vec<String>)> {
    let mut examples: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match (inside, line) {
            (_, "```console") => inside = true,
            (_, "```") => inside = false,
            (true, line) => match line.strip_prefix("$ ") {
                Some(command) => examples.push((command.to_owned(), Vec::new())),
                None => examples.last_mut().unwrap().1.push(line.to_owned()),
            },
            _ => {}
        }
    }
    examples
}

fn line_fits(shown: &str, printed: &str) -> bool {
    match shown.split_once('…') {
        Some((start, end)) => printed.starts_with(start) && printed.ends_with(end),
        None => shown == printed,
    }
}

/// Whether the lines printed are those shown, `…` alone standing for any number of them.
pub(crate) fn fits(shown: &[String], printed: &[&str]) -> bool {
    match (shown, printed) {
        ([], []) => true,
        ([any, rest @ ..], _) if any == "…" => {
            (0..=printed.len()).any(|skipped| fits(rest, &printed[skipped..]))
        }
        ([line, rest @ ..], [first, others @ ..]) => line_fits(line, first) && fits(rest, others),
        _ => false,
    }
}

#[test]
fn a_line_that_differs_is_found() {
    let shown = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert!(fits(&shown(&["a …", "…", "c"]), &["a 1", "b", "b", "c"]));
    assert!(!fits(&shown(&["a …", "…", "c"]), &["a 1", "b", "b", "d"]));
    assert!(!fits(&shown(&["a"]), &["a", "b"]));
}
