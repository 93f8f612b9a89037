//! Commands whose names are settled and whose code is not there yet: hidden, and answered with a clear error.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use wire::Amount;

use super::values;
use crate::media::Place;

/// Commands to come.
#[derive(Debug, Subcommand)]
pub enum LaterCommand {
    /// Load money
    #[command(hide = true)]
    Load(PurseArgs),
    /// Take money off a card
    #[command(hide = true)]
    Unload(PurseArgs),
    /// The station's server
    #[command(hide = true, subcommand)]
    Station(StationCommand),
    /// Verify records in batches
    #[command(hide = true)]
    Verify(FilesArgs),
    /// The benchmarks
    #[command(hide = true)]
    Bench(BenchArgs),
    /// Records to verify
    #[command(hide = true)]
    Gen(GenArgs),
}

impl LaterCommand {
    /// The name on the command line.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Load(_) => "load",
            Self::Unload(_) => "unload",
            Self::Station(_) => "station serve",
            Self::Verify(_) => "verify",
            Self::Bench(_) => "bench",
            Self::Gen(_) => "gen",
        }
    }
}

/// `load`, `unload`.
#[derive(Debug, Args)]
pub struct PurseArgs {
    /// The card: an image's path or pcsc:READER NAME
    #[arg(long, value_name = "CARD")]
    pub card: Place,
    /// In cents
    #[arg(long, value_name = "CENTS", value_parser = values::cents, allow_hyphen_values = true)]
    pub amount: Amount,
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: Option<String>,
}

/// `station`.
#[derive(Debug, Subcommand)]
pub enum StationCommand {
    /// Serve a station
    Serve(StationServeArgs),
}

/// `station serve`.
#[derive(Debug, Args)]
pub struct StationServeArgs {
    /// The station's configuration
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct FilesArgs {
    /// Files of records
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

/// `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Which one
    pub name: Option<String>,
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
