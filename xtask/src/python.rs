//! Tools that come as Python packages: each set in a folder of its own under `target`, made once.

use std::path::PathBuf;

use crate::shell::{Outcome, Workspace, run};

/// Written last, so that a folder that was broken off is made again.
const DONE: &str = "installed";

/// The `bin` folder of these packages, each as `name==version`.
pub(crate) fn installed(workspace: &Workspace, packages: &[&str]) -> Outcome<PathBuf> {
    let folder = workspace.target().join(packages.join("+").replace("==", "-"));
    let (bin, done) = (folder.join("bin"), folder.join(DONE));
    if done.exists() {
        return Ok(bin);
    }
    eprintln!("installing {} in {}", packages.join(", "), folder.display());
    run(workspace.command("python3", &["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = bin.join("pip").display().to_string();
    run(workspace.command(&pip, &["install", "--quiet"]).args(packages))?;
    std::fs::write(&done, "").map_err(|error| format!("{}: {error}", done.display()))?;
    Ok(bin)
}
