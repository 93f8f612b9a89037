//! `greylock keys transport`, `greylock card blank`, `greylock psam blank`, and what a blank chip shows.

use nvm::Kind;
use perso::{
    Application, Birth as Blankness, BlankView, CardGroupings, Chip, PsamGroupings, TRIES,
};
use serde_json::{Value, json};
use terminal::Transport;
use wire::BlankCommand;
use wire::apdu::split_response;
use wire::blank_command::{CARD_MANAGER, CardManager};

use super::issuing::unwritten;
use crate::cli::{BlankArgs, KeysTransportArgs};
use crate::error::Error;
use crate::media::{Birth, Growth};
use crate::output::{Context, Report};
use crate::transport_key;

/// Version of a blank chip's transport key.
const KEY_VERSION: u8 = 1;

/// Draws a transport key.
pub(crate) fn transport(
    args: &KeysTransportArgs,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let key = transport_key::make(&args.out, context.io.random)?;
    let (file, value) = (args.out.display().to_string(), hex::encode(key.check_value()));
    let document = json!({ "outcome": "done", "file": file, "check_value": value });
    Ok(Report::done(document, format!("{file}: transport key with check value {value}\n")))
}

/// Makes a blank card.
pub(crate) fn card(args: &BlankArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    make::<CardGroupings>(args, context)
}

/// Makes a blank PSAM.
pub(crate) fn psam(args: &BlankArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    make::<PsamGroupings>(args, context)
}

fn make<A: Application>(args: &BlankArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let transport = transport_key::read(&args.transport_key)?;
    let mut chip = [0; 10];
    context.io.random.fill(&mut chip)?;
    let own = transport_key::fresh(context.io.random)?;
    let birth = Birth::begin(&args.out)?;
    let medium = birth.memory(A::IMAGE_LEN, Growth::Fixed)?;
    let faults = medium.faults();
    let made = Blankness { chip, key_version: KEY_VERSION, transport, own };
    let blank = Chip::<_, A>::blank(medium, &made);
    blank.map(drop).map_err(|error| unwritten(&args.out, &faults, error))?;
    birth.finish()?;
    let check_value = made.transport.check_value();
    let view = BlankView { chip, key_version: KEY_VERSION, check_value, tries_left: TRIES };
    let mut document = document(&view);
    document["outcome"] = "done".into();
    document["file"] = args.out.display().to_string().into();
    Ok(Report::done(document, format!("{}: {}", args.out.display(), text(&view, A::KIND))))
}

/// What a blank chip shows of itself: no key, at most a check value.
pub(super) fn shown(view: &BlankView, kind: Kind) -> Report {
    Report::done(document(view), text(view, kind))
}

/// What a chip in a reader says of itself, where it is a blank one. Its number comes with INITIALIZE UPDATE, which counts.
pub(super) fn answered(chip: &mut impl Transport) -> Option<Report> {
    let select = BlankCommand::SelectName { name: &CARD_MANAGER, le: Some(0) };
    let answer = chip.transmit(&select.encode()).ok()?;
    let (data, _) = split_response(&answer)?;
    let CardManager { tries_left } = CardManager::parse(data)?;
    let document =
        json!({ "state": "blank", "chip": null, "transport_key": null, "tries_left": tries_left });
    Some(Report::done(document, format!("blank chip, {tries_left} tries left\n")))
}

fn document(view: &BlankView) -> Value {
    json!({
        "state": "blank",
        "chip": hex::encode(view.chip),
        "transport_key": { "version": view.key_version, "check_value": hex::encode(view.check_value) },
        "tries_left": view.tries_left,
    })
}

fn text(view: &BlankView, kind: Kind) -> String {
    let name = if kind == Kind::Psam { "PSAM" } else { "card" };
    format!(
        "blank {name}, chip {}, transport key {} with check value {}, {} tries left\n",
        hex::encode(view.chip),
        view.key_version,
        hex::encode(view.check_value),
        view.tries_left
    )
}
