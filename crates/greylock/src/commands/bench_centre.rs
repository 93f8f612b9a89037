//! `greylock bench centre`: the centre's figures on each database that is given.

use std::fmt::Write as _;

use ::bench::{BenchError, Figures, Ground, Size, Spread};
use serde_json::Value;

use crate::cli::BenchArgs;
use crate::error::{Error, Fault};

/// The document and the text: SQLite always, PostgreSQL where there is one.
pub(super) fn run(args: &BenchArgs) -> Result<(Value, String), Error> {
    let mut grounds = vec![Ground::Folder(args.dir.clone())];
    grounds.extend(args.db.iter().map(|url| Ground::Postgres(url.clone())));
    let size = Size {
        outcomes: args.outcomes,
        unlocks: args.outcomes.div_ceil(100),
        stations: args.stations,
        records: 20,
    };
    let mut figures = Vec::new();
    for ground in &grounds {
        figures.push(bench::run(ground, size).map_err(|error| failed(&error))?);
    }
    let document = serde_json::to_value(&figures);
    let document = document.map_err(|error| Error::new(Fault::Program, error.to_string()))?;
    Ok((document, figures.iter().map(text).collect()))
}

fn failed(error: &BenchError) -> Error {
    let fault = match error {
        BenchError::Store(_) | BenchError::Io(_) => Fault::System,
        BenchError::OurBug(_) | BenchError::Answer(_) => Fault::Program,
    };
    Error::new(fault, format!("the centre cannot be measured: {error}"))
}

fn text(figures: &Figures) -> String {
    let mut text = format!("centre on {}\n", figures.database);
    let outcomes = &figures.outcomes;
    let rate = |what: &str, rate: f64, ratio: f64| {
        format!("  {what:<44}{rate:>10.0} per second  {ratio:>5.2} of the bare insert\n")
    };
    text.push_str(&rate(
        "outcomes through the desk",
        outcomes.desk_per_second,
        outcomes.desk_ratio,
    ));
    text.push_str(&rate("outcomes over HTTP", outcomes.http_per_second, outcomes.http_ratio));
    text.push_str(&rate("bare insert of the same rows", outcomes.bare_per_second, 1.0));
    let _never_fails = writeln!(
        text,
        "  an outcome: desk {:.1} us; alone its rows {:.1}, codes {:.1}, rules {:.1}",
        outcomes.desk_microseconds,
        outcomes.bare_microseconds,
        outcomes.codes_microseconds,
        outcomes.rules_microseconds
    );
    let mut spread = |what: &str, spread: &Spread| {
        let Spread { count, p50, p99 } = spread;
        let _never_fails =
            writeln!(text, "  {what:<44}{p50:>10.2} ms p50  {p99:>9.2} ms p99  of {count}");
    };
    spread("on-line unlock over HTTP", &figures.unlocks.alone);
    spread("the same under a load of outcomes", &figures.unlocks.under_load);
    spread("one row committed alone", &figures.unlocks.commit);
    spread("a grey record at every station", &figures.streams.arrival);
    spread("the same bytes over bare sockets", &figures.streams.bare);
    let _never_fails = writeln!(
        text,
        "  {} stations connected within {:.0} ms\n",
        figures.streams.stations, figures.streams.connected
    );
    text
}
