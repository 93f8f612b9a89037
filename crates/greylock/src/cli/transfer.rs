//! `greylock load` and `greylock unload`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::ArgPredicate;
use host::PrepaidName;
use wire::{Amount, Tid};

use super::at_terminal::{InsertedArgs, PayerArgs};
use super::caller::{AtStationArgs, StationArgs};
use super::values;

/// `load`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock load --card card.img --amount 5000 --host file:centre\n\n\
        The money is taken in at this counter. When the answer of the card is lost the exit code is 3; the next\n\
        visit of the card at any terminal with a line shows whether it was loaded, and it is never loaded twice."
)]
pub struct LoadArgs {
    /// What load and unload share.
    #[command(flatten)]
    pub transfer: TransferArgs,
}

/// `unload`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock unload --card card.img --amount 5000 --host file:centre\n\n\
        Pay the money out only when this is done: the card has proved then that it gave it."
)]
pub struct UnloadArgs {
    /// What load and unload share.
    #[command(flatten)]
    pub transfer: TransferArgs,
}

/// What both take.
#[derive(Debug, Args)]
pub struct TransferArgs {
    /// The card.
    #[command(flatten)]
    pub inserted: InsertedArgs,
    /// How much, in cents
    #[arg(long, value_name = "CENTS", value_parser = values::cents, allow_hyphen_values = true)]
    pub amount: Amount,
    /// The centre: a server's URL or file:DIR
    #[arg(
        long,
        value_name = "URL",
        conflicts_with = "station",
        required = false,
        required_unless_present = "station",
        default_value_if("station", ArgPredicate::IsPresent, "")
    )]
    pub host: String,
    /// A running station.
    #[command(flatten)]
    pub at: AtStationArgs,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: StationArgs,
    /// The counter's terminal id, which a server has as this station's [default: the journal's, else zeros]
    #[arg(long, value_name = "HEX12", value_parser = values::tid, conflicts_with = "station")]
    pub tid: Option<Tid>,
    /// The prepaid account that pays a load or gets an unload; one that this station may charge
    #[arg(long, value_name = "NAME", value_parser = values::prepaid, conflicts_with = "station")]
    pub account: Option<PrepaidName>,
    /// Which purse.
    #[command(flatten)]
    pub payer: PayerArgs,
    /// Folder of a station's journal, with which a grey card is unlocked first; made if it is not there
    #[arg(long, value_name = "DIR", conflicts_with = "station")]
    pub journal: Option<PathBuf>,
    /// The trace.
    #[command(flatten)]
    pub trace: super::TraceArgs,
}
