//! The programs that the checks need: one table, and `setup`, which installs what is missing.

use std::fmt::Write as _;
use std::process::Command;

use crate::shell::{Outcome, Workspace, run, succeeds};

/// A program or library that a check needs: one line of [`TOOLS`].
struct Tool {
    /// The name shown to the developer.
    name: &'static str,
    /// A command that succeeds if the tool is there.
    probe: &'static str,
    /// Where it comes from.
    from: Source,
    /// What needs it.
    used_by: &'static str,
}

/// Where a tool comes from.
enum Source {
    /// A package of Debian.
    Apt(&'static str),
    /// A crate with a binary, in a version that is known to work.
    Crate(&'static str, &'static str),
    /// A component of the Rust toolchain. It is left to the developer, whose toolchain it is.
    Rustup(&'static str),
}

use Source::{Apt, Crate, Rustup};

/// Every tool, one a line. A library without a program is probed with `dpkg --status PACKAGE`.
#[rustfmt::skip]
const TOOLS: &[Tool] = &[
    Tool { name: "rustfmt", probe: "cargo fmt --version", from: Rustup("rustfmt"), used_by: "fmt" },
    Tool { name: "clippy", probe: "cargo clippy --version", from: Rustup("clippy"), used_by: "clippy, features" },
    Tool { name: "git", probe: "git --version", from: Apt("git"), used_by: "tidy, to list the files" },
    Tool { name: "nm", probe: "nm --version", from: Apt("binutils"), used_by: "link, to read the symbols" },
    Tool { name: "openssl", probe: "openssl version", from: Apt("openssl"), used_by: "cargo-test, the independent vectors" },
    Tool { name: "python3", probe: "python3 --version", from: Apt("python3"), used_by: "cargo-test, the independent vectors" },
    Tool { name: "venv", probe: "dpkg --status python3-venv", from: Apt("python3-venv"), used_by: "schema, packaging: tools in Python" },
    Tool { name: "shellcheck", probe: "shellcheck --version", from: Apt("shellcheck"), used_by: "packaging" },
    Tool { name: "systemd-analyze", probe: "systemd-analyze --version", from: Apt("systemd"), used_by: "packaging, to look at the units" },
    Tool { name: "curl", probe: "curl --version", from: Apt("curl"), used_by: "cargo-test, a client of the server that is not ours" },
    Tool { name: "spin", probe: "spin -V", from: Apt("spin"), used_by: "spin" },
    Tool { name: "gcc", probe: "gcc --version", from: Apt("gcc"), used_by: "spin" },
    Tool { name: "libpcsclite", probe: "dpkg --status libpcsclite-dev", from: Apt("libpcsclite-dev"), used_by: "clippy, features, cargo-test, pcsc" },
    Tool { name: "pcscd", probe: "pcscd --version", from: Apt("pcscd"), used_by: "pcsc, the service of the readers" },
    Tool { name: "vpcd", probe: "dpkg --status vsmartcard-vpcd", from: Apt("vsmartcard-vpcd"), used_by: "pcsc, the virtual readers" },
    Tool { name: "unshare", probe: "unshare --version", from: Apt("util-linux"), used_by: "pcsc, to keep its pcscd apart" },
    Tool { name: "scriptor", probe: "dpkg --status pcsc-tools", from: Apt("pcsc-tools"), used_by: "pcsc, a client that is not ours" },
    Tool { name: "opensc-tool", probe: "dpkg --status opensc", from: Apt("opensc"), used_by: "pcsc, a client that is not ours" },
    Tool { name: "pyscard", probe: "dpkg --status python3-pyscard", from: Apt("python3-pyscard"), used_by: "pcsc, the terminal in Python" },
    Tool { name: "cryptography", probe: "dpkg --status python3-cryptography", from: Apt("python3-cryptography"), used_by: "pcsc, the codes of that terminal" },
    Tool { name: "libcrypto", probe: "dpkg --status libssl3", from: Apt("libssl3"), used_by: "cargo-test, the yardstick of codes in bulk" },
    Tool { name: "postgres", probe: "dpkg --status postgresql", from: Apt("postgresql"), used_by: "databases" },
    Tool { name: "runuser", probe: "runuser --version", from: Apt("util-linux"), used_by: "databases, to start PostgreSQL when run by root" },
    Tool { name: "chromium", probe: "chromium --version", from: Apt("chromium"), used_by: "page" },
    Tool { name: "inter", probe: "dpkg --status fonts-inter", from: Apt("fonts-inter"), used_by: "page, the type of its pictures" },
    Tool { name: "libfaketime", probe: "dpkg --status libfaketime", from: Apt("libfaketime"), used_by: "siege, to move the clocks of its daemons" },
    Tool { name: "cargo-deny", probe: "cargo deny --version", from: Crate("cargo-deny", "0.20.2"), used_by: "deny" },
];

/// The step `setup`: says what is missing and installs it.
pub(crate) fn setup(workspace: &Workspace) -> Outcome {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !is_there(workspace, tool)).collect();
    if missing.is_empty() {
        eprintln!("all {} tools are there", TOOLS.len());
        return Ok(());
    }
    for tool in &missing {
        eprintln!("missing: {} (used by {})", tool.name, tool.used_by);
    }
    require_components(&missing)?;
    let packages: Vec<&str> = missing.iter().filter_map(|tool| tool.package()).collect();
    if !packages.is_empty() {
        install_packages(workspace, &packages)?;
    }
    for tool in &missing {
        if let Crate(name, version) = tool.from {
            eprintln!("building {name} {version} from its source; this takes some minutes, once");
            run(&mut install_command(workspace, name, version))?;
        }
    }
    match missing.iter().find(|tool| !is_there(workspace, tool)) {
        None => Ok(()),
        Some(tool) => Err(format!("{} was installed, but `{}` still fails", tool.name, tool.probe)),
    }
}

impl Tool {
    fn package(&self) -> Option<&'static str> {
        match self.from {
            Apt(package) => Some(package),
            Crate(..) | Rustup(_) => None,
        }
    }
}

