//! `greylock station`: the server, and what is asked of a running station.

use client::{Client, SiteClient};
use serde_json::json;

use super::{station_export, station_serve};
use crate::centre::running_client;
use crate::cli::{CertificateArgs, StationCommand, StationParametersArgs};
use crate::error::Error;
use crate::output::{Context, Report};
use crate::stationing::read_parameters;

/// Does what the command line says.
///
/// # Errors
/// Why it was not done.
pub(super) fn run(command: &StationCommand, context: &mut Context<'_>) -> Result<Report, Error> {
    match command {
        StationCommand::Serve(args) => station_serve::run(args, context),
        StationCommand::Export(args) => station_export::run(args, context),
        StationCommand::Parameters(args) => parameters(args),
    }
}

/// The client of a running station.
///
/// # Errors
/// A URL that is none, or a certificate that cannot be used.
pub(super) fn site_client(url: &str, caller: &CertificateArgs) -> Result<SiteClient, Error> {
    let client: Client = running_client(url, caller)?;
    Ok(SiteClient::new(client))
}

/// Brings prices and limits; the file is checked here first.
fn parameters(args: &StationParametersArgs) -> Result<Report, Error> {
    let parameters = read_parameters(&args.file)?;
    let client = site_client(&args.at.station, &args.at.caller)?;
    let standing = client.set_parameters(parameters.document())?;
    let text = match (standing.next, &standing.next_from) {
        (Some(next), Some(from)) => {
            format!("version {} is in force, and {next} from {from} on\n", standing.version)
        }
        _ => format!("version {} is in force\n", standing.version),
    };
    let document = json!({
        "outcome": "done",
        "version": standing.version,
        "next": standing.next,
        "next_from": standing.next_from,
    });
    Ok(Report::done(document, text))
}
