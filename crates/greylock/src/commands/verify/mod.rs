//! `greylock verify`: files of records held against the main keys.

mod tally;

use std::fs::{File, read_dir};
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Instant;

use crypto::bulk::Engine;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use keys_file::{MainKeys, SealKey};
use records::{BadWriter, Checker};

use crate::cli::VerifyArgs;
use crate::error::Error;
use crate::media::Birth;
use crate::output::{Context, Report};
use tally::{Run, Tally};

/// Verifies all files, and tells what was found.
///
/// # Errors
/// Keys or files that cannot be read, an engine that there is not, or a name that is taken.
pub(super) fn run(args: &VerifyArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let engine = engine(args)?;
    let keys = main_keys(args, context)?;
    let files = files(&args.files)?;
    let size = size(&files)?;
    let birth = args.bad.as_deref().map(Birth::begin).transpose()?;
    let begin = |birth: &Birth| {
        BadWriter::new(birth.pieces()?).map_err(|error| Error::file("write", birth.path(), &error))
    };
    let bad = birth.as_ref().map(begin).transpose()?;
    let mut tally = Tally::new(&files, bad);
    let threads = args.threads.map_or_else(processors, usize::from);
    let checker = Checker::new(&keys, engine);
    let bar = bar(size);
    let begun = Instant::now();
    let heard = records::verify(&files, &checker, threads, |file, event| {
        let heard = tally.hear(file, event);
        bar.set_position(tally.read());
        bar.set_message(tally.bad().to_string());
        heard
    });
    let took = begun.elapsed();
    bar.finish_and_clear();
    let finished = heard.and_then(|()| tally.finish_bad());
    if let Some(birth) = birth {
        finished.map_err(|error| Error::file("write", birth.path(), &error))?;
        birth.finish()?;
    }
    for (path, damage) in tally.damaged() {
        context.complain(&format!("{}: {damage}", path.display()));
    }
    Ok(tally.report(&Run { engine, threads, took, bad: args.bad.as_deref() }))
}

/// The files, and those in the folders, by their names. A folder that has none, or cannot be looked into, stands for itself:
/// it is told like a file that cannot be read.
fn files(given: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in given {
        let inside = if path.is_dir() { inside(path).unwrap_or_default() } else { Vec::new() };
        match inside.is_empty() {
            true => files.push(path.clone()),
            false => files.extend(inside),
        }
    }
    match files.as_slice() {
        [folder] if inside(folder).is_ok_and(|inside| inside.is_empty()) => {
            Err(Error::usage(format!("{} has no files in it", folder.display())))
        }
        _ => Ok(files),
    }
}

fn inside(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let inside = entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_file());
    let mut inside: Vec<PathBuf> = inside.collect();
    inside.sort();
    Ok(inside)
}

/// Bytes of all files. One that cannot be read is told in its turn; it is wrong use when that is so with all of them.
fn size(files: &[PathBuf]) -> Result<u64, Error> {
    let (mut size, mut readable, mut first) = (0, false, None);
    for path in files {
        match File::open(path).and_then(|file| file.metadata()) {
            Ok(metadata) => {
                readable = true;
                size += metadata.len();
            }
            Err(error) => first = first.or_else(|| Some(Error::file("read", path, &error))),
        }
    }
    first.filter(|_| !readable).map_or(Ok(size), Err)
}

fn processors() -> usize {
    available_parallelism().map_or(1, NonZero::get)
}

fn main_keys(args: &VerifyArgs, context: &mut Context<'_>) -> Result<MainKeys, Error> {
    match (&args.keys, &args.vault, &args.seal_key) {
        (Some(path), ..) => {
            let read = keys_file::read(path)?;
            for warning in &read.warnings {
                context.warn(warning);
            }
            Ok(read.keys)
        }
        (None, Some(path), Some(key)) => Ok(keys_file::open(path, &SealKey::read(key)?)?),
        _ => Err(Error::bug("clap wants keys or a vault with its seal key")),
    }
}

fn engine(args: &VerifyArgs) -> Result<Engine, Error> {
    let available = Engine::available();
    let fits = |engine: &Engine| match (&args.engine, args.lanes) {
        (Some(name), _) => engine.name() == name,
        (None, Some(lanes)) => engine.lanes() == lanes,
        (None, None) => *engine == Engine::best(),
    };
    available.iter().rev().copied().find(fits).ok_or_else(|| {
        let named = |engine: &Engine| format!("{} ({})", engine.name(), engine.lanes());
        let names: Vec<String> = available.iter().map(named).collect();
        Error::usage("this processor has no such engine")
            .advice(format!("it has, with their lanes: {}", names.join(", ")))
    })
}

/// On stderr, and only where that is a terminal.
fn bar(size: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {msg} bad, {eta} left");
    let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::stderr_with_hz(5));
    // A template that could not be read leaves the usual one.
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message("0")
}
