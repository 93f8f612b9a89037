//! What can be wrong with a file of keys. No message shows what stands in it.

use std::io;
use std::path::{Path, PathBuf};

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The system does not give the file.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("{what}")]
    Wrong {
        /// What is wrong and where, one sentence without a full stop.
        what: String,
        /// What to do next.
        advice: Option<String>,
    },
    /// Ours.
    #[error("main keys cannot be sealed")]
    NotSealed,
}

impl KeysError {
    /// The file is not what it should be.
    #[must_use]
    pub fn wrong(what: impl Into<String>) -> Self {
        Self::Wrong { what: what.into(), advice: None }
    }

    /// With what to do next.
    #[must_use]
    pub fn advise(self, advice: impl Into<String>) -> Self {
        match self {
            Self::Wrong { what, .. } => Self::Wrong { what, advice: Some(advice.into()) },
            other => other,
        }
    }

    /// What to do next, where something is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        match self {
            Self::Wrong { advice, .. } => advice.as_deref(),
            _ => None,
        }
    }

    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }
}
