//! `greylock card unblock`: frees an application-locked card.

use card::Application;
use explain::Chip;
use serde_json::json;
use terminal::{CardIs, Transport, present};
use wire::apdu::split_response;
use wire::files::APPLICATION_FILE;
use wire::{Asn, CardCommand, StatusWord};

use super::glance::ask;
use super::words;
use crate::centre::{Office, To, open_office};
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
    let mut office = open_office(&args.host, &args.caller, To::Change, context.io.clock.now())?;
    let trace = Trace::open(&args.trace)?;
    let mut card = trace.of(CardIn::open(&args.card)?, Chip::Card);
    check_is_locked(&mut card)?;
    let is = present(&mut card).map_err(|failure| words::error(&failure))?;
    let asn = is.asn();
    let mut versions = versions(&mut *office, &is)?.into_iter().peekable();
    while let Some(version) = versions.next() {
        match unblock(&mut card, &mut *office, asn, version) {
            Err(error) if is_wrong_code(&error) && versions.peek().is_some() => {}
            Err(error) => return Err(error),
            Ok(()) => break,
        }
    }
    let state = present(&mut card).map_err(|failure| words::error(&failure))?;
    let grey = matches!(state, CardIs::Grey(_));
    let document = json!({ "outcome": "unblocked", "asn": asn.to_string(), "grey": grey });
    let next = if grey { "; it is grey: unlock it with `greylock unlock`" } else { "" };
    Ok(Report::done(document, format!("card {asn} is unblocked{next}\n")))
}

/// The versions that the card may use, the likeliest first. There are two while a SWITCH KEYS is out of which nobody
/// knows whether it was obeyed; then the lock of a grey card tells, and else the card: a wrong code costs one of its
/// tries, which the right one gives back (protocol §12).
fn versions(office: &mut dyn Office, is: &CardIs) -> Result<Vec<Option<u8>>, Error> {
    let mut believed = office.key_versions(is.asn())?;
    if believed.len() < 2 {
        return Ok(vec![None]);
    }
    if let CardIs::Grey(grey) = is {
        let of_lock = grey.status().more.map(|more| more.key.version);
        believed.sort_by_key(|version| Some(*version) != of_lock);
    }
    Ok(believed.into_iter().map(Some).collect())
}

fn unblock(
    card: &mut impl Transport,
    office: &mut dyn Office,
    asn: Asn,
    version: Option<u8>,
) -> Result<(), Error> {
    let challenge = ask(card, &CardCommand::GetChallenge { len: 4 })?;
    let challenge = challenge
        .try_into()
        .map_err(|_| Error::new(Fault::Card, "the card's challenge is not 4 bytes long"))?;
    let mac = office.unblock(asn, version, challenge)?;
    ask(card, &CardCommand::ApplicationUnblock { mac }).map(drop)
}

fn is_wrong_code(error: &Error) -> bool {
    error.status == Some(StatusWord::WRONG_SECURE_MESSAGE)
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
