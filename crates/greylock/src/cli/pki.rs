//! `greylock pki`: a small authority, and the certificates of the server, its stations and operators.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use pki::{Name, Serial};

/// What can be done with certificates.
#[derive(Debug, Subcommand)]
pub enum PkiCommand {
    /// Make an authority
    Init(PkiInitArgs),
    /// Make a certificate and its key for a server
    Server(PkiServerArgs),
    /// Make a certificate and its key for a station
    #[command(
        after_help = "Example:\n  greylock pki station --dir authority --name north --out north"
    )]
    Station(PkiClientArgs),
    /// Make a certificate and its key for an operator
    #[command(
        after_help = "Example:\n  greylock pki operator --dir authority --name ada --out ada"
    )]
    Operator(PkiClientArgs),
    /// Make a new certificate with a new key for whom an older one names
    Renew(PkiRenewArgs),
    /// Show what is in a certificate or a revocation list
    Show(PkiShowArgs),
    /// List every certificate that an authority made
    List(PkiListArgs),
    /// Take certificates back
    Revoke(PkiRevokeArgs),
}

/// `pki init`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock pki init --dir authority --name Fuel-network")]
pub struct PkiInitArgs {
    /// The folder to make; an authority that is there is never overwritten
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The authority's name
    #[arg(long, value_name = "NAME")]
    pub name: Name,
    /// How many days it is good for
    #[arg(long, value_name = "N", default_value_t = pki::AUTHORITY_DAYS, value_parser = days())]
    pub days: u32,
}

/// `pki server`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock pki server --dir authority --dns centre.example --ip 192.0.2.7 --out server",
    group = ArgGroup::new("called").required(true).multiple(true).args(["dns", "ip"])
)]
pub struct PkiServerArgs {
    /// A DNS name that clients call it by; may be given again
    #[arg(long, value_name = "NAME")]
    pub dns: Vec<String>,
    /// An IP address that clients call it by; may be given again
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Vec<IpAddr>,
    /// Where from and where to
    #[command(flatten)]
    pub issue: PkiIssueArgs,
}

/// `pki station`, `pki operator`.
#[derive(Debug, Args)]
pub struct PkiClientArgs {
    /// The name by which the centre knows them
    #[arg(long, value_name = "NAME")]
    pub name: Name,
    /// Where from and where to
    #[command(flatten)]
    pub issue: PkiIssueArgs,
}

/// What every issuing needs.
#[derive(Debug, Args)]
pub struct PkiIssueArgs {
    /// The authority's folder
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The files to make, STEM.pem and STEM.key (mode 0600); ones that are there are never overwritten
    #[arg(long, value_name = "STEM")]
    pub out: PathBuf,
    /// How many days it is good for [default: 730, of an operator 365]
    #[arg(long, value_name = "N", value_parser = days())]
    pub days: Option<u32>,
}

/// `pki renew`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock pki renew north.pem --dir authority --out north-2028")]
pub struct PkiRenewArgs {
    /// The older certificate, which stays good until it ends or is taken back
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where from and where to
    #[command(flatten)]
    pub issue: PkiIssueArgs,
}

/// `pki show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock pki show north.pem")]
pub struct PkiShowArgs {
    /// A certificate or a revocation list in PEM
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `pki list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock pki list --dir authority")]
pub struct PkiListArgs {
    /// The authority's folder
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

/// `pki revoke`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock pki revoke --dir authority --station north\n  \
        greylock pki revoke --dir authority --serial 5d0c1f7e0a4b4c6d9e8f7a6b5c4d3e2f",
    group = ArgGroup::new("which").required(true).args(["file", "serial", "station", "operator"])
)]
pub struct PkiRevokeArgs {
    /// The authority's folder
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The certificate of this file
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The certificate of this serial number
    #[arg(long, value_name = "HEX")]
    pub serial: Option<Serial>,
    /// Every certificate of this station
    #[arg(long, value_name = "NAME")]
    pub station: Option<Name>,
    /// Every certificate of this operator
    #[arg(long, value_name = "NAME")]
    pub operator: Option<Name>,
}

fn days() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=36_500)
}
