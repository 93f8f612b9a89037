//! `greylock host backup`: which books are copied, and where to.

use std::path::PathBuf;

use clap::Args;

/// `host backup`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock host backup --data centre --out books-2026-11-22.sqlite\n  \
        greylock host backup --db postgres://greylock@localhost/centre --out centre.dump"
)]
pub struct HostBackupArgs {
    /// The server's configuration, for where its books are
    #[arg(long, value_name = "FILE", env = "GREYLOCK_HOST_CONFIG")]
    pub config: Option<PathBuf>,
    /// The server's folder, which has books.sqlite
    #[arg(long, value_name = "DIR")]
    pub data: Option<String>,
    /// The database: sqlite:FILE or a PostgreSQL URL
    #[arg(long, value_name = "URL")]
    pub db: Option<String>,
    /// The copy to make
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
