//! A server as a child process.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// The environment variable that says where the program is; `cargo xtask ordeal` and `siege` set it.
pub const PROGRAM: &str = "GREYLOCK_PROGRAM";

/// A server that does not come up in this time is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The program `greylock`.
    pub program: PathBuf,
    /// What it is told.
    pub words: Vec<OsString>,
    /// A command before it, like `prlimit …`.
    pub before: Vec<OsString>,
    /// More environment.
    pub environment: Vec<(OsString, OsString)>,
}

impl Plan {
    /// `greylock` with these words.
    ///
    /// # Errors
    /// When nobody said where the program is.
    pub fn told<W: Into<OsString>>(words: impl IntoIterator<Item = W>) -> Result<Self, String> {
        let program = std::env::var_os(PROGRAM);
        let program =
            program.ok_or_else(|| format!("{PROGRAM} is not set: run cargo xtask ordeal"))?;
        let (program, words) = (program.into(), words.into_iter().map(Into::into).collect());
        Ok(Self { program, words, before: Vec::new(), environment: Vec::new() })
    }

    /// `greylock host serve --dev` with this data folder.
    ///
    /// # Errors
    /// When nobody said where the program is.
    pub fn new(data: &Path) -> Result<Self, String> {
        let words = ["host", "serve", "--dev", "--listen", "127.0.0.1:0", "--data"];
        let words = words.map(OsString::from).into_iter().chain([data.into()]);
        Self::told(words)
    }

    /// The same with a database of its own.
    #[must_use]
    pub fn with_db(mut self, url: &str) -> Self {
        self.words.extend(["--db".into(), url.into()]);
        self
    }
}

/// A server that was started, and is ended with this value, whatever happens.
pub struct Server {
    child: Child,
    said: Receiver<String>,
    reader: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it; it may not serve yet.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(plan: &Plan) -> Result<Self, String> {
        let mut words = plan.before.clone();
        words.push(plan.program.clone().into());
        let (first, rest) = words.split_first().ok_or("no program")?;
        let mut command = Command::new(first);
        command.args(rest).args(&plan.words).env("TZ", "UTC");
        command.envs(plan.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{first:?}: {error}"))?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let (tell, said) = channel();
        // What it says is read to its end, so that it never waits for a reader.
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let _nobody_listens_any_more = tell.send(line);
            }
        });
        Ok(Self { child, said, reader: Some(reader) })
    }

    /// Waits until it serves; its address.
    ///
    /// # Errors
    /// When it ends before, or does not come up; with what it said.
    pub fn address(&self) -> Result<String, String> {
        let mut before = String::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(line) => {
                    if let Some((_, address)) = line.split_once("serving at http://") {
                        let end = address.find(|c: char| c.is_whitespace() || c == '"');
                        return Ok(address[..end.unwrap_or(address.len())].to_owned());
                    }
                    before.push_str(&line);
                    before.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("it does not serve: {before}"));
                }
                Err(RecvTimeoutError::Disconnected) => return Err(format!("it ended: {before}")),
            }
        }
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has said since it served, or since this was asked last.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        self.said.try_iter().collect()
    }

    /// `kill -9`, and its end.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn kill(mut self) -> Result<(), String> {
        self.child.kill().map_err(|error| error.to_string())?;
        self.child.wait().map(drop).map_err(|error| error.to_string())
    }

    /// SIGTERM; whether it ended well, and what it had said since it served.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub fn stop(mut self) -> Result<(bool, Vec<String>), String> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        sent.map_err(|error| error.to_string())?;
        let ended = self.child.wait().map_err(|error| error.to_string())?;
        if let Some(reader) = self.reader.take() {
            let _it_has_ended = reader.join();
        }
        Ok((ended.success(), self.said()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // By its own id; it may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end; what it printed.
///
/// # Errors
/// When it cannot be started or fails; with what it said.
pub fn run(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() {
        true => Ok(printed),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{command:?}: {}:\n{printed}\n{said}", output.status))
        }
    }
}
