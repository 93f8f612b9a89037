//! `card issue --host` and `psam issue --host`: the centre makes and registers them.
//!
//! The number is begun at the centre, durably and on one chip, before anything is made: no card is out that the books do
//! not know. An image is a chip with a number drawn for it. The name of an image is taken before, so no number is spent
//! on one that cannot be made.

use card::Pin;
use host::{Chip, Subject};
use serde_json::json;

use super::card_issue::{report, write_chip};
use super::issuing::{CardOrder, PsamOrder, fill_card, fill_psam};
use super::keys::own_key;
use super::personalise::Way;
use super::psam as psam_command;
use crate::centre::{Office, To, open_office};
use crate::cli::{CardIssueArgs, PsamIssueArgs};
use crate::error::{Error, Fault};
use crate::media::Birth;
use crate::output::{Context, Report};

/// Issues a card at the centre `host`.
pub(crate) fn card(
    args: &CardIssueArgs,
    order: &CardOrder,
    pin: &Pin,
    host: &str,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let way = Way::of(&args.out, &args.through)?;
    let mut office = open_office(host, &args.caller, To::Change, context.io.clock.now())?;
    // Nobody but this machine and the card ever has it.
    let icc_key = own_key(context.io.random)?;
    let subject = Subject::Card(order.asn);
    let mut profile_on = |chip: Chip| {
        let profile = office.issue_card(order, args.begin_with, chip);
        let profile = profile.map_err(|error| begun_before(error, "card", order.asn, "ASN"))?;
        Ok(card::Profile { icc_key: icc_key.clone(), ..profile })
    };
    let (chip, profile, number) = match &way {
        Way::Image(path) => {
            let birth = Birth::begin(path)?;
            let chip = drawn(context)?;
            let profile = profile_on(chip)?;
            fill_card(&birth, path, &profile, pin)?;
            birth.finish()?;
            (chip, profile, None)
        }
        Way::Chip(way) => {
            let mut profile_for = |chip| profile_on(Chip(chip));
            let (number, profile) = write_chip(way, &mut profile_for, pin, context)?;
            (Chip(number), profile, Some(number))
        }
    };
    confirm(&mut *office, subject, chip, context);
    Ok(report(args, order, &profile, number))
}

/// Issues a PSAM at the centre `host`.
pub(crate) fn psam(
    args: &PsamIssueArgs,
    order: &PsamOrder,
    host: &str,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let way = Way::of(&args.out, &args.through)?;
    let mut office = open_office(host, &args.caller, To::Change, context.io.clock.now())?;
    let trn_key = own_key(context.io.random)?;
    let subject = Subject::Psam(order.tid);
    let mut profile_on = |chip: Chip| {
        let profile = office.issue_psam(order, args.station.as_deref(), chip);
        let profile = profile.map_err(|error| begun_before(error, "PSAM", order.tid, "TID"))?;
        Ok(psam::Profile { trn_key: trn_key.clone(), ..profile })
    };
    let (chip, profile, number) = match &way {
        Way::Image(path) => {
            let birth = Birth::begin(path)?;
            let chip = drawn(context)?;
            let profile = profile_on(chip)?;
            fill_psam(&birth, path, &profile)?;
            birth.finish()?;
            (chip, profile, None)
        }
        Way::Chip(way) => {
            let mut profile_for = |chip| profile_on(Chip(chip));
            let (number, profile) = psam_command::write_chip(way, &mut profile_for, context)?;
            (Chip(number), profile, Some(number))
        }
    };
    confirm(&mut *office, subject, chip, context);
    Ok(psam_command::report(args, order, &profile, number))
}

/// The number of an image, which is a chip like another.
fn drawn(context: &mut Context<'_>) -> Result<Chip, Error> {
    let mut number = [0; 10];
    context.io.random.fill(&mut number)?;
    Ok(Chip(number))
}

/// What was made is made: a centre that does not hear of it learns it from the first right code.
fn confirm(office: &mut dyn Office, subject: Subject, chip: Chip, context: &mut Context<'_>) {
    if let Err(error) = office.issued(subject, chip) {
        context.warn(&format!(
            "it is made, and the centre has not heard so: it learns it at the first use ({})",
            error.what
        ));
    }
}

/// A second card of one number.
fn begun_before(error: Error, what: &str, number: impl std::fmt::Display, name: &str) -> Error {
    const REFUSALS: [&str; 3] =
        ["begun_on_another_chip", "card_already_registered", "psam_already_registered"];
    let refusal = error.document.as_ref().and_then(|document| document["refusal"].as_str());
    match refusal.filter(|refusal| REFUSALS.contains(refusal)) {
        None => error,
        Some(refusal) => Error::new(
            Fault::Centre,
            format!("{what} {number} was issued before: {}", error.what),
        )
        .advice(format!(
            "a second one of one number would be a clone: issue it on the chip that it was begun on, or choose another {name}"
        ))
        .with_document(json!({ "refusal": refusal })),
    }
}
