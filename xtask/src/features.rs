//! The step `features`: each crate alone, with no feature and with each of its features by itself.
//!
//! A build of the whole workspace joins the features of all crates, so it hides a crate that does not
//! say what it needs. `clippy` has looked at the code with every feature, so the compiler is enough here; with
//! `--quiet` it says nothing but warnings of our crates, and none is let through.

use serde_json::Value;

use crate::shell::{Outcome, Workspace, capture, silent};

/// Runs every combination of [`combinations`].
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    let metadata = capture(&mut workspace.cargo_command("metadata --no-deps --format-version 1"))?;
    let metadata = serde_json::from_slice(&metadata)
        .map_err(|error| format!("`cargo metadata` did not answer with JSON: {error}"))?;
    for arguments in combinations(&metadata)? {
        silent(&mut workspace.cargo_command(&format!("check --quiet {arguments}")))?;
    }
    Ok(())
}

/// The arguments that select each crate of the workspace, without features and then with one at a time.
fn combinations(metadata: &Value) -> Outcome<Vec<String>> {
    let packages = metadata["packages"].as_array().ok_or("`cargo metadata` names no packages")?;
    let mut all = Vec::new();
    for package in packages {
        let name =
            package["name"].as_str().ok_or("`cargo metadata` has a package without a name")?;
        let bare = format!("--package {name} --no-default-features");
        let features =
            package["features"].as_object().into_iter().flatten().map(|(feature, _)| feature);
        let single = features.filter(|feature| *feature != "default");
        let with_one: Vec<String> =
            single.map(|feature| format!("{bare} --features {feature}")).collect();
        all.push(bare);
        all.extend(with_one);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_feature_stands_alone_and_default_is_none_of_them() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "terminal", "features": { "default": ["pcsc"], "pcsc": [], "std": [] } },
            { "name": "wire", "features": {} },
        ]});
        let expected = [
            "--package terminal --no-default-features",
            "--package terminal --no-default-features --features pcsc",
            "--package terminal --no-default-features --features std",
            "--package wire --no-default-features",
        ];
        assert_eq!(combinations(&metadata).unwrap(), expected);
    }

    #[test]
    fn metadata_without_packages_is_refused() {
        assert!(combinations(&serde_json::json!({})).is_err());
    }
}
