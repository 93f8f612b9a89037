//! Parquet files that are damaged, of something else, or of other programs.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::{Compression, Type as Physical};
use parquet::data_type::{ByteArrayType, Int32Type, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use records::{COLUMNS, Damage, RecordFile, VERSION_KEY};

use crate::formats::file;
use crate::table::written;
use crate::world::{keys, made, order};

/// Every column as another program may write it.
fn columns(repetition: &str) -> String {
    let field = |name: &str, bits: i8, signed: bool| {
        let physical = if bits == 64 { "int64" } else { "int32" };
        format!("{repetition} {physical} {name} (INTEGER({bits},{signed}));")
    };
    let fields = COLUMNS.iter().rev().map(|column| field(column.name, column.bits, column.signed));
    fields.chain(["optional binary remark;".to_owned()]).collect()
}

/// A file of that schema; its columns hold ones, or nothing in the rows where `there` says so.
fn foreign(columns: &str, version: Option<&str>, there: &[bool]) -> Vec<u8> {
    foreign_of(columns, version, there, |_, _| 1)
}

/// The same with other cells, by the column's name and the row.
fn foreign_of(
    columns: &str,
    version: Option<&str>,
    there: &[bool],
    cell: impl Fn(&str, usize) -> i32,
) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(&format!("message other {{ {columns} }}")).unwrap());
    let pair = |version: &str| KeyValue::new(VERSION_KEY.to_owned(), version.to_owned());
    let properties = WriterProperties::builder()
        .set_key_value_metadata(version.map(|version| vec![pair(version)]))
        .set_compression(Compression::SNAPPY);
    let mut bytes = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties.build())).unwrap();
    if !there.is_empty() {
        let levels: Vec<i16> = there.iter().map(|there| i16::from(*there)).collect();
        let descriptions = writer.schema_descr().columns().to_vec();
        let mut group = writer.next_row_group().unwrap();
        for description in descriptions {
            let rows = (0..there.len()).filter(|row| there[*row]);
            let cells: Vec<i32> = rows.map(|row| cell(description.name(), row)).collect();
            let wide: Vec<i64> = cells.iter().map(|cell| i64::from(*cell)).collect();
            let none = vec![0; there.len()];
            let mut column = group.next_column().unwrap().unwrap();
            let written = match description.physical_type() {
                Physical::INT32 => {
                    column.typed::<Int32Type>().write_batch(&cells, Some(&levels), None)
                }
                Physical::INT64 => {
                    column.typed::<Int64Type>().write_batch(&wide, Some(&levels), None)
                }
                _ => column.typed::<ByteArrayType>().write_batch(&[], Some(&none), None),
            };
            written.unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    bytes
}

fn open(bytes: &[u8]) -> Result<RecordFile, Damage> {
    RecordFile::new(file(bytes))
}

fn refused(bytes: &[u8]) -> String {
    match open(bytes) {
        Err(Damage::Foreign(what)) => what,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was taken"),
    }
}

#[test]
fn another_version_and_another_schema_are_refused_by_name() {
    let ours = columns("required");
    assert!(open(&foreign(&ours, Some("1"), &[])).is_ok());
    assert!(refused(&foreign(&ours, Some("2"), &[])).contains("version 2"));
    assert!(refused(&foreign(&ours, None, &[])).contains("something else"));
    let without = ours.replace("required int32 gmac (INTEGER(32,false));", "");
    assert!(refused(&foreign(&without, Some("1"), &[])).contains("no column `gmac`"));
    for other in ["required binary gmac;", "required int64 gmac;", "repeated int32 gmac;"] {
        let schema = format!("{without}{other}");
        let what = refused(&foreign(&schema, Some("1"), &[]));
        assert!(what.contains("`gmac`"), "{other}: {what}");
    }
    let nested = format!("{without} optional group gmac {{ required int32 gmac; }}");
    assert!(refused(&foreign(&nested, Some("1"), &[])).contains("no column `gmac`"));
}

#[test]
fn columns_that_could_be_empty_are_read_and_a_row_without_one_is_told() {
    let bytes = foreign(&columns("optional"), Some("1"), &[true, false, true]);
    let mut from = open(&bytes).unwrap();
    let batch = from.next(10).unwrap().unwrap();
    assert_eq!((batch.places, batch.rows.len()), (vec![1, 3], 2));
    assert_eq!((batch.rows[0].asn, batch.rows[0].mac2, batch.rows[0].tac), (1, 1, Some(1)));
    assert_eq!(batch.wrong.len(), 1);
    assert_eq!(batch.wrong[0].row, 2);
    assert!(from.next(10).unwrap().is_none());
}

#[test]
fn a_cell_that_no_column_of_ours_holds_is_told_by_its_row() {
    // Eight bits are a promise that the four bytes of a cell need not keep.
    let bytes = foreign_of(&columns("optional"), Some("1"), &[true; 3], |name, row| match name {
        "kind" => [1, 256, -1][row],
        _ => 1,
    });
    let batch = open(&bytes).unwrap().next(10).unwrap().unwrap();
    assert_eq!((batch.places, batch.rows.len()), (vec![1], 1));
    let told: Vec<(u64, bool)> =
        batch.wrong.iter().map(|wrong| (wrong.row, wrong.what.contains("`kind`"))).collect();
    assert_eq!(told, [(2, true), (3, true)]);
}

#[test]
fn a_row_group_of_any_length_is_read_in_batches() {
    let rows = 400_000;
    let bytes = foreign(&columns("optional"), Some("1"), &vec![true; rows]);
    let mut from = open(&bytes).unwrap();
    let mut read = 0;
    while let Some(batch) = from.next(1_000).unwrap() {
        assert!(batch.len() <= 1_000);
        read += batch.rows.len();
    }
    assert_eq!(read, rows);
}

/// Reads to the end or to the damage; rows that are told as wrong count, too.
fn rows_of(from: File) -> Result<usize, Damage> {
    let mut from = RecordFile::new(from)?;
    let mut rows = 0;
    while let Some(batch) = from.next(64)? {
        rows += batch.len();
    }
    Ok(rows)
}

#[test]
fn a_file_that_was_cut_off_is_damaged_wherever_it_was() {
    let (rows, _) = made(&order(300, 1), &keys(), 1);
    let bytes = written(&rows);
    for end in (4..bytes.len()).step_by(97).chain(bytes.len() - 12..bytes.len()) {
        let damage = rows_of(file(&bytes[..end])).unwrap_err();
        assert!(matches!(damage, Damage::Broken(_)), "{end}: {damage:?}");
    }
    assert_eq!(rows_of(file(&bytes)).unwrap(), 300);
}

#[test]
fn a_file_with_any_byte_changed_is_read_or_told_and_never_a_panic() {
    let (rows, _) = made(&order(20, 1), &keys(), 1);
    let bytes = written(&rows);
    let mut told = 0;
    for at in 0..bytes.len() {
        let mut bent = bytes.clone();
        bent[at] ^= [0x01, 0x80, 0xFF][at % 3];
        told += usize::from(rows_of(file(&bent)).is_err());
    }
    assert!(told > 100, "{told}");
}

/// Where the footer begins.
fn footer(bytes: &[u8]) -> usize {
    let length = bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap();
    bytes.len() - 8 - u32::from_le_bytes(length) as usize
}

/// 300 and 299 as the footer has them: twice the number, seven bits a byte.
const ALL: [u8; 2] = [0xD8, 0x04];
const ONE_LESS: [u8; 2] = [0xD6, 0x04];

#[test]
fn a_file_that_says_fewer_rows_than_it_has_is_damaged_wherever_it_says_so() {
    let (rows, _) = made(&order(300, 1), &keys(), 1);
    let mut bytes = written(&rows);
    let counts: Vec<usize> =
        (footer(&bytes)..bytes.len() - 8).filter(|at| bytes[*at..].starts_with(&ALL)).collect();
    assert!(counts.len() >= COLUMNS.len() + 2, "the file, its group and every column");
    for at in &counts {
        let mut bent = bytes.clone();
        bent[*at..*at + 2].copy_from_slice(&ONE_LESS);
        let rows = rows_of(file(&bent));
        assert!(matches!(rows, Err(Damage::Broken(_)) | Ok(300)), "{at}: {rows:?}");
    }
    // The file and its group agree with each other, and not with the columns.
    let (group, whole) = (counts[counts.len() - 1], counts[0]);
    for at in [group, whole] {
        bytes[at..at + 2].copy_from_slice(&ONE_LESS);
    }
    let damage = rows_of(file(&bytes)).unwrap_err();
    assert!(damage.to_string().contains("row group"), "{damage}");
}

#[test]
fn no_changed_byte_of_a_footer_hides_a_row() {
    let (rows, _) = made(&order(20, 1), &keys(), 1);
    let bytes = written(&rows);
    for at in footer(&bytes)..bytes.len() - 8 {
        for bit in [0x02, 0x08, 0x80] {
            let mut bent = bytes.clone();
            bent[at] ^= bit;
            let read = rows_of(file(&bent)).unwrap_or(20);
            assert_eq!(read, 20, "byte {at}");
        }
    }
}
