//! `greylock host table`: which books are read, and where their table goes.

use std::path::PathBuf;

use clap::Args;
use wire::Date;

use super::values;

/// `host table`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock host table --data centre --out books-2026-11-22.parquet\n  \
        greylock host table --db postgres://greylock@localhost/centre --stations stations.csv --since 20261001 --out books.parquet\n\n\
        What it writes is what `greylock clear` takes."
)]
pub struct HostTableArgs {
    /// The server's configuration, for where its books are
    #[arg(long, value_name = "FILE", env = "GREYLOCK_HOST_CONFIG")]
    pub config: Option<PathBuf>,
    /// The server's folder, which has books.sqlite
    #[arg(long, value_name = "DIR")]
    pub data: Option<String>,
    /// The database: sqlite:FILE or a PostgreSQL URL
    #[arg(long, value_name = "URL")]
    pub db: Option<String>,
    /// A centre that `host init` made in a folder, in place of a server's books
    #[arg(long, value_name = "DIR", conflicts_with_all = ["data", "db"])]
    pub dir: Option<PathBuf>,
    /// The table to make
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The numbers of stations, kept and continued [default: stations.csv beside the table]
    #[arg(long, value_name = "FILE")]
    pub stations: Option<PathBuf>,
    /// Leave out settled locks whose service ended before this day
    #[arg(long, value_name = "YYYYMMDD", value_parser = values::date)]
    pub since: Option<Date>,
}
