//! `greylock refuel` and `greylock unlock`.

use std::path::PathBuf;

use clap::builder::ArgPredicate;
use clap::{Args, ValueEnum};
use wire::Amount;

use super::caller::{AtStationArgs, StationArgs};
use super::card::PurseName;
use super::values;
use crate::media::Place;

/// The largest amount: as much as there is.
const ALL: &str = "2147483647";

/// `refuel`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock refuel --card card.img --psam psam.img --journal station --amount 8765\n  \
        greylock refuel --station http://127.0.0.1:7817 --nozzle 1 --card card.img --amount 8765\n\n\
        At a station whose reader is a socket the card is put in for this refuelling; at any other put it in by hand.\n\
        A card that is pulled while fuel flows is an escape: exit code 3, and the card stays grey until\n\
        `greylock unlock` or the next refuelling frees it."
)]
pub struct RefuelArgs {
    /// The card: an image's path or pcsc:READER NAME; at a station an image to put into its reader
    #[arg(
        long,
        value_name = "CARD",
        required = false,
        required_unless_present = "station",
        default_value_if("station", ArgPredicate::IsPresent, "")
    )]
    pub card: Place,
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
    /// What to deliver, in cents; at a station no more than this, or without it as much as card and limits allow
    #[arg(
        long, value_name = "CENTS", value_parser = values::cents, allow_hyphen_values = true,
        required = false, required_unless_present = "station",
        default_value_if("station", ArgPredicate::IsPresent, ALL)
    )]
    pub amount: Amount,
    /// Pull the card when this much has flowed
    #[arg(long, value_name = "CENTS", value_parser = values::cents, allow_hyphen_values = true)]
    pub escape_at: Option<Amount>,
    /// At a station: the plate of the vehicle, where limits ask for it
    #[arg(long, value_name = "PLATE", requires = "station")]
    pub vehicle: Option<String>,
    /// The purse that pays
    #[arg(long, value_enum, default_value_t = PurseName::Ed)]
    pub purse: PurseName,
    /// A file with the PIN; else GREYLOCK_PIN, else it is asked for
    #[arg(long, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,
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
    pub trace: super::TraceArgs,
    /// For tests and demonstrations: after the journal step is durable, says so on stderr and waits for a line on stdin
    #[arg(long, value_name = "STEP", value_enum, hide = true, conflicts_with = "station")]
    pub hold_at: Option<HoldStep>,
}

/// A journal step by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum HoldStep {
    /// Before LOCK goes out
    LockSent,
    /// Before the nozzle opens
    Locked,
    /// Before the GMAC is asked for
    Delivered,
    /// Before DEBIT goes out
    Claimed,
    /// Before the receipt
    Settled,
    /// Before the notice
    NoDispense,
    /// Before the notice
    Void,
}

impl HoldStep {
    /// The step's name in the journal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LockSent => "lock_sent",
            Self::Locked => "locked",
            Self::Delivered => "delivered",
            Self::Claimed => "claimed",
            Self::Settled => "settled",
            Self::NoDispense => "no_dispense",
            Self::Void => "void",
        }
    }
}

/// `purchase`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock purchase --card card.img --psam psam.img --journal station --amount 450\n\n\
        EP asks for no PIN. When the answer of the card is lost the exit code is 3 and no goods are given;\n\
        the next purchase or refuelling of the card at this station shows whether it paid."
)]
pub struct PurchaseArgs {
    /// The card: an image's path or pcsc:READER NAME; at a station an image to put into its reader
    #[arg(
        long,
        value_name = "CARD",
        required = false,
        required_unless_present = "station",
        default_value_if("station", ArgPredicate::IsPresent, "")
    )]
    pub card: Place,
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
    /// What to pay, in cents
    #[arg(long, value_name = "CENTS", value_parser = values::cents, allow_hyphen_values = true)]
    pub amount: Amount,
    /// The purse that pays
    #[arg(long, value_enum, default_value_t = PurseName::Ed)]
    pub purse: PurseName,
    /// A file with the PIN; else GREYLOCK_PIN, else it is asked for
    #[arg(long, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,
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
    pub trace: super::TraceArgs,
}

/// `unlock`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock unlock --card card.img --journal station\n\n\
        Tried in turn: the record of this station, the list of the centre, the centre's decision.\n\
        A card that is free and shows an unread code of its last debit is read.")]
pub struct UnlockArgs {
    /// The card: an image's path or pcsc:READER NAME; at a station an image to put into its reader
    #[arg(
        long,
        value_name = "CARD",
        required = false,
        required_unless_present = "station",
        default_value_if("station", ArgPredicate::IsPresent, "")
    )]
    pub card: Place,
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
    /// The PSAM, which finishes what this station left open: an image's path or pcsc:READER NAME
    #[arg(long, value_name = "PSAM", conflicts_with = "station")]
    pub psam: Option<Place>,
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
    pub trace: super::TraceArgs,
}
