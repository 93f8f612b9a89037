//! `greylock station`: a running station, and what is asked of it.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use wire::Date;

use super::CertificateArgs;
use super::values;

/// What can be done with a station.
#[derive(Debug, Subcommand)]
pub enum StationCommand {
    /// Serve a station: nozzles, journal, and its HTTP interface
    Serve(StationServeArgs),
    /// Write the journal of a station out, record by record
    Export(StationExportArgs),
    /// Bring new prices and limits to a running station
    Parameters(StationParametersArgs),
}

/// `station serve`.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "docs/station.md has every key of the file. Those that are options here can also stand in the \
        environment, like GREYLOCK_STATION_LISTEN. Flags go before the environment, and that before the file. SIGHUP \
        has certificates, prices and limits read again; SIGTERM closes the nozzles, debits what has flowed, and ends.\n\n\
        Example:\n  greylock station serve --config north.toml --check\n  \
        greylock station serve --config north.toml"
)]
pub struct StationServeArgs {
    /// The station's configuration; paths in it are meant from where it is
    #[arg(long, value_name = "FILE", env = "GREYLOCK_STATION_CONFIG")]
    pub config: PathBuf,
    /// Print the configuration as it holds, and end
    #[arg(long)]
    pub check: bool,
    /// The station's name [usual: that of the data folder]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The folder of journal and simulated pumps [usual: greylock-station]
    #[arg(long, value_name = "DIR")]
    pub data: Option<String>,
    /// Where to listen [usual: 127.0.0.1:7817]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// The server's certificate and key: STEM.pem and STEM.key, made by `greylock pki server`
    #[arg(long, value_name = "STEM")]
    pub certificate: Option<String>,
    /// Who the station is to the centre, to neighbours and on receipts: made by `greylock pki station`
    #[arg(long, value_name = "STEM")]
    pub identity: Option<String>,
    /// The folder of the authority whose centre, stations and operators are believed
    #[arg(long, value_name = "DIR")]
    pub authority: Option<String>,
    /// The centre's URL
    #[arg(long, value_name = "URL")]
    pub centre: Option<String>,
    /// Prices and limits, TOML
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<String>,
    /// A loopback address where /metrics, /health and /ready are had without a certificate
    #[arg(long, value_name = "ADDRESS")]
    pub metrics_listen: Option<String>,
    /// What is logged on stderr: error, warn, info, debug or trace [usual: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// human, or json for one document a line [usual: human]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

impl StationServeArgs {
    /// What the flag of this key was given.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        let value = match key {
            "name" => &self.name,
            "data" => &self.data,
            "listen" => &self.listen,
            "certificate" => &self.certificate,
            "identity" => &self.identity,
            "authority" => &self.authority,
            "centre" => &self.centre,
            "parameters" => &self.parameters,
            "metrics_listen" => &self.metrics_listen,
            "log" => &self.log,
            "log_format" => &self.log_format,
            _ => &None,
        };
        value.as_deref()
    }
}

/// `station export`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock station export --data north --out north.csv\n  \
        greylock station export --config north.toml --since 20261101 --format jsonl --out november.jsonl\n\n\
        The station may not run meanwhile: its journal is one process's alone.",
    group = ArgGroup::new("which").required(true).args(["config", "data"])
)]
pub struct StationExportArgs {
    /// The station's configuration
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The station's data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The file to make
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// How records are written
    #[arg(long, value_enum, default_value_t = ExportFormat::Csv)]
    pub format: ExportFormat,
    /// Deliveries that ended on this day or later
    #[arg(long, value_name = "YYYYMMDD", value_parser = values::date)]
    pub since: Option<Date>,
}

/// How records are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ExportFormat {
    /// A line each, with a head
    Csv,
    /// A JSON document a line
    Jsonl,
    /// The records' bytes (docs/formats.md), each behind its length in two bytes
    Bin,
}

/// A running station.
#[derive(Clone, Debug, Args)]
pub struct RunningArgs {
    /// The station's URL
    #[arg(long, value_name = "URL")]
    pub station: String,
    /// Who asks.
    #[command(flatten)]
    pub caller: CertificateArgs,
}

/// `station parameters`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock station parameters prices.toml --station http://127.0.0.1:7817\n\n\
        The file's version must be higher than that in force. With `from` it waits for that time; a delivery keeps the \
        price that it began with."
)]
pub struct StationParametersArgs {
    /// Prices and limits, TOML
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The station.
    #[command(flatten)]
    pub at: RunningArgs,
}
