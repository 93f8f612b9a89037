//! `greylock host card`, `host psam` and `host account`: what operators do about registered things.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use host::PrepaidName;
use wire::{Asn, Tid};

use super::caller::OperatorArgs;
use super::values;

/// `host card`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock host card 6280100000000017 --host file:centre\n  \
        greylock host card 6280100000000017 --host file:centre --act lost --reason 'telephone' --maker ada\n  \
        greylock host card 6280100000000017 --host file:centre --approve 1 --checker grace\n\n\
        Acts stand in a history, numbered from 0; without --act and --approve the card is shown.")]
pub struct HostCardArgs {
    /// The card
    #[arg(value_name = "ASN", value_parser = values::asn)]
    pub asn: Asn,
    /// What is done.
    #[command(flatten)]
    pub what: ActArgs,
}

/// `host psam`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock host psam 112233445566 --host file:centre\n  \
        greylock host psam 112233445566 --host file:centre --act block --reason 'opened' --maker ada")]
pub struct HostPsamArgs {
    /// The PSAM
    #[arg(value_name = "TID", value_parser = values::tid)]
    pub tid: Tid,
    /// What is done.
    #[command(flatten)]
    pub what: ActArgs,
}

/// What is done about a card or a PSAM.
#[derive(Debug, Args)]
pub struct ActArgs {
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
    /// What to do about it
    #[arg(long, value_name = "ACT", value_enum, requires_all = ["reason", "maker"])]
    pub act: Option<ActName>,
    /// Why
    #[arg(long, value_name = "TEXT", requires = "act")]
    pub reason: Option<String>,
    /// Who orders it
    #[arg(long, value_name = "NAME", requires = "act")]
    pub maker: Option<String>,
    /// Approve what another operator ordered: its number
    #[arg(long, value_name = "N", requires = "checker", conflicts_with = "act")]
    pub approve: Option<u32>,
    /// Who approves
    #[arg(long, value_name = "NAME", requires = "approve")]
    pub checker: Option<String>,
}

/// What operators do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ActName {
    /// No new locks, loads and unloads
    Block,
    /// Take the operators' block back; alarms stay
    LiftBlock,
    /// Its holder says that it is lost
    Lost,
    /// It was found again
    Found,
    /// Two persons looked at the alarms that stand, and let it go on
    LiftAlarms,
    /// Two persons: the chip that the number was begun on will never be used
    GiveUpChip,
    /// Two persons: a PSAM is out of service for good
    Retire,
}

impl ActName {
    /// The measure's name, as the interface has it.
    #[must_use]
    pub const fn measure(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::LiftBlock => "lift_block",
            Self::Lost => "report_lost",
            Self::Found => "report_found",
            Self::LiftAlarms => "lift_alarms",
            Self::GiveUpChip => "give_up_chip",
            Self::Retire => "retire",
        }
    }
}

/// `host account`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Open a prepaid account
    Open(AccountOpenArgs),
    /// Enter what was paid in, or is paid back
    Fund(AccountFundArgs),
    /// Show the prepaid accounts
    Show(AccountShowArgs),
}

/// `host account open`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock host account open north --holder 'North Fuels' --for north --host file:centre"
)]
pub struct AccountOpenArgs {
    /// Its name: small letters, digits, `-`, `_`, `.`
    #[arg(value_name = "NAME", value_parser = values::prepaid)]
    pub name: PrepaidName,
    /// Who pays in, in words
    #[arg(long, value_name = "TEXT")]
    pub holder: String,
    /// A station whose counters may charge it; any number of them
    #[arg(long = "for", value_name = "STATION", required = true)]
    pub stations: Vec<String>,
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
}

/// `host account fund`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock host account fund north --paid-in 100000 --reference bank-4711 --maker ada --host file:centre\n\n\
        The same reference is entered once.",
    group = ArgGroup::new("paid").required(true).args(["paid_in", "paid_back"])
)]
pub struct AccountFundArgs {
    /// The account
    #[arg(value_name = "NAME", value_parser = values::prepaid)]
    pub name: PrepaidName,
    /// Cents that were paid in
    #[arg(long, value_name = "CENTS", value_parser = clap::value_parser!(i64).range(1..))]
    pub paid_in: Option<i64>,
    /// Cents that are paid back
    #[arg(long, value_name = "CENTS", value_parser = clap::value_parser!(i64).range(1..))]
    pub paid_back: Option<i64>,
    /// What names this payment among those of the account: the bank's reference
    #[arg(long, value_name = "TEXT")]
    pub reference: String,
    /// Who enters it
    #[arg(long, value_name = "NAME")]
    pub maker: String,
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
}

/// `host account show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock host account show --host file:centre")]
pub struct AccountShowArgs {
    /// This account only
    #[arg(value_name = "NAME", value_parser = values::prepaid)]
    pub name: Option<PrepaidName>,
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
}
