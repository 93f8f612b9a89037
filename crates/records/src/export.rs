//! What `greylock station export` writes: a delivery a line as CSV or JSON, or the records' bytes alone.
//!
//! The whole claimed record is in each (`record`, hex of docs/formats.md), so the other columns only have to agree with it.

use serde_json::Value;
use wire::record::{ClaimedRecord, decode};
use wire::{Mac, Purse};

use crate::outcome::Outcome;

/// What is looked at of a line, in the order of [`Fields`].
const NAMES: [&str; 10] =
    ["record", "tac", "tid", "ttc", "asn", "purse", "ctc", "amount", "date", "gtac"];

/// The fields of [`NAMES`], as text; `None` for those that are not there.
type Fields<'a> = [Option<&'a str>; NAMES.len()];

/// Where they stand in the lines of a CSV file.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    fields: usize,
    places: [Option<usize>; NAMES.len()],
}

impl Head {
    /// Out of the names in the first line; `None` for those of another file.
    pub(crate) fn new(names: &[String]) -> Option<Self> {
        let place = |name| names.iter().position(|found| found == name);
        let places = NAMES.map(place);
        let ours = places[0].is_some() && places[1].is_some();
        ours.then_some(Self { fields: names.len(), places })
    }

    /// The row of a line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn row<'a>(&self, fields: impl Iterator<Item = &'a str>) -> Result<Outcome, String> {
        let fields: Vec<&str> = fields.map(str::trim).collect();
        if fields.len() != self.fields {
            let (count, wanted) = (fields.len(), self.fields);
            return Err(format!("it has {count} fields, and {wanted} are wanted"));
        }
        let field = |place: Option<usize>| {
            place.and_then(|place| fields.get(place).copied()).filter(|text| !text.is_empty())
        };
        row_of(self.places.map(field))
    }
}

/// The row of a line that is a JSON document.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn row_of_json(line: &[u8]) -> Result<Outcome, String> {
    let document: Value =
        serde_json::from_slice(line).map_err(|error| format!("it is no JSON: {error}"))?;
    let texts = NAMES.map(|name| match document.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    });
    row_of(texts.each_ref().map(Option::as_deref))
}

/// The row of a record's bytes.
///
/// # Errors
/// They are none.
pub(crate) fn row_of_bytes(bytes: &[u8]) -> Result<Outcome, String> {
    let record: ClaimedRecord = decode(bytes).ok_or("its bytes are no record")?;
    Ok(Outcome::of_record(0, &record, None))
}

fn row_of(fields: Fields<'_>) -> Result<Outcome, String> {
    let [record, tac, ..] = fields;
    let record = record.ok_or("`record` is empty")?;
    let bytes = hex::decode(record).map_err(|_| "`record` is no hex string")?;
    let record: ClaimedRecord = decode(&bytes).ok_or("`record` holds no record")?;
    let tac = tac.map(str::parse::<Mac>).transpose().map_err(|error| format!("`tac`: {error}"))?;
    for ((name, field), said) in NAMES.into_iter().zip(fields).zip(said_by(&record)) {
        if field.zip(said).is_some_and(|(field, said)| !field.eq_ignore_ascii_case(&said)) {
            return Err(format!("`{name}` is not what `record` says"));
        }
    }
    Ok(Outcome::of_record(0, &record, tac))
}

/// What the record says of each of [`NAMES`].
fn said_by(record: &ClaimedRecord) -> [Option<String>; NAMES.len()] {
    let ClaimedRecord { terms, certified, delivery, .. } = record;
    let purse = |purse: Purse| purse.to_string();
    [
        None,
        None,
        Some(terms.id.tid.to_string()),
        Some(terms.id.ttc.to_string()),
        Some(terms.id.asn.to_string()),
        Some(purse(terms.id.purse)),
        Some(terms.id.ctc.to_string()),
        Some(delivery.amount.to_string()),
        Some(delivery.at.date.to_string()),
        Some(certified.gtac.to_string()),
    ]
}
