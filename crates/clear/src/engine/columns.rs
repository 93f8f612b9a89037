//! The columns of a day's table, as Arrow has them.

use datafusion::arrow::array::{
    ArrayRef, AsArray, PrimitiveArray, RecordBatch, UInt8Array, UInt32Array,
};
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Field, Int16Type, Schema, SchemaRef, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use datafusion::common::exec_err;
use datafusion::error::Result;
use std::sync::Arc;

use crate::row::{Kind, NO_STATION, Row, mark};

/// The key of the metadata that names the table's version, and the version that this program knows.
pub const VERSION: (&str, &str) = ("greylock.records", "1");

/// Name, type and whether it may be null, in the table's order (docs/records.md).
pub const COLUMNS: [(&str, DataType, bool); 25] = [
    ("station", DataType::UInt32, false),
    ("kind", DataType::UInt8, false),
    ("asn", DataType::UInt64, false),
    ("purse", DataType::UInt8, false),
    ("ctc", DataType::UInt16, false),
    ("tid", DataType::UInt64, false),
    ("ttc", DataType::UInt32, false),
    ("key_version", DataType::UInt8, false),
    ("algorithm", DataType::UInt8, false),
    ("icc", DataType::UInt32, false),
    ("trn", DataType::UInt32, false),
    ("balance", DataType::UInt32, false),
    ("overdraft", DataType::UInt32, false),
    ("lock_date", DataType::UInt32, false),
    ("lock_time", DataType::UInt32, false),
    ("amount", DataType::UInt32, false),
    ("end_date", DataType::UInt32, false),
    ("end_time", DataType::UInt32, false),
    ("utc_offset_minutes", DataType::Int16, false),
    ("ceiling", DataType::UInt32, false),
    ("mac2", DataType::UInt32, false),
    ("gtac", DataType::UInt32, false),
    ("gmac", DataType::UInt32, false),
    ("sam_tac", DataType::UInt32, false),
    ("tac", DataType::UInt32, true),
];

/// The column of a carried row that says how it stood: bits of [`mark`].
pub const STANDING: &str = "standing";

/// The columns of the locks by which cards are known on later days.
pub const PASSED: [(&str, DataType); 8] = [
    ("asn", DataType::UInt64),
    ("purse", DataType::UInt8),
    ("ctc", DataType::UInt16),
    ("tid", DataType::UInt64),
    ("ttc", DataType::UInt32),
    ("balance", DataType::UInt32),
    ("amount", DataType::UInt32),
    ("settled_by", DataType::UInt8),
];

/// Settled locks out of the columns of [`PASSED`].
///
/// # Errors
/// A column is missing or has another type.
pub fn passed(columns: &[ArrayRef], count: usize) -> Result<Vec<Row>> {
    let (kind, owner) = (Kind::Passed as u8, NO_STATION);
    let mut rows = vec![Row { kind, owner, ..Row::default() }; count];
    macro_rules! take {
        ($($place:literal $type:ident $field:ident;)*) => {$(
            let column = values::<$type>(columns, $place)?.values();
            for (row, value) in rows.iter_mut().zip(column.iter()) {
                row.$field = *value;
            }
        )*};
    }
    take! {
        0 UInt64Type asn; 1 UInt8Type purse; 2 UInt16Type ctc; 3 UInt64Type tid; 4 UInt32Type ttc;
        5 UInt32Type balance; 6 UInt32Type amount; 7 UInt8Type key_version;
    }
    Ok(rows)
}

/// The schema of a day's table.
#[must_use]
pub fn schema() -> SchemaRef {
    Arc::new(Schema::new_with_metadata(fields(), metadata()))
}

/// The schema of rows that are carried into the next day: the same, and [`STANDING`].
#[must_use]
pub fn carried_schema() -> SchemaRef {
    let mut fields = fields();
    fields.push(Field::new(STANDING, DataType::UInt8, false));
    Arc::new(Schema::new_with_metadata(fields, metadata()))
}

fn fields() -> Vec<Field> {
    COLUMNS.iter().map(|(name, kind, null)| Field::new(*name, kind.clone(), *null)).collect()
}

fn metadata() -> std::collections::HashMap<String, String> {
    [(VERSION.0.to_owned(), VERSION.1.to_owned())].into()
}

