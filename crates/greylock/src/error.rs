//! What can go wrong: whose fault it is, what exactly, and what to do next.

use std::fmt;
use std::io;
use std::path::Path;

use serde_json::Value;
use wire::StatusWord;

use crate::output::Exit;

/// Whose fault it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The operator's: wrong arguments, wrong files.
    Operator,
    /// This machine's: disk full, no random numbers.
    System,
    /// The card said no.
    Card,
    /// The PSAM said no.
    Psam,
    /// The terminal's or the station's rules say no.
    Terminal,
    /// The centre said no.
    Centre,
    /// Card or reader is gone, or holds nothing that can be trusted.
    Lost,
    /// The centre gives no answer: nobody knows whether it did what was asked.
    Away,
    /// `--tear` took the power away.
    Torn,
    /// Who reads our output went away: nobody's, and nothing to say.
    OutputClosed,
    /// Ours.
    Program,
}

impl Fault {
    /// The exit code.
    #[must_use]
    pub const fn exit(self) -> Exit {
        match self {
            Self::Operator | Self::System => Exit::WrongUse,
            Self::Card | Self::Psam | Self::Terminal | Self::Centre => Exit::Refused,
            Self::Lost | Self::Away => Exit::Lost,
            Self::Torn => Exit::Torn,
            Self::OutputClosed => Exit::Done,
            Self::Program => Exit::Bug,
        }
    }

    /// `outcome` of the JSON document.
    #[must_use]
    pub const fn outcome(self) -> &'static str {
        match self {
            Self::Operator => "wrong_use",
            Self::System => "system_failed",
            Self::Card | Self::Psam | Self::Terminal | Self::Centre => "refused",
            Self::Lost => "card_lost",
            Self::Away => "unknown",
            Self::Torn => "torn",
            Self::OutputClosed => "output_closed",
            Self::Program => "bug",
        }
    }

    /// `fault` of the JSON document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::System => "system",
            Self::Card => "card",
            Self::Psam => "psam",
            Self::Terminal => "terminal",
            Self::Centre => "centre",
            Self::Lost => "reader",
            Self::Away => "centre",
            Self::Torn => "tear",
            Self::OutputClosed => "output",
            Self::Program => "program",
        }
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub struct Error {
    /// Whose fault it is.
    pub fault: Fault,
    /// What is wrong, one sentence without a full stop.
    pub what: String,
    /// What to do next.
    pub advice: Option<String>,
    /// The answer of card or PSAM.
    pub status: Option<StatusWord>,
    /// What the document with `--json` holds besides: a JSON object.
    pub document: Option<Box<Value>>,
}

impl Error {
    /// An error that says whose fault it is and what is wrong.
    #[must_use]
    pub fn new(fault: Fault, what: impl Into<String>) -> Self {
        Self { fault, what: what.into(), advice: None, status: None, document: None }
    }

    /// Wrong use.
    #[must_use]
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(Fault::Operator, what)
    }

    /// A bug of ours.
    #[must_use]
    pub fn bug(what: impl Into<String>) -> Self {
        Self::new(Fault::Program, what)
            .advice("this is a bug in greylock: report it with the command that you gave")
    }

    /// Card or PSAM answered something else than 9000.
    #[must_use]
    pub fn refused(fault: Fault, command: &str, status: StatusWord) -> Self {
        let what = format!("{command} was refused: {} ({status})", status.words());
        Self { status: Some(status), ..Self::new(fault, what) }
    }

    /// A file that could not be opened, read, made or written (`verb`).
    #[must_use]
    pub fn file(verb: &str, path: &Path, error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let (fault, advice) = match error.kind() {
            Kind::NotFound => (Fault::Operator, "check the path"),
            Kind::PermissionDenied => (Fault::Operator, "check the file's permissions"),
            Kind::AlreadyExists => (
                Fault::Operator,
                "nothing was overwritten: choose another name or move the file away",
            ),
            Kind::IsADirectory | Kind::NotADirectory => {
                (Fault::Operator, "give the path of a file")
            }
            _ => (Fault::System, "check the disk's free space and health"),
        };
        Self::new(fault, format!("cannot {verb} {}: {error}", path.display())).advice(advice)
    }

    /// With what to do next.
    #[must_use]
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// With what the JSON document holds besides: a JSON object.
    #[must_use]
    pub fn with_document(mut self, document: Value) -> Self {
        self.document = Some(Box::new(document));
        self
    }

    /// The document of `--json`: what the command had to say, then `outcome` (unless it said one), `fault`, `reason`,
    /// `advice` and `status`.
    #[must_use]
    pub fn to_document(&self) -> Value {
        let mut fields = match self.document.as_deref() {
            Some(Value::Object(fields)) => fields.clone(),
            _ => serde_json::Map::new(),
        };
        fields.entry("outcome").or_insert_with(|| self.fault.outcome().into());
        fields.insert("fault".into(), self.fault.name().into());
        fields.insert("reason".into(), self.what.clone().into());
        fields.insert("advice".into(), self.advice.clone().into());
        fields.insert("status".into(), self.status.map(|status| status.to_string()).into());
        Value::Object(fields)
    }
}

impl From<keys_file::KeysError> for Error {
    fn from(error: keys_file::KeysError) -> Self {
        use keys_file::KeysError;
        match error {
            KeysError::Read { path, source } => Self::file("read", &path, &source),
            KeysError::Wrong { what, advice } => Self { advice, ..Self::usage(what) },
            KeysError::NotSealed => Self::bug(error.to_string()),
        }
    }
}

impl From<pki::PkiError> for Error {
    fn from(error: pki::PkiError) -> Self {
        let fault = match error.kind {
            pki::Kind::Operator => Fault::Operator,
            pki::Kind::System => Fault::System,
            pki::Kind::OurBug => Fault::Program,
        };
        Self::new(fault, error.what).advice(error.advice)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.advice {
            Some(advice) => write!(f, "\n  {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
