//! Words that must not stay: marks of unfinished work, and names of places that only one machine knows.

use super::Finding;
use super::sources::TextFile;

/// A word and what to do instead of writing it.
struct Banned {
    word: &'static str,
    instead: &'static str,
}

const UNFINISHED: &str = "finish it, or open an issue and say what holds now";
const DEBUGGING: &str = "remove what was only for a look";
const ELSEWHERE: &str = "name only what is in this repository";
const REGISTRY: &str = "name the package and let its client find the registry";

/// The words. Each is put together from two pieces, so that this file does not find itself.
const BANNED: &[Banned] = &[
    Banned { word: concat!("TO", "DO"), instead: UNFINISHED },
    Banned { word: concat!("FIX", "ME"), instead: UNFINISHED },
    Banned { word: concat!("XX", "X"), instead: UNFINISHED },
    Banned { word: concat!("unimple", "mented!"), instead: UNFINISHED },
    Banned { word: concat!("to", "do!"), instead: UNFINISHED },
    Banned { word: concat!("db", "g!"), instead: DEBUGGING },
    Banned { word: concat!("../sha", "red"), instead: ELSEWHERE },
    Banned { word: concat!("/wo", "rk/"), instead: ELSEWHERE },
    Banned { word: concat!("index.crates", ".io"), instead: REGISTRY },
    Banned { word: concat!("static.crates", ".io"), instead: REGISTRY },
    Banned { word: concat!("files.python", "hosted.org"), instead: REGISTRY },
    Banned { word: concat!("pypi", ".org"), instead: REGISTRY },
    Banned { word: concat!("registry.npm", "js.org"), instead: REGISTRY },
    Banned { word: concat!("deb.deb", "ian.org"), instead: REGISTRY },
    Banned { word: concat!("proxy.gol", "ang.org"), instead: REGISTRY },
];

/// Written by a tool from what the manifests say.
const GENERATED: &[&str] = &["Cargo.lock"];

/// Looks for every banned word.
pub(super) fn check(file: &TextFile) -> Vec<Finding> {
    if GENERATED.iter().any(|name| file.path.ends_with(name)) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        for banned in BANNED.iter().filter(|banned| stands_in(banned.word, line)) {
            findings.push(Finding::new(
                file,
                number,
                format!("`{}`; {}", banned.word, banned.instead),
            ));
        }
    }
    findings
}

/// Whether the line has the word with nothing glued to it that would make it another word.
fn stands_in(word: &str, line: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        !(glued(before, word.chars().next()) || glued(word.chars().next_back(), after))
    })
}

/// Two letters or digits side by side belong to one word; so does a folder name before a slash.
fn glued(left: Option<char>, right: Option<char>) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    match (left, right) {
        (Some(left), Some('/')) => part_of_word(left),
        (Some('/'), Some(_)) | (None, _) | (_, None) => false,
        (Some(left), Some(right)) => part_of_word(left) && part_of_word(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_banned_word_is_found_with_its_advice() {
        for banned in BANNED {
            let file = TextFile::new("docs/a.md", format!("first\nsee ({}) there\n", banned.word));
            let findings = check(&file);
            assert_eq!(findings.len(), 1, "{}", banned.word);
            assert_eq!(findings[0].line, 2);
            assert!(findings[0].what.contains(banned.instead));
        }
    }

    #[test]
    fn a_word_inside_another_is_left_alone() {
        let letters = concat!("XX", "X");
        let folder = concat!("/wo", "rk/");
        for fine in [format!("63C{letters}X"), format!("{letters}_"), format!("a net{folder}b")] {
            assert!(check(&TextFile::new("a.rs", fine.as_str())).is_empty(), "{fine}");
        }
        assert_eq!(check(&TextFile::new("a.sh", format!("cd {folder}main\n"))).len(), 1);
    }

    #[test]
    fn what_cargo_writes_is_not_read() {
        let text = concat!("TO", "DO\n");
        assert!(check(&TextFile::new("Cargo.lock", text)).is_empty());
        assert_eq!(check(&TextFile::new("Cargo.toml", text)).len(), 1);
    }
}