fn values<T: ArrowPrimitiveType>(columns: &[ArrayRef], place: usize) -> Result<&PrimitiveArray<T>> {
    match columns.get(place).and_then(|column| column.as_primitive_opt::<T>()) {
        Some(values) => Ok(values),
        None => exec_err!("column {place} of the table of outcomes has another type"),
    }
}

/// Rows out of the 25 columns, in their order.
///
/// # Errors
/// A column is missing or has another type.
pub fn rows(columns: &[ArrayRef], count: usize) -> Result<Vec<Row>> {
    let mut rows = vec![Row::default(); count];
    macro_rules! take {
        ($($place:literal $type:ident $field:ident;)*) => {$(
            let column = values::<$type>(columns, $place)?.values();
            for (row, value) in rows.iter_mut().zip(column.iter()) {
                row.$field = *value;
            }
        )*};
    }
    take! {
        0 UInt32Type station; 1 UInt8Type kind; 2 UInt64Type asn; 3 UInt8Type purse; 4 UInt16Type ctc;
        5 UInt64Type tid; 6 UInt32Type ttc; 7 UInt8Type key_version; 8 UInt8Type algorithm;
        9 UInt32Type icc; 10 UInt32Type trn; 11 UInt32Type balance; 12 UInt32Type overdraft;
        13 UInt32Type lock_date; 14 UInt32Type lock_time; 15 UInt32Type amount;
        16 UInt32Type end_date; 17 UInt32Type end_time; 18 Int16Type utc_offset_minutes;
        19 UInt32Type ceiling; 20 UInt32Type mac2; 21 UInt32Type gtac; 22 UInt32Type gmac;
        23 UInt32Type sam_tac;
    }
    let tacs = values::<UInt32Type>(columns, 24)?;
    for (row, tac) in rows.iter_mut().zip(tacs) {
        row.tac = tac.unwrap_or(0);
        row.marks = if tac.is_some() { mark::TAC_THERE } else { 0 };
    }
    Ok(rows)
}

/// A batch out of rows, with [`STANDING`] where `carried`.
///
/// # Errors
/// None that a caller can do something about.
pub fn batch(rows: &[Row], carried: bool) -> Result<RecordBatch> {
    fn column<T: ArrowPrimitiveType>(rows: &[Row], of: impl Fn(&Row) -> T::Native) -> ArrayRef {
        Arc::new(PrimitiveArray::<T>::from_iter_values(rows.iter().map(of)))
    }
    let words: [fn(&Row) -> u32; 15] = [
        |row| row.icc,
        |row| row.trn,
        |row| row.balance,
        |row| row.overdraft,
        |row| row.lock_date,
        |row| row.lock_time,
        |row| row.amount,
        |row| row.end_date,
        |row| row.end_time,
        |row| row.ceiling,
        |row| row.mac2,
        |row| row.gtac,
        |row| row.gmac,
        |row| row.sam_tac,
        |row| row.ttc,
    ];
    let word = |place: usize| match words.get(place) {
        Some(of) => column::<UInt32Type>(rows, of),
        None => column::<UInt32Type>(rows, |_| 0),
    };
    let mut columns = vec![
        column::<UInt32Type>(rows, |row| row.station),
        column::<UInt8Type>(rows, |row| row.kind),
        column::<UInt64Type>(rows, |row| row.asn),
        column::<UInt8Type>(rows, |row| row.purse),
        column::<UInt16Type>(rows, |row| row.ctc),
        column::<UInt64Type>(rows, |row| row.tid),
        word(14),
        column::<UInt8Type>(rows, |row| row.key_version),
        column::<UInt8Type>(rows, |row| row.algorithm),
    ];
    columns.extend((0..9).map(word));
    columns.push(column::<Int16Type>(rows, |row| row.utc_offset_minutes));
    columns.extend((9..14).map(word));
    let tacs = rows.iter().map(|row| row.has(mark::TAC_THERE).then_some(row.tac));
    columns.push(Arc::new(tacs.collect::<UInt32Array>()));
    if carried {
        let standing =
            rows.iter().map(|row| row.marks & (mark::CARRIED | mark::DISPUTED | mark::BOOKED));
        columns.push(Arc::new(UInt8Array::from_iter_values(standing)));
        return Ok(RecordBatch::try_new(carried_schema(), columns)?);
    }
    Ok(RecordBatch::try_new(schema(), columns)?)
}
