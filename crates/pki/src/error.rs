//! What can go wrong with certificates and the listener: whose fault it is, and what helps.

use std::fmt;
use std::io;
use std::path::Path;

/// Whose fault it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The operator's: a wrong name, a wrong file, a certificate of somebody else.
    Operator,
    /// This machine's: a full disk, a port that is taken.
    System,
    /// Ours.
    OurBug,
}

/// Why it was not done.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}")]
pub struct PkiError {
    /// Whose fault it is.
    pub kind: Kind,
    /// What is wrong, one sentence without a full stop. Never a key.
    pub what: String,
    /// What to do next.
    pub advice: &'static str,
}

impl PkiError {
    pub(crate) fn operator(what: impl fmt::Display, advice: &'static str) -> Self {
        Self { kind: Kind::Operator, what: what.to_string(), advice }
    }

    pub(crate) fn bug(what: impl fmt::Display) -> Self {
        let advice = "this is a bug of this program: report it with what you did";
        Self { kind: Kind::OurBug, what: what.to_string(), advice }
    }

    /// A file that could not be read, made or written (`verb`).
    pub(crate) fn file(verb: &str, path: &Path, error: &io::Error) -> Self {
        use io::ErrorKind as Io;
        let (kind, advice) = match error.kind() {
            Io::NotFound => (Kind::Operator, "check the path"),
            Io::PermissionDenied => (Kind::Operator, "check the file's permissions"),
            Io::AlreadyExists => (
                Kind::Operator,
                "nothing was overwritten: choose another name or move the file away",
            ),
            Io::IsADirectory | Io::NotADirectory => (Kind::Operator, "give the path of a file"),
            _ => (Kind::System, "check the disk's free space and health"),
        };
        Self { kind, what: format!("cannot {verb} {}: {error}", path.display()), advice }
    }

    /// A file that is read, but holds something else than `wanted`.
    pub(crate) fn content(path: &Path, wanted: &str) -> Self {
        let what = format!("{} holds no {wanted}", path.display());
        Self::operator(what, "check that it is the right file, in PEM, and whole")
    }
}
