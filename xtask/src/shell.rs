//! Running other programs: each command is shown before it runs, and its failure is a sentence.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a step ends with: a value, or the sentence that says what failed.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// The root folder of the workspace; every command runs there.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace that this run of `cargo` belongs to.
    pub(crate) fn here() -> Self {
        let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = package.as_deref().and_then(Path::parent).unwrap_or(Path::new("."));
        Self { root: root.to_path_buf() }
    }

    /// The root folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target(&self) -> PathBuf {
        match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.root.join("target"),
        }
    }

    /// A command that runs in the root folder and has no standard input.
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.root).stdin(Stdio::null());
        // What cargo told xtask about itself: build scripts watch it, and would build anew what `cargo` alone has built.
        for (name, _) in std::env::vars_os() {
            let told = name.to_string_lossy();
            if told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }

    /// Runs `cargo` with these arguments, separated by spaces.
    pub(crate) fn cargo(&self, arguments: &str) -> Outcome {
        run(&mut self.cargo_command(arguments))
    }

    /// A `cargo` command with these arguments, separated by spaces.
    pub(crate) fn cargo_command(&self, arguments: &str) -> Command {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        self.command("cargo", &arguments)
    }
}

/// Shows the command and runs it; its output goes straight through.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let shown = show(command);
    eprintln!("$ {shown}");
    let status = command.status().map_err(|error| format!("`{shown}` did not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` ended with {status}")) }
}

/// Runs the command and hands back what it wrote to its standard output.
pub(crate) fn capture(command: &mut Command) -> Outcome<Vec<u8>> {
    let shown = show(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("`{shown}` did not start: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("`{shown}` ended with {}", output.status))
    }
}

/// Shows the command and runs it; whatever it says on standard error is a failure.
pub(crate) fn silent(command: &mut Command) -> Outcome {
    let shown = show(command);
    eprintln!("$ {shown}");
    let output = command.output().map_err(|error| format!("`{shown}` did not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    eprint!("{said}");
    match (output.status.success(), said.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(format!("`{shown}` has something to say")),
        (false, _) => Err(format!("`{shown}` ended with {}", output.status)),
    }
}

/// Whether the command runs and ends well; its output is dropped.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// The command as one would type it, its own environment first.
fn show(command: &Command) -> String {
    let mut words: Vec<String> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)))
        .map(|(name, value)| format!("{}='{}'", name.display(), value.display()))
        .collect();
    words.push(command.get_program().display().to_string());
    words.extend(command.get_args().map(|argument| argument.display().to_string()));
    words.join(" ")
}
