//! `greylock demo`, which is also `greylock` alone.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where the demo's page is served.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7816);

/// `demo`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock demo\n  greylock demo --script all")]
pub struct DemoArgs {
    /// Where the web page is served
    #[arg(long, value_name = "ADDRESS", default_value_t = LISTEN)]
    pub listen: SocketAddr,
    /// Folder that keeps cards, PSAMs, journals and books: empty or new, or one of an earlier demo, which goes on [default: a temporary one that goes at the end]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Folder of the page's files, read at every request, for whoever works on the page [default: those built in]
    #[arg(long, value_name = "DIR")]
    pub page: Option<PathBuf>,
    /// Without the page: play every story and say for each what happened and that the money adds up
    #[arg(long, value_enum)]
    pub script: Option<Script>,
}

impl Default for DemoArgs {
    fn default() -> Self {
        Self { listen: LISTEN, dir: None, page: None, script: None }
    }
}

/// Which stories.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Script {
    /// All of them
    All,
}
