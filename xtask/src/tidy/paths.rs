//! Paths that the pages name: each must be there, and every crate must be named.

use super::Finding;
use super::markdown::{self, Fence};
use super::sources::{Sources, TextFile};

/// The page that names every crate.
const MAP: &str = "ARCHITECTURE.md";

/// The other page at the root that tells what is; a changelog may name what is gone.
const FIRST_PAGE: &str = "README.md";

/// A back-quoted word that begins like this is a path from the root.
const FOLDERS: &[&str] = &["crates/", "docs/", "xtask/", ".ci/"];

/// What a folder tree is drawn with.
const BRANCHES: &[char] = &['│', '├', '└', '─', ' ', '\u{a0}'];

/// Checks the two pages at the root and those in `docs`.
pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings = unnamed_crates(sources);
    let pages = sources.files.iter().filter(|file| {
        [FIRST_PAGE, MAP].contains(&file.path.as_str())
            || file.is_markdown() && file.folder() == "docs"
    });
    for page in pages {
        let (prose, fences) = markdown::split(page);
        let quoted = prose
            .iter()
            .flat_map(|(number, line)| quoted_paths(line).map(|path| (*number, path.to_owned())));
        let drawn = fences.iter().filter(|fence| is_tree(fence)).flat_map(tree_paths);
        for (number, path) in quoted.chain(drawn).filter(|(_, path)| !sources.exists(path)) {
            findings.push(Finding::new(
                page,
                number,
                format!("`{path}` is not there; correct the path or the page"),
            ));
        }
    }
    findings
}

fn unnamed_crates(sources: &Sources) -> Vec<Finding> {
    let Some(map) = sources.find(MAP) else {
        let missing = TextFile::new(MAP, "");
        return vec![Finding::new(
            &missing,
            1,
            "the page is missing; write one line for each folder under crates/",
        )];
    };
    let unnamed = sources.packages_in("crates").into_iter().filter(|package| !names(map, package));
    unnamed
        .map(|package| {
            Finding::new(map, 1, format!("`{package}` is not named; write what it is for"))
        })
        .collect()
}

/// Whether the page has the package's folder, or something in it, as a word.
fn names(page: &TextFile, package: &str) -> bool {
    let words = page.text.split(|c: char| !(c.is_alphanumeric() || "/-_.".contains(c)));
    let mut rests = words.filter_map(|word| word.strip_prefix(package));
    rests.any(|rest| rest.is_empty() || rest.starts_with('/') || rest == ".")
}

/// The back-quoted words of a line that are paths from the root; patterns and placeholders are none.
fn quoted_paths(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    let words = quoted.filter_map(|code| code.split_whitespace().next());
    let paths = words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
    paths.filter(|path| !path.contains(['*', '<', '{', '…', '$']))
}

/// Whether the block draws folders: with branches, or beginning with a folder.
fn is_tree(fence: &Fence<'_>) -> bool {
    let is_plain = matches!(fence.language, "" | "text");
    let begins_with_folder = || {
        let first = fence.lines.iter().find_map(|(_, line)| line.split_whitespace().next());
        first.is_some_and(|word| word.ends_with('/'))
    };
    is_plain
        && (fence.lines.iter().any(|(_, line)| line.contains(['├', '└'])) || begins_with_folder())
}

/// The path of every line of a tree, put together from the names that it is indented under.
fn tree_paths(fence: &Fence<'_>) -> Vec<(usize, String)> {
    let mut above: Vec<(usize, &str)> = Vec::new();
    let mut paths = Vec::new();
    let has_branches = fence.lines.iter().any(|(_, line)| line.contains(['├', '└']));
    for (number, line) in &fence.lines {
        let named = line.trim_start_matches(BRANCHES);
        let Some(name) = named.split_whitespace().next() else { continue };
        let column = line.chars().count() - named.chars().count();
        if has_branches && column == 0 {
            // The line that the branches hang from is the root of the repository.
            continue;
        }
        above.retain(|(parent, _)| *parent < column);
        above.push((column, name.trim_end_matches('/')));
        let names: Vec<&str> = above.iter().map(|(_, name)| *name).collect();
        paths.push((*number, names.join("/")));
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(readme: &str, map: &str) -> Vec<String> {
        let files = [
            ("README.md", readme),
            (MAP, map),
            ("crates/wire/Cargo.toml", ""),
            ("crates/wire/src/lib.rs", ""),
        ];
        let files = files.map(|(path, text)| TextFile::new(path, text));
        check(&Sources::of(files.into())).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn a_quoted_path_that_is_not_there_is_found() {
        let findings = found(
            "see `crates/wire/src/lib.rs` and\n`crates/wire/src/none.rs`\n",
            "`crates/wire`\n",
        );
        assert_eq!(
            findings,
            ["README.md:2: `crates/wire/src/none.rs` is not there; correct the path or the page"]
        );
        assert!(
            found("`crates/*`, `crates/<name>` and crates/none are no paths\n", "`crates/wire`\n")
                .is_empty()
        );
    }

    #[test]
    fn a_drawn_tree_is_checked_line_by_line() {
        let tree = "```text\ngreylock\n├── crates\n│   ├── wire      bytes\n│   └── cards     none\n└── README.md\n```\n";
        assert_eq!(
            found(tree, "`crates/wire`\n"),
            ["README.md:5: `crates/cards` is not there; correct the path or the page"]
        );
    }

    #[test]
    fn an_indented_tree_is_checked_line_by_line() {
        let tree = "```\ncrates/\n  wire/       bytes\n    src/\n  cards/      none\n```\n";
        assert_eq!(
            found(tree, "`crates/wire`\n"),
            ["README.md:5: `crates/cards` is not there; correct the path or the page"]
        );
    }

    #[test]
    fn a_block_of_commands_is_no_tree() {
        assert!(
            found("```sh\ncrates/none/\n```\n\n```\ncargo run\n```\n", "`crates/wire`\n")
                .is_empty()
        );
    }

    #[test]
    fn a_crate_that_the_map_does_not_name_is_found() {
        assert_eq!(
            found("", "only crates/wires\n"),
            [format!("{MAP}:1: `crates/wire` is not named; write what it is for")]
        );
        assert!(found("", "`crates/wire/src` is bytes\n").is_empty());
        assert!(found("", "bytes are in crates/wire.\n").is_empty());
    }

    #[test]
    fn a_missing_map_is_found() {
        let findings = check(&Sources::of(vec![TextFile::new("README.md", "")]));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].what.contains("the page is missing"));
    }
}
