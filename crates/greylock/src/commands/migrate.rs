//! `greylock card migrate`, `psam migrate`: an image of an earlier format, written anew.

use std::path::Path;

use card::Card;
use nvm::{Kind, Nvm, OpenError, identify};
use psam::Psam;
use serde_json::json;

use crate::cli::MigrateArgs;
use crate::error::Error;
use crate::media::{
    Birth, FaultLog, FileNvm, Growth, Place, check_personalised, describe_open_error,
};
use crate::output::Report;

/// What differs between cards and PSAMs.
struct Migration {
    kind: Kind,
    current: u8,
    len: usize,
    migrate: fn(FileNvm, FileNvm) -> Result<(), OpenError>,
}

const CARD: Migration = Migration {
    kind: Kind::Card,
    current: card::FORMAT_VERSION,
    len: card::IMAGE_LEN,
    migrate: |old, new| Card::migrate(old, new).map(drop),
};

const PSAM: Migration = Migration {
    kind: Kind::Psam,
    current: psam::FORMAT,
    len: psam::IMAGE_LEN,
    migrate: |old, new| Psam::migrate(old, new).map(drop),
};

/// `card migrate`.
///
/// # Errors
/// What is wrong with the image, or the disk.
pub(crate) fn card(args: &MigrateArgs) -> Result<Report, Error> {
    run(&args.image, &CARD)
}

/// `psam migrate`.
///
/// # Errors
/// What is wrong with the image, or the disk.
pub(crate) fn psam(args: &MigrateArgs) -> Result<Report, Error> {
    run(&args.image, &PSAM)
}

/// The new image has its name only once it is whole and durable: a power cut leaves the old one
/// or the new one, and nobody ever has both.
fn run(place: &Place, migration: &Migration) -> Result<Report, Error> {
    let mut old = FileNvm::open(place.image()?, Growth::Fixed)?;
    let Migration { kind, current, len, migrate } = *migration;
    let found = version(&mut old, place, kind)?;
    if found == current {
        return Ok(report(old.path(), found, current));
    }
    let path = old.path().to_owned();
    let birth = Birth::in_place_of(&old)?;
    let new = birth.memory(len, Growth::Fixed)?;
    let faults = old.faults();
    migrate(old, new).map_err(|error| describe_open_error(&error, kind, place, &faults))?;
    birth.finish()?;
    Ok(report(&path, found, current))
}

fn version(old: &mut impl Nvm, place: &Place, wanted: Kind) -> Result<u8, Error> {
    check_personalised(old, wanted, place)?;
    let header = identify(old);
    let header =
        header.map_err(|error| describe_open_error(&error, wanted, place, &FaultLog::default()))?;
    match Kind::from_code(header.kind) {
        Some(kind) if kind == wanted => Ok(header.version),
        _ => Err(Error::usage(format!("{place} is not the image of {}", wanted.name()))
            .advice("check the path")),
    }
}

fn report(path: &Path, from: u8, to: u8) -> Report {
    let outcome = if from == to { "current" } else { "migrated" };
    let document = json!({ "outcome": outcome, "from": from, "to": to });
    let path = path.display();
    let text = if from == to {
        format!("{path} has format {to} already\n")
    } else {
        format!("{path} had format {from} and has format {to} now\n")
    };
    Report::done(document, text)
}
