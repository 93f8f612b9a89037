//! `greylock host serve`: what a server can be told.

use std::path::PathBuf;

use clap::Args;

/// `host serve`.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "Each option but --config and --check can also stand in the file as a key, like \
        seal_key = \"vault.key\", and in the environment, like GREYLOCK_HOST_SEAL_KEY. Flags go before the \
        environment, and that before the file. SIGHUP has certificates, revocation list and level read again.\n\n\
        Example:\n  greylock host serve --dev --data centre\n  \
        greylock host serve --config centre.toml --check\n  \
        greylock host serve --db postgres://greylock@localhost/centre --vault vault.sealed \\\n    \
        --seal-key vault.key --listen 0.0.0.0:7816 --certificate centre --authority pki"
)]
pub struct HostServeArgs {
    /// The file to read what is not given here; paths in it are meant from where it is
    #[arg(long, value_name = "FILE", env = "GREYLOCK_HOST_CONFIG")]
    pub config: Option<PathBuf>,
    /// Print the configuration as it holds, without secrets, and end
    #[arg(long)]
    pub check: bool,
    /// The folder of what is not named: books.sqlite, vault.sealed, vault.key, operator.token [usual: greylock-host]
    #[arg(long, value_name = "DIR")]
    pub data: Option<String>,
    /// The database: sqlite:FILE or a PostgreSQL URL
    #[arg(long, value_name = "URL")]
    pub db: Option<String>,
    /// The vault of the main keys, made by `greylock keys seal`
    #[arg(long, value_name = "FILE")]
    pub vault: Option<String>,
    /// The key that the vault was sealed with
    #[arg(long, value_name = "FILE")]
    pub seal_key: Option<String>,
    /// The server's certificate and key: STEM.pem and STEM.key, made by `greylock pki server`
    #[arg(long, value_name = "STEM")]
    pub certificate: Option<String>,
    /// The folder of the authority whose stations and operators are let in
    #[arg(long, value_name = "DIR")]
    pub authority: Option<String>,
    /// Where to listen [usual: 127.0.0.1:7816]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// A loopback address where /metrics, /health and /ready are had without a certificate
    #[arg(long, value_name = "ADDRESS")]
    pub metrics_listen: Option<String>,
    /// What is logged on stderr: error, warn, info, debug or trace [usual: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// human, or json for one document a line [usual: human]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Loads and unloads must name a prepaid account
    #[arg(long)]
    pub prepaid_only: bool,
    /// For trying things out: loopback only, without TLS, one operator, whose token lies in the data folder
    #[arg(long)]
    pub dev: bool,
}

impl HostServeArgs {
    /// What the flag of this key was given.
    pub(crate) fn value(&self, key: &str) -> Option<String> {
        match key {
            "data" => self.data.clone(),
            "db" => self.db.clone(),
            "vault" => self.vault.clone(),
            "seal_key" => self.seal_key.clone(),
            "certificate" => self.certificate.clone(),
            "authority" => self.authority.clone(),
            "listen" => self.listen.clone(),
            "metrics_listen" => self.metrics_listen.clone(),
            "log" => self.log.clone(),
            "log_format" => self.log_format.clone(),
            "prepaid_only" => self.prepaid_only.then(|| "true".to_owned()),
            "dev" => self.dev.then(|| "true".to_owned()),
            _ => None,
        }
    }
}
