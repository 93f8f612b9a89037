//! A server as a child process.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Read};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The environment variable that says where the program is; `cargo xtask ordeal` and `siege` set it.
pub const PROGRAM: &str = "GREYLOCK_PROGRAM";

/// What does not come up, or end, in this time is broken.
const PATIENCE: Duration = Duration::from_secs(60);
/// What was killed has said its last words by then.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// Its number is the same wherever this runs.
const SIGKILL: i32 = 9;

/// What a program of ours says of its own faults: the hook of a panic, and the line of an answer.
const BUGS: [&str; 3] = ["this is a bug in the program", "panicked at", "status=500"];

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
    /// Gives its lines that tell of a fault.
    reader: Option<JoinHandle<Vec<String>>>,
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
            let mut bugs = Vec::new();
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if has_bug(&line) {
                    bugs.push(line.clone());
                }
                let _nobody_listens_any_more = tell.send(line);
            }
            bugs
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
    /// When the system does not let it; when there was nothing to kill, or the server told of a fault of its own.
    pub fn kill(mut self) -> Result<(), String> {
        let before = self.child.try_wait().map_err(|error| error.to_string())?;
        self.child.kill().map_err(|error| error.to_string())?;
        let status = self.child.wait().map_err(|error| error.to_string())?;
        self.no_bug()?;
        // It may just have ended between the two.
        match before.is_none() && status.signal() == Some(SIGKILL) {
            true => Ok(()),
            false => Err(format!("it had ended by itself ({status}): {}", self.said().join("\n"))),
        }
    }

    /// SIGTERM; whether it ended well, and what it had said since it served.
    ///
    /// # Errors
    /// When the signal cannot be sent; when it does not end, or told of a fault of its own.
    pub fn stop(mut self) -> Result<(bool, Vec<String>), String> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        sent.map_err(|error| error.to_string())?;
        let (mut said, until) = (Vec::new(), Instant::now() + PATIENCE);
        loop {
            match self.said.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => said.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("it does not end: {}", said.join("\n")));
                }
            }
        }
        let ended = self.child.wait().map_err(|error| error.to_string())?;
        self.no_bug()?;
        Ok((ended.success(), said))
    }

    /// What it ever said, once it has ended: of no fault of its own.
    fn no_bug(&mut self) -> Result<(), String> {
        let bugs = self.reader.take().map(JoinHandle::join);
        match bugs {
            None => Ok(()),
            Some(Ok(bugs)) if bugs.is_empty() => Ok(()),
            Some(Ok(bugs)) => Err(format!("a bug: {}", bugs.join("\n"))),
            Some(Err(_)) => Err("what it said could not be read".to_owned()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // By its own id; it may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a line tells of a fault of the program that said it.
#[must_use]
pub fn has_bug(line: &str) -> bool {
    BUGS.iter().any(|bug| line.contains(bug))
}

/// Runs a command to its end; how that was.
///
/// # Errors
/// When it cannot be started, or does not end; with what it said.
pub fn output(command: &mut Command) -> Result<Output, String> {
    let piped = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let (stdout, stderr) = (all_of(child.stdout.take()), all_of(child.stderr.take()));
    let until = Instant::now() + PATIENCE;
    let left = || until.saturating_duration_since(Instant::now());
    if let (Ok(stdout), Ok(stderr)) = (stdout.recv_timeout(left()), stderr.recv_timeout(left())) {
        let status = child.wait().map_err(|error| format!("{command:?}: {error}"))?;
        return Ok(Output { status, stdout, stderr });
    }
    let _it_may_just_have_ended = child.kill();
    let _ended = child.wait();
    let said = stderr.recv_timeout(AFTERWARDS).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    Err(format!("{command:?} does not end in {} seconds: {said}", PATIENCE.as_secs()))
}

/// What comes out of a stream until it ends.
fn all_of(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // A process that was killed has said what it has said.
        let _read = stream.map(|mut stream| stream.read_to_end(&mut bytes));
        let _nobody_waits_any_more = tell.send(bytes);
    });
    told
}

/// Runs a command to its end; what it printed.
///
/// # Errors
/// When it cannot be started, fails or does not end; with what it said.
pub fn run(command: &mut Command) -> Result<String, String> {
    let output = output(command)?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.success() {
        true => Ok(printed),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("{command:?}: {}:\n{printed}\n{said}", output.status))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Server {
        let words = vec!["-c".into(), script.into()];
        let (before, environment) = (Vec::new(), Vec::new());
        Server::start(&Plan { program: "/bin/sh".into(), words, before, environment }).unwrap()
    }

    #[test]
    fn only_what_runs_can_be_killed() {
        let server = sh("echo serving at http://here:1 >&2; exec sleep 60");
        assert_eq!(server.address().unwrap(), "here:1");
        server.kill().unwrap();
        let server = sh("echo no >&2; exit 3");
        assert!(server.address().unwrap_err().contains("no"));
        assert!(server.kill().unwrap_err().contains("ended by itself"));
    }

    #[test]
    fn a_fault_that_was_told_is_not_forgotten() {
        let bug = "echo greylock: this is a bug in the program at x.rs:1 >&2";
        let server = sh(&format!("{bug}; echo serving at http://here:1 >&2; exec sleep 60"));
        server.address().unwrap();
        assert!(server.kill().unwrap_err().contains("x.rs:1"));
        let server = sh(&format!("{bug}; echo serving at http://here:1 >&2; exec sleep 60"));
        server.address().unwrap();
        assert!(server.stop().unwrap_err().contains("x.rs:1"));
        let server = sh("echo serving at http://here:1 >&2; exec sleep 60");
        server.address().unwrap();
        assert!(!server.stop().unwrap().0);
    }

    #[test]
    fn a_command_is_heard_to_its_end() {
        let output = output(Command::new("/bin/sh").args(["-c", "echo a; echo b >&2; exit 3"]));
        let Output { status, stdout, stderr } = output.unwrap();
        assert_eq!((status.code(), &stdout[..], &stderr[..]), (Some(3), &b"a\n"[..], &b"b\n"[..]));
        let failed = run(Command::new("/bin/sh").args(["-c", "echo why >&2; exit 1"]));
        assert!(failed.unwrap_err().contains("why"));
    }
}
