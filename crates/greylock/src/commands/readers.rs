//! `greylock readers`: what is there, and what is in it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::error::Error;
use crate::media::{Inside, InsideIs, look_around};
use crate::output::Report;

/// Lists the readers.
///
/// # Errors
/// No PC/SC in this build, or no PC/SC service.
pub(crate) fn run() -> Result<Report, Error> {
    let readers = look_around()?;
    let document = json!({
        "outcome": "done",
        "readers": readers.iter().map(document).collect::<Vec<_>>(),
    });
    Ok(Report::done(document, text(&readers)))
}

fn document(reader: &Inside) -> Value {
    let (asn, tid) = match reader.is {
        InsideIs::Card(asn) => (Some(asn.to_string()), None),
        InsideIs::Psam(tid) => (None, Some(tid.to_string())),
        _ => (None, None),
    };
    json!({
        "reader": reader.name,
        "state": reader.is.name(),
        "atr": (!reader.atr.is_empty()).then(|| hex::encode(&reader.atr)),
        "asn": asn,
        "tid": tid,
    })
}

fn text(readers: &[Inside]) -> String {
    if readers.is_empty() {
        return "no readers\n".to_owned();
    }
    let mut text = String::new();
    for reader in readers {
        let _never_fails = writeln!(text, "{}: {}", reader.name, words(reader.is));
        if !reader.atr.is_empty() {
            let _never_fails = writeln!(text, "  ATR {}", hex::encode(&reader.atr));
        }
    }
    text
}

fn words(is: InsideIs) -> String {
    match is {
        InsideIs::Empty => "empty".to_owned(),
        InsideIs::Card(asn) => format!("card {asn}"),
        InsideIs::Psam(tid) => format!("PSAM {tid}"),
        InsideIs::Blank => "a blank chip, not personalised yet".to_owned(),
        InsideIs::Other => "a chip on which our application does not answer".to_owned(),
        InsideIs::Mute => "something that does not answer".to_owned(),
        InsideIs::InUse => "in use by another program".to_owned(),
        InsideIs::Unavailable => "the reader cannot be used".to_owned(),
    }
}
