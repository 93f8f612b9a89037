//! `greylock completions` and `greylock man`.

use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use serde_json::json;

use crate::cli::{Cli, CompletionsArgs, ManArgs};
use crate::error::{Error, Fault};
use crate::output::Report;

/// The completions of a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Report, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "greylock", &mut script);
    let script = text(script)?;
    let document = json!({ "shell": args.shell.to_string(), "script": script });
    Ok(Report::done(document, script))
}

/// The first manual page, or all of them into a folder.
pub(crate) fn man(args: &ManArgs) -> Result<Report, Error> {
    match &args.out {
        None => {
            let page = page(Cli::command())?;
            Ok(Report::done(json!({ "page": page }), page))
        }
        Some(folder) => write_pages(folder),
    }
}

fn write_pages(folder: &Path) -> Result<Report, Error> {
    std::fs::create_dir_all(folder).map_err(|error| Error::file("make", folder, &error))?;
    clap_mangen::generate_to(Cli::command(), folder)
        .map_err(|error| Error::file("write into", folder, &error))?;
    let document = json!({ "outcome": "done", "folder": folder.display().to_string() });
    Ok(Report::done(document, format!("the manual pages are in {}\n", folder.display())))
}

fn page(command: Command) -> Result<String, Error> {
    let mut bytes = Vec::new();
    Man::new(command).render(&mut bytes).map_err(|error| {
        Error::new(Fault::System, format!("the manual page could not be made: {error}"))
    })?;
    text(bytes)
}

fn text(bytes: Vec<u8>) -> Result<String, Error> {
    String::from_utf8(bytes).map_err(|_| Error::bug("what was generated is not text"))
}
