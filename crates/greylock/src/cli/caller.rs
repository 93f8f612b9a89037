//! Who asks a centre's server.

use std::path::PathBuf;

use clap::Args;

use crate::error::Error;

/// A certificate, and whom it is held against.
#[derive(Clone, Debug, Default, Args)]
pub struct CertificateArgs {
    /// At an https server: who asks, STEM.pem and STEM.key, made by `greylock pki station` or `operator`
    #[arg(long, value_name = "STEM", env = "GREYLOCK_CERTIFICATE")]
    pub certificate: Option<PathBuf>,
    /// At an https server: the folder of the authority that made both ends' certificates
    #[arg(long, value_name = "DIR", env = "GREYLOCK_AUTHORITY")]
    pub authority: Option<PathBuf>,
}

/// A station asks.
#[derive(Clone, Debug, Default, Args)]
pub struct StationArgs {
    /// The station's certificate.
    #[command(flatten)]
    pub certificate: CertificateArgs,
    /// At a server in development: the station's name [default: that of the journal's folder]
    #[arg(long, value_name = "NAME", env = "GREYLOCK_STATION_NAME")]
    pub station_name: Option<String>,
}

/// A running station in place of a PSAM and a journal at hand.
#[derive(Clone, Debug, Default, Args)]
pub struct AtStationArgs {
    /// A running station's URL, in place of PSAM, journal and centre: it has them
    #[arg(long, value_name = "URL")]
    pub station: Option<String>,
    /// Its nozzle [default: its only one]
    #[arg(long, value_name = "N", requires = "station")]
    pub nozzle: Option<u8>,
}

impl AtStationArgs {
    /// The running station, if one is meant.
    ///
    /// # Errors
    /// A nozzle of none: beside `--journal`, which excludes `--station`, clap lets it pass.
    pub(crate) fn running(&self) -> Result<Option<&str>, Error> {
        match (&self.station, self.nozzle) {
            (None, Some(_)) => Err(Error::usage("--nozzle is one of a running station")
                .advice("give --station URL, and no --journal")),
            (station, _) => Ok(station.as_deref()),
        }
    }
}

/// An operator asks.
#[derive(Clone, Debug, Default, Args)]
pub struct OperatorArgs {
    /// The operator's certificate.
    #[command(flatten)]
    pub certificate: CertificateArgs,
    /// At a server in development: the file of its operator's token
    #[arg(long, value_name = "FILE", env = "GREYLOCK_HOST_TOKEN_FILE")]
    pub token: Option<PathBuf>,
}
