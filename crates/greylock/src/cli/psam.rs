//! `greylock psam`.

use clap::{Args, Subcommand};
use wire::Tid;

use super::caller::OperatorArgs;
use super::card::{BlankArgs, IssuerArgs, MigrateArgs, ThroughArgs};
use super::serve::PsamServeArgs;
use super::values::{self, Serial};
use crate::media::Place;

/// What can be done with PSAMs.
#[derive(Debug, Subcommand)]
pub enum PsamCommand {
    /// Make a blank virtual PSAM, which waits for its personalisation
    Blank(BlankArgs),
    /// Personalise a PSAM: a new image, or a blank one wherever it is
    Issue(PsamIssueArgs),
    /// Show a PSAM's numbers and its pending locks
    Show(PsamShowArgs),
    /// Put a virtual PSAM into a PC/SC reader until stopped
    Serve(PsamServeArgs),
    /// Bring the image of an earlier format to the one of today
    Migrate(MigrateArgs),
}

/// `psam issue`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock psam issue --keys keys.toml --tid 112233445566 --out psam.img"
)]
pub struct PsamIssueArgs {
    #[command(flatten)]
    /// Whose keys.
    pub issuer: IssuerArgs,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
    /// The station that speaks for it, for ever; a server wants to know
    #[arg(long, value_name = "NAME", conflicts_with = "keys")]
    pub station: Option<String>,
    /// Terminal id: 12 hex digits
    #[arg(long, value_name = "HEX12", value_parser = values::tid)]
    pub tid: Tid,
    /// The image to make, never over a file that is there; or the blank chip: its image or pcsc:READER NAME
    #[arg(long, value_name = "PSAM")]
    pub out: Place,
    /// The way into a chip that is there.
    #[command(flatten)]
    pub through: ThroughArgs,
    /// Serial number: 20 hex digits [default: the terminal id behind zeros]
    #[arg(long, value_name = "HEX20", value_parser = values::serial)]
    pub serial: Option<Serial>,
    /// First transaction number; above the last one of the PSAM that it replaces
    #[arg(long, value_name = "N", default_value_t = psam::Profile::FIRST_TTC, allow_negative_numbers = true)]
    pub first_ttc: u32,
}

/// `psam show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock psam show psam.img\n\nThe image stays as it is.")]
pub struct PsamShowArgs {
    /// The PSAM: an image's path or pcsc:READER NAME
    #[arg(value_name = "PSAM")]
    pub psam: Place,
}
