//! `greylock keys`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::values::{Issuer, issuer};

/// What can be done with main keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a fresh set of main keys
    New(KeysNewArgs),
    /// Make a transport key, under which blank chips are personalised
    Transport(KeysTransportArgs),
    /// Seal main keys into the vault of a server
    Seal(KeysSealArgs),
}

/// `keys seal`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock keys seal --keys keys.toml --seal-key vault.key --out vault.sealed"
)]
pub struct KeysSealArgs {
    /// The main keys
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// The seal key (64 hex digits, mode 0600); made when it is not there. Keep it apart from the vault
    #[arg(long, value_name = "FILE")]
    pub seal_key: PathBuf,
    /// The vault to make; one that is there is never overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `keys transport`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock keys transport --out transport.key")]
pub struct KeysTransportArgs {
    /// The file to make (32 hex digits, mode 0600); one that is there is never overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `keys new`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock keys new --out keys.toml --scheme seed --currency EUR"
)]
pub struct KeysNewArgs {
    /// The file to make (TOML, mode 0600); one that is there is never overwritten
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Keys that cards have already: the new file keeps them as older ones, and with them MSK, issuer, levels and currency
    #[arg(long, value_name = "FILE", conflicts_with_all = ["levels", "currency", "decimals", "issuer"])]
    pub from: Option<PathBuf>,
    /// How the codes of the grey lock are made
    #[arg(long, value_enum, default_value_t = SchemeName::Seed)]
    pub scheme: SchemeName,
    /// Dispersing levels of every card key: 2 puts the issuer before the ASN
    #[arg(long, value_name = "1|2", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub levels: u8,
    /// Key version
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true)]
    pub version: u8,
    /// Currency of the purse: three capital letters
    #[arg(long, value_name = "CODE", default_value = "EUR", value_parser = super::values::currency)]
    pub currency: String,
    /// Decimals of the currency: how many digits of an amount stand behind the point
    #[arg(long, value_name = "N", default_value_t = 2, allow_negative_numbers = true, value_parser = clap::value_parser!(u8).range(0..=6))]
    pub decimals: u8,
    /// Issuer, 16 hex digits
    #[arg(long, value_name = "HEX16", default_value = "0000000000000001", value_parser = issuer)]
    pub issuer: Issuer,
    /// The keys' suite
    #[arg(long, value_enum, default_value_t = SuiteName::TripleDes)]
    pub suite: SuiteName,
}

/// A scheme by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum SchemeName {
    /// TTC in every code, GMAC over the whole debit
    Seed,
    /// What deployed fuel-card systems do
    Field,
}

impl From<SchemeName> for wire::Scheme {
    fn from(name: SchemeName) -> Self {
        match name {
            SchemeName::Seed => Self::Seed,
            SchemeName::Field => Self::Field,
        }
    }
}

/// A suite by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum SuiteName {
    /// Two-key triple DES, algorithm identifier 00
    #[value(name = "3des", alias = "00")]
    TripleDes,
    /// AES-128, algorithm identifier 10
    #[value(name = "aes", alias = "10")]
    Aes,
    /// SM4, algorithm identifier 20
    #[value(name = "sm4", alias = "20")]
    Sm4,
}

impl From<SuiteName> for wire::Suite {
    fn from(name: SuiteName) -> Self {
        match name {
            SuiteName::TripleDes => Self::TripleDes,
            SuiteName::Aes => Self::Aes,
            SuiteName::Sm4 => Self::Sm4,
        }
    }
}
