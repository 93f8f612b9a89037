//! `greylock card`.

use std::path::PathBuf;

use card::Aid;
use clap::{Args, Subcommand, ValueEnum};
use wire::{Amount, Asn, Date, Limit, Purse};

use super::caller::OperatorArgs;
use super::serve::CardServeArgs;
use super::values;
use crate::media::Place;

/// What can be done with cards.
#[derive(Debug, Subcommand)]
pub enum CardCommand {
    /// Make a blank virtual card, which waits for its personalisation
    Blank(BlankArgs),
    /// Personalise a card: a new image, or a blank one wherever it is
    Issue(CardIssueArgs),
    /// Show state, balances, numbers, lock and log of a card
    Show(CardShowArgs),
    /// Put a virtual card into a PC/SC reader until stopped
    Serve(CardServeArgs),
    /// Free a card whose application is locked
    Unblock(CardUnblockArgs),
    /// Bring a card over to its next keys, for good
    Switch(CardSwitchArgs),
    /// Bring the image of an earlier format to the one of today
    Migrate(MigrateArgs),
}

/// `card migrate`, `psam migrate`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock card migrate card.img")]
pub struct MigrateArgs {
    /// The image; it is replaced once the new one is whole
    #[arg(value_name = "IMAGE")]
    pub image: Place,
}

/// `card blank`, `psam blank`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock card blank --transport-key transport.key --out blank.img"
)]
pub struct BlankArgs {
    /// The key under which it will be personalised: a file with 32 hex digits, see `greylock keys transport`
    #[arg(long, value_name = "FILE")]
    pub transport_key: PathBuf,
    /// The image to make; a file that is there is never overwritten
    #[arg(long, value_name = "IMAGE")]
    pub out: PathBuf,
}

/// How a chip that is there is personalised.
#[derive(Debug, Args)]
pub struct ThroughArgs {
    /// The transport key of the blank chip at --out: a file with 32 hex digits
    #[arg(long, value_name = "FILE")]
    pub transport_key: Option<PathBuf>,
    /// The trace.
    #[command(flatten)]
    pub trace: super::TraceArgs,
}

/// `card issue`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock card issue --keys keys.toml --asn 6280100000000017 \
        --balance 150000 --out card.img\n  greylock card issue --keys keys.toml --asn 6280100000000017 \
        --out pcsc:READER --transport-key transport.key")]
pub struct CardIssueArgs {
    #[command(flatten)]
    /// Whose keys.
    pub issuer: IssuerArgs,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
    /// Application sequence number: 16 decimal digits
    #[arg(long, value_name = "HEX16", value_parser = values::asn)]
    pub asn: Asn,
    /// The image to make, never over a file that is there; or the blank chip: its image or pcsc:READER NAME
    #[arg(long, value_name = "CARD")]
    pub out: Place,
    /// The way into a chip that is there.
    #[command(flatten)]
    pub through: ThroughArgs,
    /// Begin with the keys of this older version, and hold the newest as those to switch to
    #[arg(long, value_name = "VERSION", allow_negative_numbers = true)]
    pub begin_with: Option<u8>,
    /// Money on the card, in cents, without the overdraft limit
    #[arg(long, value_name = "CENTS", default_value = "0", value_parser = values::cents, allow_hyphen_values = true)]
    pub balance: Amount,
    /// Overdraft limit in cents
    #[arg(long, value_name = "CENTS", default_value = "0", value_parser = values::limit, allow_hyphen_values = true)]
    pub overdraft: Limit,
    /// The purse that gets the money, the limit and the numbers
    #[arg(long, value_enum, default_value_t = PurseName::Ed)]
    pub purse: PurseName,
    /// First off-line transaction number, for tests
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    pub ctc: u16,
    /// First on-line transaction number, for tests
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    pub otc: u16,
    /// A file with the card's PIN, 4 to 12 digits; else GREYLOCK_PIN, else 123456
    #[arg(long, value_name = "FILE")]
    pub pin_file: Option<PathBuf>,
    /// Name of the application
    #[arg(long, value_name = "HEX", default_value = "A0000000034752455931", value_parser = values::aid)]
    pub aid: Aid,
    /// First day of use [default: today]
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub start: Option<Date>,
    /// Last day of use [default: ten years after the first]
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub expiry: Option<Date>,
}

/// Who issues: a keys file or a centre.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct IssuerArgs {
    /// The main keys
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// The centre that makes and registers it, in place of --keys
    #[arg(long, value_name = "URL")]
    pub host: Option<String>,
}

/// A purse by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum PurseName {
    /// Electronic deposit
    Ed,
    /// Electronic purse
    Ep,
}

impl From<PurseName> for Purse {
    fn from(name: PurseName) -> Self {
        match name {
            PurseName::Ed => Self::Ed,
            PurseName::Ep => Self::Ep,
        }
    }
}

/// `card show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock card show card.img\n\nThe image stays as it is.")]
pub struct CardShowArgs {
    /// The card: an image's path or pcsc:READER NAME
    #[arg(value_name = "CARD")]
    pub card: Place,
}

/// `card unblock`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock card unblock --card card.img --host https://centre.example \
        --certificate ada --authority pki"
)]
pub struct CardUnblockArgs {
    /// The card: an image's path or pcsc:READER NAME
    #[arg(long, value_name = "CARD")]
    pub card: Place,
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
    /// The trace.
    #[command(flatten)]
    pub trace: super::TraceArgs,
}

/// `card switch`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock card switch --card card.img --to 2 --host https://centre.example \
        --certificate ada --authority pki\n\nWhen the card's answer was lost, the same \
        command again finds out and goes on."
)]
pub struct CardSwitchArgs {
    /// The card: an image's path or pcsc:READER NAME
    #[arg(long, value_name = "CARD")]
    pub card: Place,
    /// The version of the keys to go over to [default: the newest of the centre]
    #[arg(long, value_name = "VERSION", allow_negative_numbers = true)]
    pub to: Option<u8>,
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
    /// The trace.
    #[command(flatten)]
    pub trace: super::TraceArgs,
}
