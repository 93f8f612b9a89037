//! The files are what OpenSSL makes today.

use std::process::{Command, Output};

use super::file::folder;

fn run(program: &str, arguments: &[&str]) -> Option<Output> {
    Command::new(program).args(arguments).current_dir(folder()).output().ok()
}

/// Fails with the tool's name when it cannot be run: a check that is skipped is no check.
fn need(program: &str, argument: &str) {
    let ran = run(program, &[argument]).is_some_and(|output| output.status.success());
    assert!(ran, "`{program}` is missing: install it, the vectors cannot be checked without it");
}

#[test]
fn the_files_are_what_openssl_makes() {
    need("python3", "--version");
    need("openssl", "version");
    let output = run("python3", &["openssl.py", "--check"]).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "vectors/openssl.py --check:\n{said}");
}
