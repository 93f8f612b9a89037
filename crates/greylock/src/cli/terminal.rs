//! `greylock refuel` and `greylock unlock`.

use clap::builder::ArgPredicate;
use clap::{Args, ValueEnum};
use wire::Amount;

use super::at_terminal::{InsertedArgs, KeptArgs, LineArgs, PayerArgs, SamArgs};
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
    /// The card.
    #[command(flatten)]
    pub inserted: InsertedArgs,
    /// The PSAM.
    #[command(flatten)]
    pub sam: SamArgs,
    /// The journal.
    #[command(flatten)]
    pub kept: KeptArgs,
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
    /// Who pays.
    #[command(flatten)]
    pub payer: PayerArgs,
    /// Who is asked.
    #[command(flatten)]
    pub line: LineArgs,
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
    /// The card.
    #[command(flatten)]
    pub inserted: InsertedArgs,
    /// The PSAM.
    #[command(flatten)]
    pub sam: SamArgs,
    /// The journal.
    #[command(flatten)]
    pub kept: KeptArgs,
    /// What to pay, in cents
    #[arg(long, value_name = "CENTS", value_parser = values::cents, allow_hyphen_values = true)]
    pub amount: Amount,
    /// Who pays.
    #[command(flatten)]
    pub payer: PayerArgs,
    /// Who is asked.
    #[command(flatten)]
    pub line: LineArgs,
}

/// `unlock`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock unlock --card card.img --journal station\n\n\
        Tried in turn: the record of this station, the list of the centre, the centre's decision.\n\
        A card that is free and shows an unread code of its last debit is read.")]
pub struct UnlockArgs {
    /// The card.
    #[command(flatten)]
    pub inserted: InsertedArgs,
    /// The journal.
    #[command(flatten)]
    pub kept: KeptArgs,
    /// The PSAM, which finishes what this station left open: an image's path or pcsc:READER NAME
    #[arg(long, value_name = "PSAM", conflicts_with = "station")]
    pub psam: Option<Place>,
    /// Who is asked.
    #[command(flatten)]
    pub line: LineArgs,
}
