//! `greylock bench room`: how many bytes an outcome takes in the books.

use ::bench::{Ground, Room};
use serde_json::{Value, json};

use crate::cli::BenchArgs;
use crate::error::{Error, Fault};

/// The document and the text: SQLite always, PostgreSQL where there is one.
pub(super) fn run(args: &BenchArgs) -> Result<(Value, String), Error> {
    let mut grounds = vec![Ground::Folder(args.dir.clone())];
    grounds.extend(args.db.iter().map(|url| Ground::Postgres(url.clone())));
    let (mut documents, mut text) = (Vec::new(), String::new());
    for ground in &grounds {
        let room = ::bench::room(ground, args.outcomes).map_err(|error| {
            Error::new(Fault::System, format!("the books cannot be measured: {error}"))
        })?;
        let Room { database, count, bytes_per_outcome, rows_per_outcome } = &room;
        text.push_str(&format!(
            "books on {database}: {bytes_per_outcome:.0} bytes and {rows_per_outcome:.2} rows for each of {count} outcomes\n"
        ));
        documents.push(json!(room));
    }
    Ok((Value::Array(documents), text))
}
