//! `greylock audit`.

use std::path::PathBuf;

use clap::Args;

use super::caller::OperatorArgs;
use crate::media::Place;

/// `audit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock audit --card card.img --psam psam.img --journal station --host file:centre"
)]
#[group(id = "given", required = true, multiple = true, args = ["card", "psam", "journal", "host"])]
pub struct AuditArgs {
    /// A card: an image's path or pcsc:READER NAME; any number of them
    #[arg(long, value_name = "CARD")]
    pub card: Vec<Place>,
    /// A PSAM: an image's path or pcsc:READER NAME; any number of them
    #[arg(long, value_name = "PSAM")]
    pub psam: Vec<Place>,
    /// Folder of a station's journal; any number of them
    #[arg(long, value_name = "DIR")]
    pub journal: Vec<PathBuf>,
    /// The centre: a server's URL or file:DIR
    #[arg(long, value_name = "URL")]
    pub host: Option<String>,
    /// Who asks a server.
    #[command(flatten)]
    pub caller: OperatorArgs,
}
