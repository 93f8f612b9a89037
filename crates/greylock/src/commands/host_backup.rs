//! `greylock host backup`: a copy of the books while a server writes them.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use store::{Partial, Place, StoreError, copy_sqlite, dump_postgres, shown_url};

use crate::cli::{HostBackupArgs, HostServeArgs};
use crate::error::{Error, Fault};
use crate::output::{Context, Report};
use crate::serving::{Config, Given};

/// Copies the books as they are at one moment, and looks through the copy.
///
/// # Errors
/// No books, a name that is taken, a full disk, no `pg_dump`, or a copy that does not add up.
pub(super) fn run(args: &HostBackupArgs, context: &Context<'_>) -> Result<Report, Error> {
    let HostBackupArgs { config, data, db, out } = args;
    let (config, data, db) = (config.clone(), data.clone(), db.clone());
    let asked = HostServeArgs { config, data, db, ..HostServeArgs::default() };
    match Config::place_of(&Given::gather(&asked, &context.io.settings.host)?)? {
        Place::Sqlite(from) => of_file(&from, out),
        Place::Postgres(url) => of_server(&url, out),
    }
}

fn of_file(from: &Path, out: &Path) -> Result<Report, Error> {
    let copied = copy_sqlite(from, out).map_err(|error| failed(&error))?;
    let text = format!(
        "{} copied to {}: {} bytes, whole, and its ledger sums to zero over {} accounts\n",
        from.display(),
        out.display(),
        copied.bytes,
        copied.accounts
    );
    let document = json!({
        "outcome": "done",
        "out": out.display().to_string(),
        "bytes": copied.bytes,
        "accounts": copied.accounts,
    });
    Ok(Report::done(document, text))
}

fn failed(error: &StoreError) -> Error {
    let fault = match error.kind {
        store::Kind::Unavailable | store::Kind::Conflict => Fault::System,
        store::Kind::Damaged => Fault::Centre,
        store::Kind::OurBug => Fault::Program,
    };
    Error::new(fault, format!("there is no copy: {}", error.what)).advice(
        "check where the books are, that the copy's name is free, and the disk's free space",
    )
}

fn of_server(url: &str, out: &Path) -> Result<Report, Error> {
    let by_hand = words(&dump_postgres(url, out).map_err(|error| failed(&error))?);
    let partial = Partial::begin(out).map_err(|error| Error::file("make", out, &error))?;
    let mut dump = dump_postgres(url, partial.path()).map_err(|error| failed(&error))?;
    said(&mut dump, &by_hand)?;
    // That the archive can be read at all; what it holds is known once it is restored.
    said(Command::new("pg_restore").arg("--list").arg(partial.path()), &by_hand)?;
    partial.publish(out).map_err(|error| Error::file("make", out, &error))?;
    let text = format!("{} dumped to {}\n", shown_url(url), out.display());
    let document = json!({ "outcome": "done", "out": out.display().to_string() });
    Ok(Report::done(document, text))
}

/// As somebody would type it: it has no password.
fn words(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let words = words.map(|word| word.to_string_lossy());
    let quoted = words.map(|word| match word.contains(['?', '&', ' ']) {
        true => format!("'{word}'"),
        false => word.into_owned(),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// Runs a program of PostgreSQL to its end.
fn said(command: &mut Command, by_hand: &str) -> Result<(), Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        let advice =
            format!("install PostgreSQL's client programs, or run where they are: {by_hand}");
        Error::new(Fault::System, format!("{program} cannot be run: {error}")).advice(advice)
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
    Err(Error::new(Fault::System, format!("there is no copy: {program} says: {said}"))
        .advice(format!("try it by hand: {by_hand}")))
}
