//! `greylock verify`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

/// `verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock verify day.parquet --keys keys.toml --bad bad.csv\n  \
        greylock verify north.csv south.jsonl --vault vault.sealed --seal-key vault.key\n\n\
        A file is Parquet, CSV or what `greylock station export` writes, whatever its name: docs/records.md has them. The exit \
        code is 1 when a record is bad or a file is damaged; the other files are read all the same.",
    group = ArgGroup::new("main_keys").required(true).args(["keys", "vault"])
)]
pub struct VerifyArgs {
    /// Files of records, or folders of them
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The main keys
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// The vault of the main keys, made by `greylock keys seal`
    #[arg(long, value_name = "FILE", requires = "seal_key")]
    pub vault: Option<PathBuf>,
    /// The key that the vault was sealed with
    #[arg(long, value_name = "FILE", requires = "vault")]
    pub seal_key: Option<PathBuf>,
    /// Writes the bad records with their reasons, as CSV
    #[arg(long, value_name = "FILE")]
    pub bad: Option<PathBuf>,
    /// How codes are made, by name [default: the fastest that this processor has]
    #[arg(long, value_name = "NAME", conflicts_with = "lanes")]
    pub engine: Option<String>,
    /// The same by the number of records side by side
    #[arg(long, value_name = "N")]
    pub lanes: Option<usize>,
    /// How many threads verify [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}
