//! A command made from its name and its data elements.

use std::collections::BTreeMap;
use std::fmt;

use wire::apdu;

use crate::field::Field;
use crate::table::{Byte, Row, rows_of};

/// Why no command was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotBuilt {
    /// No command has this name.
    NoSuchCommand(String),
    /// The elements are not those of the command, which are listed.
    OtherFields(&'static str, Vec<String>),
    /// An element has another length; its bytes are not told, they may be a key.
    BadField(&'static str, usize),
    /// More than 255 bytes.
    TooLong,
}

impl fmt::Display for NotBuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchCommand(name) => write!(f, "no command has the name `{name}`"),
            Self::OtherFields(name, wanted) => {
                write!(f, "{name} has the fields {}", wanted.join("; or "))
            }
            Self::BadField(name, len) => write!(f, "{name} cannot be {len} bytes long"),
            Self::TooLong => f.write_str("the data are longer than 255 bytes"),
        }
    }
}

impl std::error::Error for NotBuilt {}

/// Makes a command. `fields` are all its elements by their keys; an open element may be missing.
/// `le` is sent where it is given, else 00 where an answer is wanted.
///
/// # Errors
/// No such command, or elements that are not its own.
pub fn build(
    name: &str,
    fields: &BTreeMap<String, Vec<u8>>,
    le: Option<u8>,
) -> Result<Vec<u8>, NotBuilt> {
    let rows: Vec<&'static Row> = rows_of(name).collect();
    let first = rows.first().ok_or_else(|| NotBuilt::NoSuchCommand(name.to_owned()))?;
    let row = rows.iter().find(|row| is_given(row, fields)).ok_or_else(|| {
        NotBuilt::OtherFields(first.name, rows.iter().map(|row| wanted(row)).collect())
    })?;
    let mut header = [0; 4];
    for (place, byte) in header.iter_mut().zip(row.header) {
        *place = match byte {
            Byte::Is(value) => value,
            Byte::Of(field) => match value_of(field, fields)? {
                [value] => *value,
                other => return Err(NotBuilt::BadField(field.name, other.len())),
            },
        };
    }
    let mut data = Vec::new();
    for field in row.data {
        data.extend(value_of(field, fields)?);
    }
    if data.len() > 255 {
        return Err(NotBuilt::TooLong);
    }
    let le = le.or_else(|| (!row.answer.is_empty()).then_some(0));
    Ok(apdu::command(header, &data, le).to_vec())
}

fn is_given(row: &Row, fields: &BTreeMap<String, Vec<u8>>) -> bool {
    let keys: Vec<String> = row.given().map(Field::key).collect();
    row.given().all(|field| field.len.is_none() || fields.contains_key(&field.key()))
        && fields.keys().all(|key| keys.contains(key))
}

fn wanted(row: &Row) -> String {
    let keys: Vec<String> = row.given().map(Field::key).collect();
    if keys.is_empty() { "none".to_owned() } else { keys.join(", ") }
}

fn value_of<'a>(
    field: &'static Field,
    fields: &'a BTreeMap<String, Vec<u8>>,
) -> Result<&'a [u8], NotBuilt> {
    let value = fields.get(&field.key()).map_or(&[][..], Vec::as_slice);
    match field.len {
        Some(len) if len != value.len() => Err(NotBuilt::BadField(field.name, value.len())),
        _ => Ok(value),
    }
}
