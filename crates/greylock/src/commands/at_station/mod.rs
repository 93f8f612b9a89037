//! `greylock refuel`, `unlock`, `load`, `unload` and `purchase` at a running station: its card reader, PSAM, journal and
//! centre, asked over HTTP.
//!
//! | module | holds |
//! |---|---|
//! | `card` | the image that is put into the station's reader for one visit |
//! | `visit` | one visit: card in, asked, watched, ended |
//! | `report` | its outcome as the documents that these commands print |

mod card;
mod report;
mod visit;

use api::site::{PayAsked, RefuelAsked};
use client::{ClientError, Kind, SiteClient};
use terminal::transfer::Way;
use wire::{Amount, Purse};

use self::report::Ended;
use self::visit::Visit;
use super::station::site_client;
use crate::cli::{CertificateArgs, PurchaseArgs, RefuelArgs, TraceArgs, TransferArgs, UnlockArgs};
use crate::env::{GivenPin, resolve_pin};
use crate::error::{Error, Fault};
use crate::media::Place;
use crate::output::{Context, Report};

/// One refuelling at a station.
///
/// # Errors
/// The station did not begin it, or it is not known how it ended.
pub(super) fn refuel(
    args: &RefuelArgs,
    station: &str,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let pin = pin(args.payer.pin_file.as_deref(), context)?;
    let client = client_of(station, &args.line.caller.certificate, &args.line.trace)?;
    let mut visit = Visit::at(client, args.line.at.nozzle, image(&args.inserted.card)?)?;
    visit.escape_at = args.escape_at;
    let asked = RefuelAsked {
        pin,
        purse: Some(Purse::from(args.payer.purse).to_string()),
        amount: Some(args.amount).filter(|amount| *amount != Amount::MAX).map(Amount::units),
        vehicle: args.vehicle.clone(),
        card: visit.asn.clone(),
    };
    let outcome = visit.play(&|client, nozzle| client.refuel(nozzle, &asked), context)?;
    Ok(Ended { outcome: &outcome, card: &args.inserted.card, station }.refuelling())
}

/// Frees the card in a station's reader.
///
/// # Errors
/// As [`refuel`].
pub(super) fn unlock(
    args: &UnlockArgs,
    station: &str,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let client = client_of(station, &args.line.caller.certificate, &args.line.trace)?;
    let visit = Visit::at(client, args.line.at.nozzle, image(&args.inserted.card)?)?;
    let outcome = visit.play(&|client, nozzle| client.unlock(nozzle), context)?;
    Ok(Ended { outcome: &outcome, card: &args.inserted.card, station }.unlock())
}

/// One load or unload at a station.
///
/// # Errors
/// As [`refuel`].
pub(super) fn transfer(
    way: Way,
    args: &TransferArgs,
    station: &str,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let pin = pin(args.payer.pin_file.as_deref(), context)?;
    let client = client_of(station, &args.caller.certificate, &args.trace)?;
    let [what, did] = match way {
        Way::Load => ["load", "loaded"],
        Way::Unload => ["unload", "unloaded"],
    };
    let visit = Visit::at(client, args.at.nozzle, image(&args.inserted.card)?)?;
    let asked = PayAsked {
        what: what.to_owned(),
        pin: Some(pin),
        purse: Some(Purse::from(args.payer.purse).to_string()),
        amount: args.amount.units(),
        card: visit.asn.clone(),
    };
    let outcome = visit.play(&|client, nozzle| client.pay(nozzle, &asked), context)?;
    Ok(Ended { outcome: &outcome, card: &args.inserted.card, station }.payment(did))
}

/// One purchase at a station.
///
/// # Errors
/// As [`refuel`].
pub(super) fn purchase(
    args: &PurchaseArgs,
    station: &str,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let purse = Purse::from(args.payer.purse);
    // EP asks for no PIN (protocol §7).
    let pin = match purse {
        Purse::Ep => None,
        Purse::Ed => Some(pin(args.payer.pin_file.as_deref(), context)?),
    };
    let client = client_of(station, &args.line.caller.certificate, &args.line.trace)?;
    let (what, purse) = ("purchase".to_owned(), Some(purse.to_string()));
    let visit = Visit::at(client, args.line.at.nozzle, image(&args.inserted.card)?)?;
    let (amount, card) = (args.amount.units(), visit.asn.clone());
    let asked = PayAsked { what, pin, purse, amount, card };
    let outcome = visit.play(&|client, nozzle| client.pay(nozzle, &asked), context)?;
    Ok(Ended { outcome: &outcome, card: &args.inserted.card, station }.payment("purchased"))
}

/// The PIN's digits as the station takes them.
fn pin(file: Option<&std::path::Path>, context: &mut Context<'_>) -> Result<String, Error> {
    let pin: GivenPin = resolve_pin(file, &context.io.settings)?;
    if let Some(warning) = pin.warning() {
        context.warn(warning);
    }
    let digits = hex::encode(pin.digits());
    Ok(digits.trim_end_matches('f').to_owned())
}

fn client_of(
    station: &str,
    caller: &CertificateArgs,
    trace: &TraceArgs,
) -> Result<SiteClient, Error> {
    if trace.trace || trace.trace_json.is_some() {
        return Err(Error::usage("the station talks to card and PSAM, and this command sees none of it")
            .advice("write `trace = true` into the station's configuration: its events tell every APDU then"));
    }
    site_client(station, caller)
}

/// The image to put in; nothing when the card is in the station's reader by itself.
fn image(card: &Place) -> Result<Option<&Place>, Error> {
    match card {
        Place::Image(path) if path.as_os_str().is_empty() => Ok(None),
        Place::Image(_) => Ok(Some(card)),
        Place::Reader(_) => Err(Error::usage(format!("{card} is a reader of this machine"))
            .advice(
                "give an image, or put the card into the station's reader and leave --card away",
            )),
    }
}

/// What a station did not do, and whose fault it is.
fn of_station(error: ClientError) -> Error {
    match error.kind {
        Kind::Refused => {
            let refusal = serde_json::json!({ "refusal": error.name() });
            Error::new(Fault::Terminal, error.what).with_document(refusal)
        }
        Kind::OutOfReach => Error::new(Fault::Away, format!("the station: {}", error.what))
            .advice("look at its nozzle before you ask again: nobody knows whether it was begun"),
        _ => error.into(),
    }
}
