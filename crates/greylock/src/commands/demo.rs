//! `greylock demo`, which is also `greylock` alone: plays every story.

use std::fmt::Write as _;

use serde_json::json;
use sim::stories::{ALL, Told, tell};
use wire::Scheme;

use crate::cli::DemoArgs;
use crate::error::Error;
use crate::output::{Context, Exit, Report};

/// Plays every story of the protocol that needs no server, each in a world of its own.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn run(_: &DemoArgs, context: &mut Context<'_>) -> Result<Report, Error> {
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
