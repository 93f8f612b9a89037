//! `greylock clear`: handed over to a program of its own.

use std::ffi::OsString;

use clap::Args;

/// Arguments of `greylock clear`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock clear run day.parquet --keys keys.toml --day 20261123 --out cleared\n  \
        greylock clear run --help"
)]
pub struct ClearArgs {
    /// What greylock-clear is told
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENT")]
    pub arguments: Vec<OsString>,
}
