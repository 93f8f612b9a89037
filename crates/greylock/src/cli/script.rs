//! `greylock script`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::media::Place;

/// `script`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock script scripts/card/refuel-ed.toml\n\n\
        Without a card, a PSAM or a reader each script has a fresh card or PSAM in memory.\n\
        Exit code 1 when one of them goes otherwise than its script; the first difference is told.",
    group = ArgGroup::new("chip").args(["card", "psam", "reader"])
)]
pub struct ScriptArgs {
    /// Scripts, played one after the other
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The card: an image's path or pcsc:READER NAME
    #[arg(long, value_name = "CARD")]
    pub card: Option<Place>,
    /// The PSAM: an image's path or pcsc:READER NAME
    #[arg(long, value_name = "PSAM")]
    pub psam: Option<Place>,
    /// The reader that holds the card or the PSAM: the same as pcsc:NAME
    #[arg(long, value_name = "NAME")]
    pub reader: Option<String>,
    /// The main keys, in place of the file that the script names
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// The trace.
    #[command(flatten)]
    pub trace: super::TraceArgs,
}
