//! The books row by row, for an audit.

use serde::{Deserialize, Serialize};

/// A line of an export: JSON of its own, ended by a line break. The last one is [`Line::End`]; an export without it
/// broke off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// A row of a table.
    Row {
        /// The table's name.
        table: String,
        /// Its columns.
        row: Vec<Field>,
    },
    /// That was all.
    End {
        /// How many rows there were.
        rows: u64,
    },
}

/// A column: a whole number, a text, or nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Field {
    /// A whole number.
    Number(i64),
    /// Text; a fact is a JSON document in it.
    Text(String),
    /// Nothing.
    Nothing,
}
