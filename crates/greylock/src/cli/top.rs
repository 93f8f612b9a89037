//! `greylock top`.

use clap::Args;

use super::CertificateArgs;

/// `top`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock top --station http://127.0.0.1:7817\n  \
        greylock top --station http://127.0.0.1:7817 --once\n\n\
        Live until q, Esc or Ctrl-C. With --json the stations as they are now, and the end.")]
pub struct TopArgs {
    /// A station's URL; more than once for several stations
    #[arg(long, value_name = "URL", required = true)]
    pub station: Vec<String>,
    /// Print how they are now as text, and end
    #[arg(long)]
    pub once: bool,
    /// Who asks.
    #[command(flatten)]
    pub caller: CertificateArgs,
}
