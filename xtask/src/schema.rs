//! The step `schema`: requests that schemathesis makes of the OpenAPI document, put to a server with books in it.

use crate::program::{PROGRAM, program};
use crate::python::installed;
use crate::shell::{Outcome, Workspace, run};

/// The version that is known to work.
const PACKAGE: &str = "schemathesis==4.32.5";
/// Where the test looks for the tool.
const TOOL: &str = "GREYLOCK_SCHEMATHESIS";

/// Installs the tool in a folder of its own, once, and plays.
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    let bin = installed(workspace, &[PACKAGE])?;
    let tool = bin.join("schemathesis");
    let program = program(workspace)?;
    let test = "test --workspace --all-features --test trial -- --ignored --nocapture schema";
    run(workspace.cargo_command(test).env(PROGRAM, program).env(TOOL, tool))
}
