//! What can go wrong: whose fault it is, and what to do.

use std::path::{Path, PathBuf};

use datafusion::error::DataFusionError;

/// An error of a run.
#[derive(Debug, thiserror::Error)]
pub enum ClearError {
    /// The operator's: arguments, or files that are not what they should be.
    #[error("{0}")]
    Usage(String),
    /// The keys cannot be had.
    #[error("{0}{advice}", advice = .0.advice().map(|advice| format!("\n  {advice}")).unwrap_or_default())]
    Keys(#[from] keys_file::KeysError),
    /// The machine's.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A row that an earlier day left open is not right any more.
    #[error("{0}")]
    Carried(String),
    /// A table that cannot be written.
    #[error("{}: it cannot be written: {source}", path.display())]
    Table {
        /// Which file.
        path: PathBuf,
        /// What the writer says.
        #[source]
        source: DataFusionError,
    },
    /// The engine's: a damaged table, memory or disk that is full, a cluster that is gone.
    #[error("the engine gave up: {0}")]
    Engine(#[from] DataFusionError),
    /// The cluster's processes.
    #[error("{0}")]
    Cluster(String),
    /// Ours: the sums do not add up.
    #[error(
        "the sums do not add up, nothing was written: {0}; this is a fault of the program, report it"
    )]
    Sums(String),
}

impl ClearError {
    /// The exit code: 2 for wrong use, 1 for everything else.
    #[must_use]
    pub const fn exit(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Keys(_) => 2,
            _ => 1,
        }
    }

    pub(crate) fn table(path: &Path, source: DataFusionError) -> Self {
        Self::Table { path: path.to_owned(), source }
    }

    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}
