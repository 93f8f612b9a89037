//! The files that tidy looks at: those that git tracks, and new ones that it does not ignore.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::Finding;
use crate::shell::{Outcome, Workspace, capture};

/// A file of more bytes does not belong into the repository.
const MOST_BYTES: u64 = 512 * 1024;

/// Every file of the work tree.
pub(super) struct Sources {
    /// The files that hold text.
    pub(super) files: Vec<TextFile>,
    /// What is wrong with files that are not read.
    pub(super) oversized: Vec<Finding>,
    /// Every file and every folder with a file in it, as seen from the root.
    paths: BTreeSet<String>,
}

/// One file that holds text.
pub(super) struct TextFile {
    /// Its path as seen from the root, with `/` between folders.
    pub(super) path: String,
    /// What it says.
    pub(super) text: String,
}

impl TextFile {
    pub(super) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Written by a program: nobody reads it from top to bottom.
    pub(super) fn is_generated(&self) -> bool {
        self.text.lines().take(5).any(|line| line.starts_with("//! Generated: "))
    }

    pub(super) fn is_markdown(&self) -> bool {
        self.path.ends_with(".md")
    }

    /// The lines with their numbers, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// The folder that the file is in; empty for the root.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

impl Sources {
    /// Asks git for the files and reads them.
    pub(super) fn read(workspace: &Workspace) -> Outcome<Self> {
        let listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let names = capture(&mut workspace.command("git", &listing))?;
        let names = String::from_utf8(names)
            .map_err(|_| "a file name is not UTF-8; rename it".to_owned())?;
        let present = names.split('\0').filter(|name| workspace.root().join(name).is_file());
        let mut sources = Self::of(Vec::new());
        for name in present {
            sources.add(workspace.root(), name)?;
        }
        Ok(sources)
    }

    /// These files and no others.
    pub(super) fn of(files: Vec<TextFile>) -> Self {
        let mut sources = Self { files: Vec::new(), oversized: Vec::new(), paths: BTreeSet::new() };
        for file in files {
            sources.remember(&file.path);
            sources.files.push(file);
        }
        sources
    }

    /// The file of this path.
    pub(super) fn find(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file or folder of this path is there.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.paths.contains(path.trim_end_matches('/'))
    }

    /// The folders right below this one that hold a `Cargo.toml`.
    pub(super) fn packages_in(&self, folder: &str) -> Vec<&str> {
        self.paths
            .iter()
            .filter_map(|path| path.strip_suffix("/Cargo.toml"))
            .filter(|path| path.rsplit_once('/').is_some_and(|(parent, _)| parent == folder))
            .collect()
    }

    fn add(&mut self, root: &Path, name: &str) -> Outcome {
        self.remember(name);
        let path = root.join(name);
        let unreadable = |error| format!("{name} is unreadable: {error}");
        let size = fs::metadata(&path).map_err(unreadable)?.len();
        if let Some(finding) = oversize(name, size) {
            self.oversized.push(finding);
            return Ok(());
        }
        let bytes = fs::read(&path).map_err(unreadable)?;
        // Bytes that are no text are data: only their size matters here.
        if let Ok(text) = String::from_utf8(bytes)
            && !text.contains('\0')
        {
            self.files.push(TextFile::new(name, text));
        }
        Ok(())
    }

    fn remember(&mut self, path: &str) {
        let folders = path.match_indices('/').map(|(end, _)| path[..end].to_owned());
        self.paths.extend(folders);
        self.paths.insert(path.to_owned());
    }
}

fn oversize(name: &str, bytes: u64) -> Option<Finding> {
    let what = format!(
        "{bytes} bytes, at most {MOST_BYTES} are allowed; make it smaller or build it when it is needed"
    );
    (bytes > MOST_BYTES).then(|| Finding { file: name.to_owned(), line: 1, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_found_and_one_at_the_limit_is_not() {
        assert_eq!(oversize("image.bin", MOST_BYTES), None);
        assert!(oversize("image.bin", MOST_BYTES + 1).is_some());
    }

    #[test]
    fn folders_exist_when_a_file_is_in_them() {
        let sources = Sources::of(vec![TextFile::new("crates/wire/Cargo.toml", "")]);
        assert!(
            sources.exists("crates/wire/Cargo.toml")
                && sources.exists("crates/wire/")
                && sources.exists("crates")
        );
        assert!(!sources.exists("crates/card") && !sources.exists("crates/wir"));
        assert_eq!(sources.packages_in("crates"), ["crates/wire"]);
        assert!(sources.packages_in("docs").is_empty());
    }
}
