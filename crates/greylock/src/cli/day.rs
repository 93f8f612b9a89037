//! `greylock gen`.

use std::path::PathBuf;

use clap::Args;
use wire::Date;

use super::values;

/// `gen`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock gen --keys keys.toml --records 100000 --forged 25 --seed 1 --out day.parquet\n\n\
        The same seed and options give the same bytes. docs/records.md has the columns. With --truth it says what a right \
        clearing of the day must find for each station."
)]
pub struct GenArgs {
    /// The main keys
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// How many records
    #[arg(long, value_name = "N")]
    pub records: u64,
    /// How many of them are forged: so many sales or grey records have one wrong code
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub forged: u64,
    /// Replays the day
    #[arg(long, value_name = "N")]
    pub seed: u64,
    /// The file to make, or the folder with --rows-per-file
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The day
    #[arg(long, value_name = "YYYYMMDD", value_parser = values::date, default_value = "20260101")]
    pub day: Date,
    /// How many stations, with four PSAMs each [default: one for 320 records, 2 to 30000]
    #[arg(long, value_name = "N")]
    pub stations: Option<u32>,
    /// How many cards [default: one for two records]
    #[arg(long, value_name = "N")]
    pub cards: Option<u64>,
    /// Of a thousand locks so many are escapes, or lose their TAC
    #[arg(long, value_name = "PERMILLE", default_value_t = 20)]
    pub escapes: u32,
    /// Of a thousand locks so many are told as grey first, and as a sale when the card came back
    #[arg(long, value_name = "PERMILLE", default_value_t = 0)]
    pub upgrades: u32,
    /// Of a thousand records so many come twice
    #[arg(long, value_name = "PERMILLE", default_value_t = 5)]
    pub duplicates: u32,
    /// Of a thousand locks so many ended the day before
    #[arg(long, value_name = "PERMILLE", default_value_t = 10)]
    pub late: u32,
    /// So many locks are made once more by a copy of their card
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub clones: u64,
    /// Makes a folder of files with at most so many records each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub rows_per_file: Option<u64>,
    /// Writes what a right clearing must find, as JSON
    #[arg(long, value_name = "FILE")]
    pub truth: Option<PathBuf>,
}
