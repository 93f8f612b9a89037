//! Attributes that every crate of ours must begin with.

use super::Finding;
use super::sources::{Sources, TextFile};

const NO_UNSAFE: &str = "#![forbid(unsafe_code)]";
const ALLOWS_UNSAFE: &str = "#![allow(unsafe_code)]";
const NO_STD: &str = "#![no_std]";

/// Roots of crates that may have unsafe code, each with its reason.
const MAY_BE_UNSAFE: &[(&str, &str)] = &[
    (
        "crates/link-test/src/main.rs",
        "a program without libc names its entry point and brings the memory functions that compilers call",
    ),
    ("crates/crypto/src/lib.rs", "`bulk::vector` uses instructions that not every processor has"),
    ("crates/yardstick/src/lib.rs", "`library` calls functions of a C library"),
];

/// The modules of those crates that have it.
const UNSAFE_MODULES: &[&str] =
    &["crates/crypto/src/bulk/vector/mod.rs", "crates/yardstick/src/library.rs"];

/// Crates that go onto a card, into a PSAM or into a terminal.
const WITHOUT_STD: &[&str] = &["wire", "crypto", "nvm", "card", "psam", "terminal", "seeded"];

/// Checks the first file of every crate.
pub(super) fn check(sources: &Sources) -> Vec<Finding> {
    let mut findings = Vec::new();
    for root in sources.files.iter().filter(|file| is_crate_root(sources, file)) {
        let excused = MAY_BE_UNSAFE.iter().any(|(path, _)| *path == root.path);
        if !excused && !has_line(root, NO_UNSAFE) {
            let what = format!(
                "`{NO_UNSAFE}` is missing; add it, or name the crate and the reason in xtask"
            );
            findings.push(Finding::new(root, 1, what));
        }
    }
    for file in sources.files.iter().filter(|file| file.is_rust()) {
        if has_line(file, ALLOWS_UNSAFE) && !UNSAFE_MODULES.contains(&file.path.as_str()) {
            let what =
                format!("`{ALLOWS_UNSAFE}` stands in modules that xtask names, and here not");
            findings.push(Finding::new(file, 1, what));
        }
    }
    for name in WITHOUT_STD {
        let root = sources.find(&format!("crates/{name}/src/lib.rs"));
        if let Some(root) = root.filter(|root| !has_line(root, NO_STD)) {
            let what =
                format!("`{NO_STD}` is missing; `{name}` runs where there is no std, so add it");
            findings.push(Finding::new(root, 1, what));
        }
    }
    findings
}

/// Whether cargo takes the file for the first one of a crate.
fn is_crate_root(sources: &Sources, file: &TextFile) -> bool {
    let Some((package, path)) = file.path.split_once("/src/") else { return false };
    let is_root =
        path == "lib.rs" || path == "main.rs" || path.starts_with("bin/") && path.ends_with(".rs");
    is_root && sources.exists(&format!("{package}/Cargo.toml"))
}

fn has_line(file: &TextFile, wanted: &str) -> bool {
    file.text.lines().any(|line| line == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &str = "//! A crate.\n#![no_std]\n#![forbid(unsafe_code)]\n";

    fn found(package: &str, path: &str, text: &str) -> Vec<String> {
        let manifest = TextFile::new(format!("{package}/Cargo.toml"), "");
        let sources = Sources::of(vec![manifest, TextFile::new(format!("{package}/{path}"), text)]);
        check(&sources).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn unsafe_code_is_allowed_in_named_modules_alone() {
        let allows = format!("//! A module.\n{ALLOWS_UNSAFE}\n");
        let counted = |path: &str| found("crates/crypto", path, &allows).len();
        // The crate's first file is not there, and that is not looked for.
        assert_eq!(counted("src/bulk/vector/mod.rs"), 0);
        assert_eq!(counted("src/bulk/des.rs"), 1);
    }

    #[test]
    fn a_crate_without_the_ban_on_unsafe_is_found() {
        for path in ["src/lib.rs", "src/main.rs", "src/bin/tool.rs"] {
            assert_eq!(found("crates/host", path, "//! The centre.\n").len(), 1, "{path}");
            assert!(found("crates/host", path, BOTH).is_empty(), "{path}");
        }
        assert!(
            found("crates/host", "src/ledger.rs", "").is_empty(),
            "only the root of a crate counts"
        );
        assert_eq!(found("crates/host", "src/lib.rs", "// #![forbid(unsafe_code)]\n").len(), 1);
    }

    #[test]
    fn an_excused_crate_is_left_alone() {
        for (path, _reason) in MAY_BE_UNSAFE {
            let (package, file) = path.split_once("/src/").unwrap();
            assert!(found(package, &format!("src/{file}"), "#![no_std]\n").is_empty(), "{path}");
        }
    }

    #[test]
    fn a_card_crate_that_has_std_is_found() {
        for name in WITHOUT_STD {
            let package = format!("crates/{name}");
            assert_eq!(
                found(&package, "src/lib.rs", "#![forbid(unsafe_code)]\n").len(),
                1,
                "{name}"
            );
            assert!(found(&package, "src/lib.rs", BOTH).is_empty(), "{name}");
        }
    }
}
