//! The table as Parquet, with the typed readers and writers of columns alone.

mod pages;
mod read;
mod thrift;
mod write;

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::schema::types::{Type, TypePtr};

use crate::columns::{COLUMNS, Cells, Column};
use crate::error::{Damage, Wrong};
use crate::outcome::Outcome;

pub use read::{TableReader, reads_pages};
pub use write::TableWriter;

/// The key in a file's metadata whose value is its version.
pub const VERSION_KEY: &str = "greylock.records";
/// The version that this crate writes, and the only one that it reads.
pub const VERSION: &str = "1";

/// Some rows of a file, in its order.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Batch {
    /// The rows.
    pub rows: Vec<Outcome>,
    /// Where each of them stands: its row, or the line of a text, from 1.
    pub places: Vec<u64>,
    /// Rows that are left out.
    pub wrong: Vec<Wrong>,
}

impl Batch {
    /// Rows that were read, those that are left out among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len() + self.wrong.len()
    }

    /// Whether nothing was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a row, or why it is left out.
    pub(crate) fn add(&mut self, at: u64, row: Result<Outcome, String>) {
        match row {
            Ok(row) => {
                self.rows.push(row);
                self.places.push(at);
            }
            Err(what) => self.wrong.push(Wrong { row: at, what }),
        }
    }
}

fn physical(column: &Column) -> Physical {
    match column.cells {
        Cells::Wide(..) => Physical::INT64,
        Cells::Narrow(..) | Cells::Tac => Physical::INT32,
    }
}

/// The schema of a file: every column is an integer that must be there, but for the TAC.
fn schema() -> Result<TypePtr, Damage> {
    let field = |column: &Column| -> Result<TypePtr, Damage> {
        let repetition = match column.cells {
            Cells::Tac => Repetition::OPTIONAL,
            _ => Repetition::REQUIRED,
        };
        let integer = LogicalType::Integer { bit_width: column.bits, is_signed: column.signed };
        let field = Type::primitive_type_builder(column.name, physical(column))
            .with_repetition(repetition)
            .with_logical_type(Some(integer));
        Ok(Arc::new(field.build()?))
    };
    let fields = COLUMNS.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::new(Type::group_type_builder("records").with_fields(fields).build()?))
}
