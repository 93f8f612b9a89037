//! `greylock bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// A benchmark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum BenchName {
    /// Every command of a refuelling in memory: microseconds, and what it writes
    Card,
    /// A refuelling through PC/SC beside as many empty commands, in memory and on disk
    Refuel,
    /// The centre on SQLite, and on PostgreSQL with --db: outcomes, on-line unlocks, events at stations
    Centre,
    /// How many bytes an outcome takes in the books, on SQLite, and on PostgreSQL with --db
    Room,
    /// A station of eight nozzles: how long a card waits, alone and while all are busy
    Station,
    /// An escape at one station, freed at another one over a real centre
    Escape,
    /// Codes of records in bulk, beside OpenSSL's DES and beside the limit that the processor's ports set
    Verify,
}

/// `bench`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock bench card\n\n\
    Each figure stands beside its yardstick in the same run; docs/bench.md says what they are. Without a\n\
    name, `card` and `refuel` do, as far as it can run here. `refuel` takes a build with --features pcsc and a running pcscd with\n\
    two virtual readers (vsmartcard-vpcd); it puts a card and a PSAM of its own into them.")]
pub struct BenchArgs {
    /// Which one [default: card and refuel, as far as they can run here]
    #[arg(value_enum)]
    pub name: Option<BenchName>,
    /// How many refuellings of each kind
    #[arg(long, value_name = "N", default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub runs: u32,
    /// Where the virtual reader of the card listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:35963")]
    pub vpcd: String,
    /// Where that of the PSAM listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:35964")]
    pub vpcd_psam: String,
    /// A PostgreSQL in which the centre is measured, too: postgres://USER@HOST/DATABASE; databases are made in it
    #[arg(long, value_name = "URL")]
    pub db: Option<String>,
    /// How many outcomes the centre is told (with `centre`, a hundredth as many unlocks)
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub outcomes: usize,
    /// How many stations listen to the centre
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub stations: usize,
    /// The folder whose disk is measured; nothing stays in it
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
}
