//! `greylock model`.

use clap::Args;

/// `model`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock model\n  \
    greylock model --cards 1 --terminals 2 --transactions 2 --faults 4")]
pub struct ModelArgs {
    /// How many cards [default: the two runs of the project's own checks]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub cards: Option<u8>,
    /// How many terminals, each with a PSAM and a station of its own
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub terminals: Option<u8>,
    /// How many refuellings of each card
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=8))]
    pub transactions: Option<u8>,
    /// How many further visits of all cards: to be freed, or to have a TAC read
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=8))]
    pub visits: Option<u8>,
    /// How many mishaps, attacks and lies in one run
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=8))]
    pub faults: Option<u8>,
    /// What each card holds at first
    #[arg(long, value_name = "UNITS", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub money: Option<u8>,
    /// How many threads [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
}