fn is_there(workspace: &Workspace, tool: &Tool) -> bool {
    let words: Vec<&str> = tool.probe.split_whitespace().collect();
    match words.as_slice() {
        [program, arguments @ ..] => succeeds(&mut workspace.command(program, arguments)),
        [] => false,
    }
}

fn require_components(missing: &[&Tool]) -> Outcome {
    let components: Vec<&str> = missing
        .iter()
        .filter_map(|tool| match tool.from {
            Rustup(component) => Some(component),
            Apt(_) | Crate(..) => None,
        })
        .collect();
    match components.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "the toolchain lacks a component: run `rustup component add {}`",
            components.join(" ")
        )),
    }
}

fn install_packages(workspace: &Workspace, packages: &[&str]) -> Outcome {
    eprintln!("installing the Debian packages: {}", packages.join(" "));
    let mut words = vec!["install", "-y", "--no-install-recommends"];
    words.extend(packages);
    let prefix = root_prefix(workspace, packages)?;
    if run(&mut apt_get(workspace, prefix, &words)).is_ok() {
        return Ok(());
    }
    eprintln!("that failed; once more with fresh package lists");
    run(&mut apt_get(workspace, prefix, &["update"]))?;
    run(&mut apt_get(workspace, prefix, &words))
}

/// What makes a command run as root: nothing for root, `sudo` for others.
fn root_prefix(workspace: &Workspace, packages: &[&str]) -> Outcome<Option<&'static str>> {
    if !succeeds(&mut workspace.command("apt-get", &["--version"])) {
        return Err(format!(
            "there is no apt-get here; install these by hand: {}",
            packages.join(" ")
        ));
    }
    let is_root = workspace
        .command("id", &["-u"])
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if is_root {
        return Ok(None);
    }
    if succeeds(&mut workspace.command("sudo", &["--version"])) {
        return Ok(Some("sudo"));
    }
    Err(format!(
        "as root, run: apt-get update && apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    ))
}

fn apt_get(workspace: &Workspace, prefix: Option<&str>, words: &[&str]) -> Command {
    let mut all: Vec<&str> = prefix.into_iter().collect();
    all.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    all.extend(words);
    workspace.command(all[0], &all[1..])
}

/// Builds a tool with little optimisation: it runs once per check, and building it is what takes the time.
fn install_command(workspace: &Workspace, name: &str, version: &str) -> Command {
    let mut command =
        workspace.command("cargo", &["install", name, "--locked", "--version", version]);
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    command
}

/// The table of tools as `--help` shows it.
pub(crate) fn list() -> String {
    let mut text = String::new();
    for tool in TOOLS {
        let from = match tool.from {
            Apt(package) => format!("Debian package {package}"),
            Crate(name, version) => format!("cargo install {name} {version}"),
            Rustup(component) => format!("rustup component {component}"),
        };
        let _ = writeln!(text, "  {:<14}{from:<38}{}", tool.name, tool.used_by);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(probe: &'static str, from: Source) -> Tool {
        Tool { name: "sample", probe, from, used_by: "nothing" }
    }

    #[test]
    fn a_probe_tells_present_from_missing() {
        let workspace = Workspace::here();
        assert!(is_there(&workspace, &tool("cargo --version", Apt("cargo"))));
        assert!(!is_there(&workspace, &tool("cargo no-such-subcommand", Apt("cargo"))));
        assert!(!is_there(&workspace, &tool("no-such-program --version", Apt("none"))));
    }

    #[test]
    fn a_missing_component_is_refused_with_the_command_that_adds_it() {
        let missing = tool("cargo fmt --version", Rustup("rustfmt"));
        let refusal = require_components(&[&missing]).unwrap_err();
        assert!(refusal.contains("rustup component add rustfmt"), "{refusal}");
        assert!(require_components(&[&tool("git --version", Apt("git"))]).is_ok());
    }
}
