//! `greylock bench escape`: a card that escapes at one station and is freed at another one.

use ::bench::{Between, Ground, Spread};
use serde_json::{Value, json};

use crate::cli::BenchArgs;
use crate::error::{Error, Fault};

/// The document and the text: SQLite always, PostgreSQL where there is one.
pub(super) fn run(args: &BenchArgs) -> Result<(Value, String), Error> {
    let mut grounds = vec![Ground::Folder(args.dir.clone())];
    grounds.extend(args.db.iter().map(|url| Ground::Postgres(url.clone())));
    let escapes = usize::try_from(args.runs).unwrap_or(usize::MAX);
    let (mut documents, mut text) = (Vec::new(), String::new());
    for ground in &grounds {
        let figures = ::bench::between(ground, escapes, &args.dir).map_err(|error| {
            Error::new(Fault::System, format!("the stations cannot be measured: {error}"))
        })?;
        text.push_str(&table(ground.name(), &figures));
        documents.push(json!({ "database": ground.name(), "figures": figures }));
    }
    Ok((Value::Array(documents), text))
}

fn table(database: &str, figures: &Between) -> String {
    let Between { listed, freed, whole, rows, lookup_nanoseconds } = figures;
    let line = |what: &str, spread: &Spread| {
        let Spread { count, p50, p99 } = spread;
        format!("  {what:<44}{p50:>10.2} ms p50  {p99:>9.2} ms p99  of {count}\n")
    };
    format!(
        "an escape at one station, freed at another one; the centre on {database}\n{}{}{}  {:<44}{lookup_nanoseconds:>10.0} ns\n",
        line("its record durable, until it is on the list", listed),
        line("the card put in, until it is free", freed),
        line("pulled at the one, until free at the other", whole),
        format!("a card looked up among {rows}"),
    )
}
