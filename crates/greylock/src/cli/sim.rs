//! `greylock sim`.

use clap::{Args, ValueEnum};
use sim::run::Fault;

/// Which centre the worlds have.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, ValueEnum)]
pub enum SimCentre {
    /// The rules, with books in memory
    #[default]
    Rules,
    /// The server with a database, over HTTP, and the rules beside it to compare
    Server,
}

/// `sim`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock sim --seed 1 --transactions 20000\n\n\
    A failure names its epoch and the visits that are enough to see it again:\n  \
    greylock sim --seed 7 --transactions 20000 --epoch 12 --visits 31,40,41")]
pub struct SimArgs {
    /// Replays everything: the same seed gives the same worlds
    #[arg(long, value_name = "N")]
    pub seed: u64,
    /// How many visits of a card at a terminal
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub transactions: u64,
    /// Only these kinds of fault, by name [default: all of them]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub faults: Vec<Fault>,
    /// Play only this epoch of the run
    #[arg(long, value_name = "N")]
    pub epoch: Option<u64>,
    /// Play only these visits of the epoch
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', requires = "epoch")]
    pub visits: Vec<usize>,
    /// Which centre the worlds have: `rules` in memory, or `server` with a database, compared with the rules
    #[arg(long, value_enum, default_value_t, value_name = "CENTRE", hide_possible_values = true)]
    pub centre: SimCentre,
    /// Divide the centre's books by card into so many, and compare them with the one centre
    #[arg(long, value_name = "N", conflicts_with = "centre")]
    pub partitions: Option<std::num::NonZeroU16>,
    /// Make the server's databases through this one of PostgreSQL [default: SQLite]
    #[arg(long, value_name = "URL", requires = "centre")]
    pub db: Option<String>,
}
