//! Commands whose names are settled and whose code is not there yet: hidden, and answered with a clear error.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Commands to come.
#[derive(Debug, Subcommand)]
pub enum LaterCommand {
    /// Verify records in batches
    #[command(hide = true)]
    Verify(FilesArgs),
    /// Records to verify
    #[command(hide = true)]
    Gen(GenArgs),
}

impl LaterCommand {
    /// The name on the command line.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Verify(_) => "verify",
            Self::Gen(_) => "gen",
        }
    }
}

/// `verify`.
#[derive(Debug, Args)]
pub struct FilesArgs {
    /// Files of records
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// `gen`.
#[derive(Debug, Args)]
pub struct GenArgs {
    /// The main keys
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// How many records
    #[arg(long, value_name = "N")]
    pub records: u64,
    /// How many of them are forged
    #[arg(long, value_name = "N")]
    pub forged: u64,
    /// Replays them
    #[arg(long, value_name = "N")]
    pub seed: u64,
    /// The file to make
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
