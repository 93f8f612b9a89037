//! `--trace` and `--trace-json`, and `greylock decode`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use explain::Chip;

/// What a command that talks to a card or a PSAM says about the talk.
#[derive(Debug, Default, Args)]
pub struct TraceArgs {
    /// Print each APDU in words on stderr; PINs are masked
    #[arg(long, display_order = 800)]
    pub trace: bool,
    /// Write each APDU as a line of JSON into a new file
    #[arg(long, value_name = "FILE", display_order = 801)]
    pub trace_json: Option<PathBuf>,
}

/// Card or PSAM.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ChipName {
    /// The card
    Card,
    /// The PSAM
    Psam,
}

impl From<ChipName> for Chip {
    fn from(name: ChipName) -> Self {
        match name {
            ChipName::Card => Self::Card,
            ChipName::Psam => Self::Psam,
        }
    }
}

/// `decode`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock decode E07C080013000100029E8D7C6B20261018142501577ACE3208\n  \
        greylock decode --answer-to \"LOCK FOR REFUEL\" 0C469AD9DCC092A09000\n\n\
        Two bytes alone are a status word. `-` reads a command or an answer a line from stdin.\n\
        PINs are masked. Exit code 1 when one of them is nothing that the protocol knows."
)]
pub struct DecodeArgs {
    /// Decode answers to this command: its name, or the command itself in hex
    #[arg(long, value_name = "COMMAND")]
    pub answer_to: Option<String>,
    /// Decode as this one understands it [default: whichever knows the command]
    #[arg(long, value_enum, value_name = "CHIP")]
    pub chip: Option<ChipName>,
    /// Commands or answers in hex, or `-` for stdin
    #[arg(value_name = "HEX", required = true)]
    pub apdus: Vec<String>,
}
