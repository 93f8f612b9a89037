//! `greylock card serve`, `greylock psam serve` and `greylock readers`.

use std::path::PathBuf;

use clap::Args;

/// `card serve`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock card serve card.img\n\n\
        The reader is one of pcscd's virtual ones (the vpcd driver), which listens at HOST:PORT; each\n\
        further reader has a port of its own. SIGUSR1 pulls the card out, and again puts it back;\n\
        SIGTERM and SIGINT end it. While it is served, no other process has the image.")]
pub struct CardServeArgs {
    /// The card's image
    #[arg(value_name = "IMAGE")]
    pub image: PathBuf,
    /// Where the virtual reader listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:35963")]
    pub vpcd: String,
    /// Speak T=0: an answer behind data is fetched with GET RESPONSE
    #[arg(long)]
    pub t0: bool,
}

/// `psam serve`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock psam serve psam.img\n\n\
        As `greylock card serve`. Its reader is the second one unless told otherwise, so that a card\n\
        and a PSAM fit into pcscd as it is installed.")]
pub struct PsamServeArgs {
    /// The PSAM's image
    #[arg(value_name = "IMAGE")]
    pub image: PathBuf,
    /// Where the virtual reader listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:35964")]
    pub vpcd: String,
    /// Speak T=0: an answer behind data is fetched with GET RESPONSE
    #[arg(long)]
    pub t0: bool,
}

/// `readers`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock readers\n\n\
        A reader that another program is using is listed and left alone.")]
pub struct ReadersArgs {}
