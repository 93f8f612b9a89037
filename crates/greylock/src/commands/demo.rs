//! `greylock demo`, which is also `greylock` alone: the whole world behind a page, or every story in words.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use demo::outside::{Moment, Outside};
use demo::page::Page;
use demo::{Options, RunError};
use serde_json::json;
use sim::stories::{ALL, Told, tell};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};
use wire::Scheme;

use crate::cli::{DemoArgs, Script};
use crate::env::{Random as _, SystemRandom, moment_now};
use crate::error::{Error, Fault};
use crate::output::{Context, Exit, Report};

/// Serves the page until SIGINT or SIGTERM, or plays the stories.
///
/// # Errors
/// What cannot be made or listened on; when stdout cannot be written.
pub(crate) fn run(args: &DemoArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    match args.script {
        Some(Script::All) => stories(context),
        None => serve(args, context),
    }
}

/// The world with its page.
fn serve(args: &DemoArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let (_gone_at_the_end, folder) = folder(args.dir.as_deref())?;
    let page = args.page.clone().map_or(Page::BuiltIn, Page::Folder);
    let options = Options { listen: args.listen, folder, page };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| system(&error))?;
    let mut served = None;
    let told = |address| {
        served = Some(address);
        // Whoever started it wants to know where; if stdout is gone, it serves all the same.
        let _ = context.line(&format!("open http://{address} in a browser; Ctrl-C ends it\n"));
    };
    let ran = runtime.block_on(async {
        let (mut interrupt, mut terminate) = (
            signal(SignalKind::interrupt()).map_err(|error| system(&error))?,
            signal(SignalKind::terminate()).map_err(|error| system(&error))?,
        );
        let stop = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        demo::run(options, outside(), told, stop).await.map_err(|error| Error::from_demo(&error))
    });
    ran?;
    let address = served.map(|address: std::net::SocketAddr| format!("http://{address}"));
    let document = json!({ "outcome": "done", "listen": address });
    Ok(Report::done(document, "the demo has ended\n".to_owned()))
}

/// A folder of this process, or the one that was named.
fn folder(named: Option<&Path>) -> Result<(Option<TempDir>, PathBuf), Error> {
    let Some(named) = named else {
        let made = tempfile::Builder::new().prefix("greylock-demo-").tempdir();
        let made = made.map_err(|error| system(&error))?;
        let path = made.path().to_owned();
        return Ok((Some(made), path));
    };
    std::fs::create_dir_all(named).map_err(|error| Error::file("make", named, &error))?;
    Ok((None, named.to_owned()))
}

/// The time and the randomness of this machine.
fn outside() -> Outside {
    Outside {
        now: Arc::new(|| {
            let now = moment_now();
            Moment { stamp: now.0, unix: now.1 }
        }),
        random: Arc::new(|bytes: &mut [u8]| {
            SystemRandom.fill(bytes).map_err(|error| error.to_string())
        }),
    }
}

fn system(error: &std::io::Error) -> Error {
    Error::new(Fault::System, format!("the demo cannot run here: {error}"))
}

/// What `demo` says, and whose fault it is.
impl Error {
    fn from_demo(error: &RunError) -> Self {
        let text = error.to_string();
        match error {
            RunError::NotHere(_) => Self::usage(text).advice("listen on 127.0.0.1"),
            RunError::Listen { .. } => Self::new(Fault::System, text)
                .advice("give another address with --listen, as 127.0.0.1:0 for any free port"),
            RunError::Folder(_) => Self::usage(text),
            RunError::World(_) | RunError::Serve(_) => Self::new(Fault::System, text),
        }
    }
}

/// Plays every story of the protocol that needs no server, each in a world of its own.
fn stories(context: &mut Context<'_>) -> Result<Report, Error> {
    let mut told = Vec::new();
    for story in ALL {
        let story = tell(story, Scheme::Seed);
        context.line(&text_of(&story))?;
        told.push(story);
    }
    let held = told.iter().filter(|story| story.holds.is_ok()).count();
    let document = json!({
        "ok": held == told.len(),
        "stories": told.iter().map(document_of).collect::<Vec<_>>(),
    });
    let summary =
        format!("{held} of {} stories hold: no cent lost, created or stuck\n", told.len());
    if held == told.len() {
        return Ok(Report::done(document, summary));
    }
    let broken = told.iter().filter(|story| story.holds.is_err()).map(|story| story.name);
    let broken: Vec<&str> = broken.collect();
    let message = format!("these stories do not hold: {}", broken.join(", "));
    Ok(Report::done(document, "").ending(Exit::Bug, message))
}

fn text_of(story: &Told) -> String {
    let mut text = format!("{}: {}\n", story.name, story.row);
    for line in &story.lines {
        let _ = writeln!(text, "  {line}");
    }
    if let Err(why) = &story.holds {
        let _ = writeln!(text, "  DOES NOT HOLD: {why}");
    }
    text
}

fn document_of(story: &Told) -> serde_json::Value {
    json!({
        "name": story.name,
        "row": story.row,
        "ok": story.holds.is_ok(),
        "lines": story.lines,
        "why": story.holds.as_ref().err(),
    })
}
