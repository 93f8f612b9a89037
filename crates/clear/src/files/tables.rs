//! Writing Parquet with the same bytes whatever batches rows come in.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, RecordBatch, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::error::Result;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;

use crate::engine::columns::{PASSED, VERSION, batch, carried_schema};
use crate::error::ClearError;
use crate::row::Row;

pub(super) const NET: &str = "net.csv";
pub(super) const EXCEPTIONS: &str = "exceptions.csv";
pub(super) const PENDING: &str = "pending.parquet";
pub(super) const HEARD: &str = "heard.parquet";
pub(super) const CARDS: &str = "cards.parquet";
pub(super) const SUMMARY: &str = "summary.json";

/// What the next day reads.
pub(super) const CARRIED: [&str; 3] = [PENDING, HEARD, CARDS];

/// The key of the metadata of [`HEARD`], and its version.
pub(super) const HEARD_VERSION: (&str, &str) = ("greylock.heard", "1");

/// The key of the metadata of [`CARDS`], and its version.
pub(super) const CARDS_VERSION: (&str, &str) = ("greylock.cards", "1");

/// Rows of a batch that is written.
const BATCH: usize = 8192;

pub(super) fn heard_schema() -> SchemaRef {
    let word = |name| Field::new(name, DataType::UInt32, false);
    let tid = Field::new("tid", DataType::UInt64, false);
    Arc::new(Schema::new(vec![tid, word("first"), word("last"), word("owner")]))
}

pub(super) fn cards_schema() -> SchemaRef {
    let field = |(name, kind): &(&str, DataType)| Field::new(*name, kind.clone(), false);
    Arc::new(Schema::new(PASSED.iter().map(field).collect::<Vec<_>>()))
}

/// What a table is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Table {
    Pending,
    Heard,
    Cards,
}

/// A table that grows row by row.
pub(super) struct Rows {
    path: PathBuf,
    table: Table,
    writer: ArrowWriter<File>,
    rows: Vec<Row>,
}

impl Rows {
    pub(super) fn create(path: &Path, table: Table) -> Result<Self, ClearError> {
        let (schema, (key, version)) = match table {
            Table::Pending => (carried_schema(), VERSION),
            Table::Heard => (heard_schema(), HEARD_VERSION),
            Table::Cards => (cards_schema(), CARDS_VERSION),
        };
        let properties = WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .set_created_by("greylock-clear".to_owned())
            .set_key_value_metadata(Some(vec![KeyValue::new(key.to_owned(), version.to_owned())]))
            .build();
        let file = File::create(path).map_err(|error| ClearError::file(path, error))?;
        let writer = ArrowWriter::try_new(file, schema, Some(properties))
            .map_err(|error| ClearError::table(path, error.into()))?;
        Ok(Self { path: path.to_owned(), table, writer, rows: Vec::new() })
    }

    pub(super) fn push(&mut self, row: Row) -> Result<(), ClearError> {
        self.rows.push(row);
        if self.rows.len() == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ClearError> {
        let batch = match self.table {
            Table::Pending => batch(&self.rows, true),
            Table::Heard => heard_batch(&self.rows),
            Table::Cards => cards_batch(&self.rows),
        };
        self.rows.clear();
        let written = batch.and_then(|batch| Ok(self.writer.write(&batch)?));
        written.map_err(|error| ClearError::table(&self.path, error))
    }

    /// Writes the rest, and has it on the disk.
    pub(super) fn finish(mut self) -> Result<(), ClearError> {
        if !self.rows.is_empty() {
            self.flush()?;
        }
        let Self { path, writer, .. } = self;
        let file = writer.into_inner().map_err(|error| ClearError::table(&path, error.into()))?;
        file.sync_all().map_err(|error| ClearError::file(&path, error))
    }
}

fn heard_batch(rows: &[Row]) -> Result<RecordBatch> {
    let tids = UInt64Array::from_iter_values(rows.iter().map(|row| row.tid));
    let first = UInt32Array::from_iter_values(rows.iter().map(|row| row.ttc));
    let last = UInt32Array::from_iter_values(rows.iter().map(|row| row.amount));
    let owner = UInt32Array::from_iter_values(rows.iter().map(|row| row.owner));
    let columns: Vec<ArrayRef> =
        vec![Arc::new(tids), Arc::new(first), Arc::new(last), Arc::new(owner)];
    Ok(RecordBatch::try_new(heard_schema(), columns)?)
}

fn cards_batch(rows: &[Row]) -> Result<RecordBatch> {
    let word = |of: fn(&Row) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(rows.iter().map(of)))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(|row| row.asn))),
        Arc::new(UInt8Array::from_iter_values(rows.iter().map(|row| row.purse))),
        Arc::new(UInt16Array::from_iter_values(rows.iter().map(|row| row.ctc))),
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(|row| row.tid))),
        word(|row| row.ttc),
        word(|row| row.balance),
        word(|row| row.amount),
        Arc::new(UInt8Array::from_iter_values(rows.iter().map(|row| row.key_version))),
    ];
    Ok(RecordBatch::try_new(cards_schema(), columns)?)
}
