//! What a command gives back, and how it gets onto stdout and stderr.

use std::io::{BufRead, ErrorKind, Write};
use std::process::ExitCode;

use serde_json::Value;
use terminal::transport::Clock;

use crate::env::{Random, Settings};
use crate::error::{Error, Fault};

/// How the process ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: refused by card, PSAM or centre.
    Refused,
    /// 2: wrong use.
    WrongUse,
    /// 3: card or reader lost; an escape too.
    Lost,
    /// 70: our bug.
    Bug,
    /// 75: torn on purpose.
    Torn,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::WrongUse => 2,
            Self::Lost => 3,
            Self::Bug => 70,
            Self::Torn => 75,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// What a command has to say in the end. Most of them are [`Report::done`].
#[derive(Debug)]
pub struct Report {
    /// The document of `--json`.
    pub document: Value,
    /// The same for people, on stdout without `--json`; whole lines.
    pub text: String,
    /// How the process ends.
    pub exit: Exit,
    /// Said on stderr, with and without `--json`.
    pub message: Option<String>,
}

impl Report {
    /// It was done.
    #[must_use]
    pub fn done(document: Value, text: impl Into<String>) -> Self {
        Self { document, text: text.into(), exit: Exit::Done, message: None }
    }

    /// It ended otherwise, with a document all the same: an escape, a refusal with its figures.
    #[must_use]
    pub fn ending(mut self, exit: Exit, message: impl Into<String>) -> Self {
        self.exit = exit;
        self.message = Some(message.into());
        self
    }
}

/// The streams and sources of a process, or of a test.
pub struct Io<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn BufRead,
    /// Standard output.
    pub stdout: &'a mut dyn Write,
    /// Standard error.
    pub stderr: &'a mut dyn Write,
    /// The time.
    pub clock: &'a mut dyn Clock,
    /// Randomness.
    pub random: &'a mut dyn Random,
    /// The environment.
    pub settings: Settings,
}

/// What every command gets: the streams and how to write to them.
pub struct Context<'a> {
    /// Streams and sources.
    pub io: Io<'a>,
    /// `--json`: one document on stdout at the end, nothing else there.
    pub json: bool,
}

impl<'a> Context<'a> {
    /// Borrows the streams for one command.
    pub fn new(io: &'a mut Io<'_>, json: bool) -> Self {
        let settings = io.settings.clone();
        let io = Io {
            stdin: &mut *io.stdin,
            stdout: &mut *io.stdout,
            stderr: &mut *io.stderr,
            clock: &mut *io.clock,
            random: &mut *io.random,
            settings,
        };
        Self { io, json }
    }

    /// A line on stdout as soon as it is known; nothing with `--json`, whose document says it in the end.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn line(&mut self, text: &str) -> Result<(), Error> {
        if self.json { Ok(()) } else { self.write_out(&format!("{text}\n")) }
    }

    /// Progress, on stderr. Who does not listen misses it.
    pub fn note(&mut self, text: &str) {
        let _unheard = writeln!(self.io.stderr, "{text}");
    }

    /// A warning, on stderr.
    pub fn warn(&mut self, text: &str) {
        let mark = self.mark("warning:", "33");
        self.note(&format!("{mark} {text}"));
    }

    /// The document on stdout, or the text; then the message on stderr.
    pub(crate) fn print_report(&mut self, report: &Report) -> Exit {
        let out = if self.json { line_of(&report.document) } else { report.text.clone() };
        if let Err(error) = self.write_out(&out) {
            return self.print_unwritten(&error, report.exit);
        }
        if let Some(message) = &report.message {
            self.complain(message);
        }
        report.exit
    }

    /// The error on stderr, and its document on stdout.
    pub(crate) fn print_error(&mut self, error: &Error) -> Exit {
        if error.fault == Fault::OutputClosed {
            return error.fault.exit();
        }
        if self.json
            && let Err(unwritten) = self.write_out(&line_of(&error.to_document()))
        {
            self.print_unwritten(&unwritten, error.fault.exit());
        }
        self.complain(&error.to_string());
        error.fault.exit()
    }

    /// What was done stays done: only where all went well does a full disk behind stdout change the exit code.
    fn print_unwritten(&mut self, error: &Error, exit: Exit) -> Exit {
        if error.fault != Fault::OutputClosed {
            self.complain(&error.to_string());
        }
        if exit == Exit::Done { error.fault.exit() } else { exit }
    }

    pub(crate) fn complain(&mut self, text: &str) {
        let mark = self.mark("greylock:", "31");
        self.note(&format!("{mark} {text}"));
    }

    pub(crate) fn write_out(&mut self, text: &str) -> Result<(), Error> {
        let written =
            self.io.stdout.write_all(text.as_bytes()).and_then(|()| self.io.stdout.flush());
        written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Error::new(Fault::OutputClosed, "nobody reads the output"),
            _ => Error::new(Fault::System, format!("the output could not be written: {error}")),
        })
    }

    fn mark(&self, word: &str, colour: &str) -> String {
        if self.io.settings.colour_err {
            format!("\u{1b}[1;{colour}m{word}\u{1b}[0m")
        } else {
            word.to_owned()
        }
    }
}

fn line_of(document: &Value) -> String {
    format!("{document}\n")
}
