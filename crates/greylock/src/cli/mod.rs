//! The arguments of every command. One file per family.

mod at_terminal;
mod audit;
mod bench;
mod caller;
mod card;
mod chip;
mod clear;
mod day;
mod demo;
mod host;
mod host_backup;
mod host_life;
mod host_serve;
mod host_table;
mod keys;
mod model;
mod pki;
mod psam;
mod script;
mod serve;
mod shell;
mod sim;
mod size;
mod station;
mod terminal;
mod top;
mod trace;
mod transfer;
pub mod values;
mod verify;

pub use self::pki::{
    PkiClientArgs, PkiCommand, PkiInitArgs, PkiIssueArgs, PkiListArgs, PkiRenewArgs, PkiRevokeArgs,
    PkiServerArgs, PkiShowArgs,
};
pub use audit::AuditArgs;
pub use bench::{BenchArgs, BenchName};
pub use caller::{AtStationArgs, CertificateArgs, OperatorArgs, StationArgs};
pub use card::{
    BlankArgs, CardCommand, CardIssueArgs, CardShowArgs, CardSwitchArgs, CardUnblockArgs,
    IssuerArgs, MigrateArgs, PurseName, ThroughArgs,
};
pub use chip::{ApduArgs, VectorsArgs};
pub use clear::ClearArgs;
pub use day::GenArgs;
pub use demo::{DemoArgs, Script};
pub use host::{
    HostCommand, HostDecideArgs, HostHolesArgs, HostInitArgs, HostNoticesArgs, HostOutcomesArgs,
    RulingName,
};
pub use host_backup::HostBackupArgs;
pub use host_life::{
    AccountCommand, AccountFundArgs, AccountOpenArgs, AccountShowArgs, ActArgs, ActName,
    HostCardArgs, HostPsamArgs,
};
pub use host_serve::HostServeArgs;
pub use host_table::HostTableArgs;
pub use keys::{KeysCommand, KeysNewArgs, KeysSealArgs, KeysTransportArgs, SchemeName, SuiteName};
pub use model::ModelArgs;
pub use psam::{PsamCommand, PsamIssueArgs, PsamShowArgs};
pub use script::ScriptArgs;
pub use serve::{CardServeArgs, PsamServeArgs, ReadersArgs};
pub use shell::{CompletionsArgs, ManArgs};
pub use sim::{SimArgs, SimCentre};
pub use size::SizeArgs;
pub use station::{
    ExportFormat, RunningArgs, StationCommand, StationExportArgs, StationParametersArgs,
    StationServeArgs,
};
pub use terminal::{HoldStep, PurchaseArgs, RefuelArgs, UnlockArgs};
pub use top::TopArgs;
pub use trace::{ChipName, DecodeArgs, TraceArgs};
pub use transfer::{LoadArgs, TransferArgs, UnloadArgs};
pub use verify::VerifyArgs;

use clap::{Parser, Subcommand};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "greylock",
    version,
    about = "An open grey-lock prepaid purse: cards, PSAMs, stations and their centre",
    long_about = "An open grey-lock prepaid purse: cards, PSAMs, stations and their centre.\n\n\
        Alone, `greylock` is `greylock demo`.\n\n\
        CARD and PSAM are the path of an image file, or pcsc:READER NAME.",
    after_help = "Example:\n  greylock keys new --out keys.toml\n  \
        greylock card issue --keys keys.toml --asn 6280100000000017 --balance 150000 --out card.img\n  \
        greylock card show card.img\n\n\
        Exit codes: 0 done, 1 refused by card, PSAM or centre, 2 wrong use, 3 card or reader lost,\n\
        70 a bug of greylock, 75 torn on purpose.",
    max_term_width = 100
)]
pub struct Cli {
    /// Print one JSON document on stdout and nothing else there
    #[arg(long, global = true, display_order = 900)]
    pub json: bool,

    /// What to do; without it, the demo.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play the whole world in one process
    Demo(DemoArgs),
    /// Make main keys and transport keys
    #[command(subcommand, after_help = "Example:\n  greylock keys new --out keys.toml")]
    Keys(KeysCommand),
    /// Issue, show, serve and free cards
    #[command(subcommand, after_help = "Example:\n  greylock card show card.img")]
    Card(CardCommand),
    /// Issue, show and serve PSAMs
    #[command(subcommand, after_help = "Example:\n  greylock psam show psam.img")]
    Psam(PsamCommand),
    /// Send APDUs to a card or a PSAM in one power session
    Apdu(ApduArgs),
    /// Say what commands and answers mean, without a card
    Decode(DecodeArgs),
    /// Play step scripts on a card or a PSAM, in memory or at hand
    Script(ScriptArgs),
    /// List the readers and what is in them
    Readers(ReadersArgs),
    /// Refuel once: lock, deliver, debit
    Refuel(RefuelArgs),
    /// Pay for goods without a lock
    Purchase(PurchaseArgs),
    /// Put money onto a card
    Load(LoadArgs),
    /// Take money off a card
    Unload(UnloadArgs),
    /// Free a grey card
    Unlock(UnlockArgs),
    /// The centre, and what its operators look at and decide
    #[command(subcommand, after_help = "Example:\n  greylock host notices --host file:centre")]
    Host(HostCommand),
    /// A station that runs: its server, its journal, its prices and limits
    #[command(subcommand, after_help = "Example:\n  greylock station serve --config north.toml")]
    Station(StationCommand),
    /// Watch running stations in the terminal
    Top(TopArgs),
    /// Certificates of the centre's server, its stations and operators
    #[command(
        subcommand,
        after_help = "Example:\n  greylock pki init --dir authority --name Fuel-network"
    )]
    Pki(PkiCommand),
    /// Check that the money adds up
    Audit(AuditArgs),
    /// Clear a day: what a centre owes its stations; a program of its own
    Clear(ClearArgs),
    /// Play many worlds under one seed, with every fault there is
    Sim(SimArgs),
    /// Try everything that can happen within small bounds
    Model(ModelArgs),
    /// Measure commands and refuellings, each beside its yardstick
    Bench(BenchArgs),
    /// Hold records in files against the main keys, many at a time
    Verify(VerifyArgs),
    /// Make a day's records up, by seed
    Gen(GenArgs),
    /// Compute what a network asks of its centre, and how many books answer it
    Size(SizeArgs),
    /// Compute every intermediate value of a refuelling
    Vectors(VectorsArgs),
    /// Print the completions of a shell
    Completions(CompletionsArgs),
    /// Print or write the manual pages
    Man(ManArgs),
}
