//! What commands take that a terminal carries out: at hand, or at a running station.

use std::path::PathBuf;

use clap::Args;
use clap::builder::ArgPredicate;

use super::TraceArgs;
use super::caller::{AtStationArgs, StationArgs};
use super::card::PurseName;
use crate::media::Place;

/// The card.
#[derive(Debug, Args)]
pub struct InsertedArgs {
    /// The card: an image's path or pcsc:READER NAME; at a station an image to put into its reader
    #[arg(
        long,
        value_name = "CARD",
        required = false,
        required_unless_present = "station",
        default_value_if("station", ArgPredicate::IsPresent, "")
    )]
    pub card: Place,
}

/// The PSAM of a terminal at hand.
#[derive(Debug, Args)]
pub struct SamArgs {
    /// The PSAM: an image's path or pcsc:READER NAME
    #[arg(
        long,
        value_name = "PSAM",
        conflicts_with = "station",
        required = false,
        required_unless_present = "station",
        default_value_if("station", ArgPredicate::IsPresent, "")
    )]
    pub psam: Place,
}

/// The journal of a terminal at hand.
#[derive(Debug, Args)]
pub struct KeptArgs {
    /// Folder of the station's journal; made if it is not there
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "station",
        required = false,
        required_unless_present = "station",
        default_value_if("station", ArgPredicate::IsPresent, ".")
    )]
    pub journal: PathBuf,
}

/// Which purse, and its holder's PIN.
#[derive(Debug, Args)]
pub struct PayerArgs {
    /// The purse
    #[arg(long, value_enum, default_value_t = PurseName::Ed)]
    pub purse: PurseName,
    /// A file with the PIN; else GREYLOCK_PIN, else it is asked for
    #[arg(long, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,
}

/// Who is asked, and what is told of it.
#[derive(Debug, Args)]
pub struct LineArgs {
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL", conflicts_with = "station")]
    pub host: Option<String>,
    /// A running station.
    #[command(flatten)]
    pub at: AtStationArgs,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: StationArgs,
    /// The trace.
    #[command(flatten)]
    pub trace: TraceArgs,
}
