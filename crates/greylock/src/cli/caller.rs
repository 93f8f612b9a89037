//! Who asks a centre's server.

use std::path::PathBuf;

use clap::Args;

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
    #[arg(long, value_name = "NAME", env = "GREYLOCK_STATION")]
    pub station: Option<String>,
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
