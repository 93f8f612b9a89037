//! `greylock card serve` and `greylock psam serve`.

use std::path::Path;

use perso::{CardChip, PsamChip};
use serde_json::json;
use terminal::Transport;

use crate::cli::{CardServeArgs, PsamServeArgs};
use crate::error::Error;
use crate::media::{Chip, FileNvm, Place, Slot};
use crate::output::{Context, Report};
use crate::serve::{name, serve};

/// A virtual card, blank or personalised, in a reader until a signal ends it.
///
/// # Errors
/// The image cannot be used, or the card falls silent.
pub(crate) fn card(args: &CardServeArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    run::<CardChip<FileNvm>>(&args.image, &args.vpcd, args.t0, context)
}

/// Likewise a PSAM.
///
/// # Errors
/// As [`card`].
pub(crate) fn psam(args: &PsamServeArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    run::<PsamChip<FileNvm>>(&args.image, &args.vpcd, args.t0, context)
}

fn run<C: Chip<FileNvm>>(
    image: &Path,
    vpcd: &str,
    t0: bool,
    context: &mut Context<'_>,
) -> Result<Report, Error>
where
    Slot<C>: Transport,
{
    let place = Place::Image(image.to_owned());
    let served = serve::<C>(&place, vpcd, t0, context)?;
    let document = json!({
        "outcome": "done",
        name(C::KIND): place.to_string(),
        "vpcd": vpcd,
        "apdus": served.apdus,
        "power_ons": served.power_ons,
        "insertions": served.insertions,
    });
    let text = format!("{place} was served: {} commands answered\n", served.apdus);
    Ok(Report::done(document, text))
}
