//! The command `greylock-clear`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match clear::cli::run(clear::cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("greylock-clear: {error}");
            ExitCode::from(error.exit())
        }
    }
}
