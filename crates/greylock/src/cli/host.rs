//! `greylock host`: the centre.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use wire::{Amount, Asn, Tid};

use super::caller::OperatorArgs;
use super::host_life::{AccountCommand, HostCardArgs, HostPsamArgs};
use super::values;
use super::{HostBackupArgs, HostServeArgs, HostTableArgs};

/// What can be done with the centre.
#[derive(Debug, Subcommand)]
pub enum HostCommand {
    /// Make a centre that lives in a folder
    Init(HostInitArgs),
    /// Serve the centre
    Serve(HostServeArgs),
    /// Copy the books while the centre serves
    Backup(HostBackupArgs),
    /// Write what the books hold of locks as a table, for `greylock clear`
    Table(HostTableArgs),
    /// List the outcomes that the centre heard
    Outcomes(HostOutcomesArgs),
    /// List what waits for a decision or needs attention, and the proposals that wait for a checker
    Notices(HostNoticesArgs),
    /// Decide about a lock: one operator proposes, another one checks
    Decide(HostDecideArgs),
    /// List the transaction numbers that nobody reported
    Holes(HostHolesArgs),
    /// Show a card's life, block it, report it lost, lift
    Card(HostCardArgs),
    /// Show a PSAM's life, block it, report it lost, lift
    Psam(HostPsamArgs),
    /// Prepaid accounts, which pay for loads
    #[command(subcommand, after_help = "Example:\n  greylock host account show --host file:centre")]
    Account(AccountCommand),
}

/// `host init`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock host init --keys keys.toml --dir centre")]
pub struct HostInitArgs {
    /// The main keys
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// The folder to make
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

/// `host outcomes`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock host outcomes --host file:centre --asn 6280100000000017"
)]
pub struct HostOutcomesArgs {
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
    /// Of this card only
    #[arg(long, value_name = "HEX16", value_parser = values::asn)]
    pub asn: Option<Asn>,
    /// Of this terminal only
    #[arg(long, value_name = "HEX12", value_parser = values::tid)]
    pub tid: Option<Tid>,
}

/// `host notices`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock host notices --host file:centre\n  \
        greylock host notices --host http://127.0.0.1:7816 --token centre/operator.token")]
pub struct HostNoticesArgs {
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
}

/// `host decide`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock host decide --host file:centre --tid 112233445566 --ttc 7 \\\n    \
        --amount 8765 --reason 'totalizer of nozzle 2' --maker ada\n  \
        greylock host decide --host file:centre --tid 112233445566 --ttc 7 --checker grace",
    group = ArgGroup::new("operator").required(true).args(["maker", "checker"])
)]
pub struct HostDecideArgs {
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
    /// Terminal of the lock
    #[arg(long, value_name = "HEX12", value_parser = values::tid)]
    pub tid: Tid,
    /// Its transaction number
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub ttc: u32,
    /// What to debit; 0 only unlocks. With --checker: approve no other amount
    #[arg(long, value_name = "CENTS", value_parser = values::cents, allow_hyphen_values = true)]
    pub amount: Option<Amount>,
    /// What the amount is
    #[arg(long, value_name = "RULING", value_enum, default_value_t = RulingName::Unlock, conflicts_with = "checker")]
    pub ruling: RulingName,
    /// Why
    #[arg(long, value_name = "TEXT", conflicts_with = "checker")]
    pub reason: Option<String>,
    /// Who proposes
    #[arg(long, value_name = "NAME", requires_all = ["amount", "reason"])]
    pub maker: Option<String>,
    /// Who agrees with the proposal that `host notices` shows
    #[arg(long, value_name = "NAME")]
    pub checker: Option<String>,
}

/// What two operators rule about an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum RulingName {
    /// An on-line unlock debits it
    Unlock,
    /// The card was debited it: its log or the totalizer shows so
    Debited,
    /// The station's claim over it is paid
    StationClaimAccepted,
    /// The station's claim over it is not paid
    StationClaimRejected,
    /// The cardholder's claim over it is paid
    CardholderClaimAccepted,
    /// The cardholder's claim over it is not paid
    CardholderClaimRejected,
}

/// `host holes`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock host holes --host file:centre --tid 112233445566")]
pub struct HostHolesArgs {
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: String,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
    /// Of this terminal only
    #[arg(long, value_name = "HEX12", value_parser = values::tid)]
    pub tid: Option<Tid>,
}
