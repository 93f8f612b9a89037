//! `greylock top`: nozzles, open locks, queue and journal of running stations, live.

use std::io::IsTerminal as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::station::site_client;
use crate::cli::TopArgs;
use crate::error::{Error, Fault};
use crate::output::{Context, Report};
use crate::top::{Screen, Seen, Watched, look, screen, text};

/// How often the screen is drawn.
const DRAWN: Duration = Duration::from_millis(250);
/// Columns of the text of `--once`.
const COLUMNS: u16 = 100;

/// Watches, until a key ends it.
///
/// # Errors
/// A URL that is none, or a terminal that is none. A station that does not answer is shown as such.
pub(super) fn run(args: &TopArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let client = |url: &String| site_client(url, &args.caller);
    let clients = args.station.iter().map(client).collect::<Result<Vec<_>, _>>()?;
    if args.once || context.json {
        let seen: Vec<Seen> = clients.iter().map(look).collect();
        let stations: Vec<Value> = seen.iter().map(document).collect();
        return Ok(Report::done(json!({ "stations": stations }), text(&seen, COLUMNS)));
    }
    if !std::io::stdout().is_terminal() {
        return Err(Error::usage("there is no terminal to draw on").advice("give --once or --json"));
    }
    let watched = clients.into_iter().map(Watched::begin).collect::<Result<Vec<_>, _>>()?;
    let lost = |error: std::io::Error| Error::new(Fault::System, format!("the terminal: {error}"));
    let mut drawn = Screen::take().map_err(lost)?;
    loop {
        let seen: Vec<Seen> = watched.iter().map(Watched::seen).collect();
        drawn.draw(|frame| screen(frame, &seen)).map_err(lost)?;
        if drawn.ends_within(DRAWN).map_err(lost)? {
            break;
        }
    }
    drop(drawn);
    Ok(Report::done(json!({ "outcome": "done" }), ""))
}

fn document(seen: &Seen) -> Value {
    match &seen.is {
        Ok((site, locks)) => json!({ "station": seen.url, "site": site, "locks": locks }),
        Err(why) => json!({ "station": seen.url, "error": why }),
    }
}
