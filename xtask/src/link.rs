//! The step `link`: the crates of the card, the PSAM and the terminal link without std, libc and an allocator.
//!
//! `#![no_std]` on a machine that has std proves nothing, since a dependency may still bring it in. The
//! package `crates/link-test` is a program with no operating system under it that calls into each of these
//! crates. It is a workspace of its own, so that its panic handler does not meet std's.

use std::fs;
use std::path::Path;

use crate::shell::{Outcome, Workspace, capture};

/// The manifest of the program, seen from the root of the workspace.
pub(crate) const MANIFEST: &str = "crates/link-test/Cargo.toml";

/// Parts of symbol names that only std, libc or an allocator has.
const FORBIDDEN: &[&str] = &["__rust_alloc", "__rust_realloc", "malloc", "3std", "__libc"];

/// Builds the program and reads its symbols.
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    take_the_locked_versions(workspace.root())?;
    let target = workspace.target().join("link-test");
    let place = format!("--manifest-path {MANIFEST} --target-dir {}", target.display());
    workspace.cargo(&format!("clippy --quiet --release {place} -- -D warnings"))?;
    workspace.cargo(&format!("build --release {place}"))?;
    let program = target.join("release/link-test").display().to_string();
    let symbols = capture(&mut workspace.command("nm", &[&program]))?;
    let crates = exercised(workspace.root())?;
    judge(&String::from_utf8_lossy(&symbols), &crates)?;
    eprintln!("linked without std, libc and an allocator: {}", crates.join(", "));
    Ok(())
}

/// Lets the program build with the versions that the workspace has locked.
fn take_the_locked_versions(root: &Path) -> Outcome {
    let to = root.join("crates/link-test/Cargo.lock");
    fs::copy(root.join("Cargo.lock"), &to)
        .map(drop)
        .map_err(|error| format!("Cargo.lock could not be copied beside {MANIFEST}: {error}"))
}

/// The crates that the program has a module for: `src/use_wire.rs` stands for `wire`.
fn exercised(root: &Path) -> Outcome<Vec<String>> {
    let folder = root.join("crates/link-test/src");
    let entries = fs::read_dir(&folder)
        .map_err(|error| format!("{} is unreadable: {error}", folder.display()))?;
    let mut crates: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_prefix("use_")?.strip_suffix(".rs")?.to_owned()))
        .collect();
    crates.sort();
    Ok(crates)
}

/// Refuses a program that has a forbidden symbol, an undefined one, or that lost its call into a crate.
fn judge(symbols: &str, crates: &[String]) -> Outcome {
    for line in symbols.lines() {
        let name = line.split_whitespace().last().unwrap_or_default();
        if FORBIDDEN.iter().any(|part| name.contains(part)) {
            return Err(format!(
                "the program has the symbol `{name}`: a no_std crate brought in what it must not"
            ));
        }
        if line.contains(" U ") {
            return Err(format!(
                "the symbol `{name}` is undefined: a no_std crate asks for what nobody provides"
            ));
        }
    }
    match crates.iter().find(|name| !symbols.contains(&format!("use_{name}"))) {
        None => Ok(()),
        Some(name) => Err(format!(
            "nothing of use_{name} was linked: its function `all` is not called from main.rs"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "0000000000201a30 T _start\n0000000000201b10 t _RNvNtC9link_test8use_wire3all\n";

    #[test]
    fn a_program_of_our_crates_alone_passes() {
        assert_eq!(judge(GOOD, &["wire".to_owned()]), Ok(()));
    }

    #[test]
    fn an_allocator_or_std_is_refused() {
        for symbol in [
            "0000000000201c00 T malloc",
            "000 T _RNvCs1_7___rustc12___rust_alloc",
            "000 t _ZN3std2io5stdio",
        ] {
            let refusal = judge(&format!("{GOOD}{symbol}\n"), &[]).unwrap_err();
            assert!(refusal.contains("must not"), "{refusal}");
        }
    }

    #[test]
    fn an_undefined_symbol_is_refused() {
        assert!(
            judge(&format!("{GOOD}                 U write\n"), &[])
                .unwrap_err()
                .contains("`write` is undefined")
        );
    }

    #[test]
    fn a_crate_that_is_not_called_is_refused() {
        let refusal = judge(GOOD, &["wire".to_owned(), "card".to_owned()]).unwrap_err();
        assert!(refusal.contains("use_card"), "{refusal}");
    }
}
