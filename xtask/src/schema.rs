//! The step `schema`: requests that schemathesis makes of the OpenAPI document, put to a server with books in it.

use std::path::PathBuf;

use crate::ordeal::{PROGRAM, program};
use crate::shell::{Outcome, Workspace, run, succeeds};

/// The version that is known to work.
const VERSION: &str = "4.32.5";
/// Where the test looks for the tool.
const TOOL: &str = "GREYLOCK_SCHEMATHESIS";

/// Installs the tool in a folder of its own, once, and plays.
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    let tool = tool(workspace)?;
    let program = program(workspace)?;
    let test = "test --workspace --all-features --test trial -- --ignored --nocapture schema";
    run(workspace.cargo_command(test).env(PROGRAM, program).env(TOOL, tool))
}

fn tool(workspace: &Workspace) -> Outcome<PathBuf> {
    let folder = workspace.target().join(format!("schemathesis-{VERSION}"));
    let tool = folder.join("bin/schemathesis");
    if succeeds(&mut workspace.command(&tool.display().to_string(), &["--version"])) {
        return Ok(tool);
    }
    eprintln!("installing schemathesis {VERSION} in {}", folder.display());
    run(workspace.command("python3", &["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = folder.join("bin/pip").display().to_string();
    let package = format!("schemathesis=={VERSION}");
    run(&mut workspace.command(&pip, &["install", "--quiet", &package]))?;
    Ok(tool)
}
