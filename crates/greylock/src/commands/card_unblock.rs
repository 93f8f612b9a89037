//! `greylock card unblock`: frees an application-locked card.

use card::Application;
use explain::Chip;
use host::{Answer, Input};
use serde_json::json;
use terminal::{Transport, present};
use wire::apdu::split_response;
use wire::files::APPLICATION_FILE;
use wire::{CardCommand, StatusWord};

use super::glance::ask;
use super::words;
use crate::centre::{CentreFolder, folder_of};
use crate::cli::CardUnblockArgs;
use crate::error::{Error, Fault};
use crate::media::CardIn;
use crate::output::{Context, Report};
use crate::trace::Trace;

/// The centre makes the code of APPLICATION UNBLOCK over the card's challenge.
///
/// # Errors
/// What could not be opened, or what card or centre refuse.
pub(crate) fn run(args: &CardUnblockArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut folder = CentreFolder::open(&folder_of(&args.host)?)?;
    let trace = Trace::open(&args.trace)?;
    let mut card = trace.of(CardIn::open(&args.card)?, Chip::Card);
    check_is_locked(&mut card)?;
    let asn = present(&mut card).map_err(|failure| words::error(&failure))?.asn();
    let challenge = ask(&mut card, &CardCommand::GetChallenge { len: 4 })?;
    let challenge = challenge
        .try_into()
        .map_err(|_| Error::new(Fault::Card, "the card's challenge is not 4 bytes long"))?;
    let now = context.io.clock.now();
    let answer = folder.apply(&Input::Unblock { asn, version: None, challenge, now })?;
    let mac = match answer {
        Ok(Answer::Unblocked(mac)) => mac,
        Ok(_) => return Err(Error::bug("the centre gave another answer than a code")),
        Err(refusal) => return Err(Error::new(Fault::Centre, refusal.to_string())),
    };
    ask(&mut card, &CardCommand::ApplicationUnblock { mac })?;
    let state = present(&mut card).map_err(|failure| words::error(&failure))?;
    let grey = matches!(state, terminal::CardIs::Grey(_));
    let document = json!({ "outcome": "unblocked", "asn": asn.to_string(), "grey": grey });
    let next = if grey { "; it is grey: unlock it with `greylock unlock`" } else { "" };
    Ok(Report::done(document, format!("card {asn} is unblocked{next}\n")))
}

/// Nothing is asked of the centre for a card that it cannot help.
fn check_is_locked(card: &mut CardIn) -> Result<(), Error> {
    let application = match card.view() {
        Some(view) => view.application,
        None => application(card)?,
    };
    match application {
        Application::Locked => Ok(()),
        Application::Open => Err(Error::new(Fault::Card, "the application is not locked")
            .advice("nothing was asked of the centre; a grey card needs `greylock unlock`")),
        Application::LockedForGood => {
            Err(Error::new(Fault::Card, "the application is locked for good")
                .advice("too many wrong codes: replace the card"))
        }
        Application::CardBlocked => Err(Error::new(Fault::Card, "the card is blocked for good")
            .advice("CARD BLOCK ended it: replace the card")),
    }
}

/// A chip tells that it is locked when it is selected. That it is so for good it tells only to
/// who tries, with 9303.
fn application(card: &mut impl Transport) -> Result<Application, Error> {
    let select = CardCommand::SelectFile { id: APPLICATION_FILE, le: Some(0) };
    let answer = card.transmit(&select.encode()).ok();
    match answer.as_ref().and_then(|answer| split_response(answer)) {
        Some((_, StatusWord::DONE)) => Ok(Application::Open),
        Some((_, StatusWord::APPLICATION_INVALIDATED)) => Ok(Application::Locked),
        Some((_, StatusWord::APPLICATION_LOCKED)) => Ok(Application::CardBlocked),
        Some((_, status)) => Err(Error::refused(Fault::Card, select.name(), status)),
        None => Err(Error::new(Fault::Lost, "the card gave no answer to SELECT")),
    }
}
