//! `greylock size`.

use clap::Args;

fn some() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=1_000_000_000_000)
}

/// `size`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock size --cards 100000000 --stations 30000 --outcomes-per-second 4000\n\n\
    Pure arithmetic: what a day asks of each building block, and with what one set of books was measured to do, how many are\n\
    needed. `greylock bench centre` measures outcomes and unlocks, `greylock bench room` bytes, `greylock bench verify` codes;\n\
    docs/scale.md says what follows."
)]
pub struct SizeArgs {
    /// Cards in pockets
    #[arg(long, value_name = "N", default_value_t = 100_000_000, value_parser = some())]
    pub cards: u64,
    /// Stations, each of which hears every event
    #[arg(long, value_name = "N", default_value_t = 30_000, value_parser = some())]
    pub stations: u64,
    /// Refuellings a day
    #[arg(long, value_name = "N", default_value_t = 20_000_000, value_parser = some())]
    pub refuellings: u64,
    /// How much of a day falls into its busiest hour
    #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = clap::value_parser!(u64).range(5..=100))]
    pub peak: u64,
    /// One refuelling in so many ends with a card that escapes grey
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = some())]
    pub escape_in: u64,
    /// One escape in so many is freed on line, by the centre's decision
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = some())]
    pub online_in: u64,
    /// Days until a card that escaped comes again
    #[arg(long, value_name = "DAYS", default_value_t = 3, value_parser = some())]
    pub grey_days: u64,
    /// Loads and unloads a day
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = some())]
    pub transfers: u64,
    /// One card in so many is on the blacklist
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = some())]
    pub blacklisted_in: u64,
    /// Cards that come onto the blacklist in a day, and as many that leave it
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = some())]
    pub barred: u64,
    /// Years for which outcomes stay in the books
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = some())]
    pub years: u64,
    /// How much of what was measured may be asked in the busiest hour
    #[arg(long, value_name = "PERCENT", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub load: u64,
    /// Measured: outcomes a second that one set of books takes
    #[arg(long, value_name = "N", value_parser = some())]
    pub outcomes_per_second: Option<u64>,
    /// Measured: on-line unlocks a second that one set of books answers
    #[arg(long, value_name = "N", value_parser = some())]
    pub unlocks_per_second: Option<u64>,
    /// Measured: events a second that one server hands to stations, each station counted
    #[arg(long, value_name = "N", value_parser = some())]
    pub deliveries_per_second: Option<u64>,
    /// Measured: TACs a second that one core verifies
    #[arg(long, value_name = "N", value_parser = some())]
    pub tacs_per_second: Option<u64>,
    /// Measured: bytes that an outcome takes in the books
    #[arg(long, value_name = "N", value_parser = some())]
    pub bytes_per_outcome: Option<u64>,
}
