//! Reading Markdown: prose apart from code, and the links in it.

use super::Finding;
use super::sources::{Sources, TextFile};

/// A block between fences.
pub(super) struct Fence<'a> {
    /// The word after the opening fence.
    pub(super) language: &'a str,
    /// The lines inside, with their numbers.
    pub(super) lines: Vec<(usize, &'a str)>,
}

/// The lines outside fences, with their numbers, and the fences.
pub(super) fn split(file: &TextFile) -> (Vec<(usize, &str)>, Vec<Fence<'_>>) {
    let (mut prose, mut fences) = (Vec::new(), Vec::new());
    let mut open: Option<Fence<'_>> = None;
    for (number, line) in file.lines() {
        match (line.trim_start().strip_prefix("```"), open.take()) {
            (Some(_), Some(fence)) => fences.push(fence),
            (Some(language), None) => {
                open = Some(Fence { language: language.trim(), lines: Vec::new() });
            }
            (None, Some(mut fence)) => {
                fence.lines.push((number, line));
                open = Some(fence);
            }
            (None, None) => prose.push((number, line)),
        }
    }
    (prose, fences)
}

/// Finds relative links to files that are not there.
pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in sources.files.iter().filter(|file| file.is_markdown()) {
        for (number, line) in split(file).0 {
            let targets = link_targets(line)
                .into_iter()
                .filter_map(|target| Some((target, resolve(file.folder(), target)?)));
            for (target, _) in targets.filter(|(_, path)| !sources.exists(path)) {
                let what = format!("the link `{target}` leads nowhere; correct its path");
                findings.push(Finding::new(file, number, what));
            }
        }
    }
    findings
}

/// What stands in the round brackets of `[text](target)`, outside of `code`.
fn link_targets(line: &str) -> Vec<&str> {
    let prose = line.split('`').step_by(2);
    prose
        .flat_map(|part| part.split("](").skip(1))
        .filter_map(|rest| rest.split([')', ' ']).next())
        .collect()
}

/// The path from the root that a link in this folder means; nothing for an address or a place on the same page.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let path = target.split('#').next().filter(|path| !path.is_empty())?;
    if path.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> usize {
        let page = TextFile::new("docs/card.md", format!("# Card\n\n{line}\n"));
        check(&Sources::of(vec![
            page,
            TextFile::new("docs/psam.md", ""),
            TextFile::new("README.md", ""),
        ]))
        .len()
    }

    #[test]
    fn a_link_to_a_missing_file_is_found() {
        assert_eq!(
            found("see [a](missing.md) and [b](psam.md), [c](psam.md#keys), [d](../docs/none.md)"),
            2
        );
        assert_eq!(found("![picture](picture.png \"a title\")"), 1);
    }

    #[test]
    fn links_that_resolve_and_addresses_are_fine() {
        for line in [
            "[a](psam.md#keys)",
            "[a](../README.md)",
            "[a](./psam.md)",
            "[a](#card)",
            "[a](https://example.com/b)",
            "[a](../docs/)",
        ] {
            assert_eq!(found(line), 0, "{line}");
        }
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(found("`[a](missing.md)`"), 0);
        assert_eq!(found("```\n[a](missing.md)\n```"), 0);
        assert_eq!(found("```\n```\n[a](missing.md)"), 1);
    }
}
