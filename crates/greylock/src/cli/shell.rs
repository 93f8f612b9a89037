//! `greylock completions` and `greylock man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// `completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock completions bash > ~/.local/share/bash-completion/completions/greylock"
)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `man`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock man | man -l -\n  greylock man --out ~/.local/share/man/man1"
)]
pub struct ManArgs {
    /// A folder for one page per command; without it the first page goes to stdout
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
