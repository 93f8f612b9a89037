//! What can be wrong with a file of records, and with a row of it.

use std::fmt;
use std::io;

/// Why a file, or the rest of it, is not read.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The disk.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is not what it says, or no longer.
    #[error("the file is damaged: {0}")]
    Broken(String),
    /// It is whole, and something else.
    #[error("{0}")]
    Foreign(String),
}

impl From<parquet::errors::ParquetError> for Damage {
    fn from(error: parquet::errors::ParquetError) -> Self {
        match error {
            parquet::errors::ParquetError::External(source) => match source.downcast() {
                Ok(io) => Self::Io(*io),
                Err(other) => Self::Broken(other.to_string()),
            },
            other => Self::Broken(other.to_string()),
        }
    }
}

/// A row that is left out, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// The row, or the line of a text, from 1.
    pub row: u64,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}: {}", self.row, self.what)
    }
}
