//! What a small file may ask for: a process of its own, so that nothing else is measured.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{Seek as _, Write as _};

use parquet::basic::Compression;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataWriter};
use parquet::file::reader::FileReader as _;
use parquet::file::serialized_reader::SerializedFileReader;
use records::{Damage, Outcome, RecordFile, TableWriter};

/// The most memory that this process had so far, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

fn file(bytes: &[u8]) -> fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn read(bytes: &[u8]) -> Result<usize, Damage> {
    let mut from = RecordFile::new(file(bytes))?;
    let mut rows = 0;
    while let Some(batch) = from.next(1_000)? {
        rows += batch.len();
    }
    Ok(rows)
}

fn table() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = TableWriter::new(&mut bytes).unwrap();
    writer.write(&[Outcome { kind: 6, tid: 1, ..Outcome::default() }; 20]).unwrap();
    writer.finish().unwrap();
    bytes
}

/// Seven bits a byte, and the sign in the lowest bit.
fn number(number: u32) -> Vec<u8> {
    let (mut left, mut bytes) = (u64::from(number) * 2, Vec::new());
    while left >= 0x80 {
        bytes.push(u8::try_from(left & 0x7F).unwrap() | 0x80);
        left >>= 7;
    }
    bytes.push(u8::try_from(left).unwrap());
    bytes
}

/// A dictionary of eight bytes that says other things.
fn dictionary(whole: u32, values: u32) -> Vec<u8> {
    let parts = [
        vec![0x15, 4, 0x15],
        number(whole),
        vec![0x15, 16, 0x4C, 0x15],
        number(values),
        vec![0x15, 0, 0, 0],
        vec![0; 8],
    ];
    parts.concat()
}

/// The table with this dictionary before the pages of its column `kind`.
fn with(dictionary: &[u8], compression: Compression) -> Vec<u8> {
    let bytes = table();
    let metadata: ParquetMetaData =
        SerializedFileReader::new(file(&bytes)).unwrap().metadata().clone();
    let mut metadata = metadata.into_builder();
    let [group] = <[_; 1]>::try_from(metadata.take_row_groups()).unwrap();
    let mut group = group.into_builder();
    let mut columns = group.take_columns();
    let kind = columns.remove(1);
    let pages = &bytes[usize::try_from(kind.data_page_offset()).unwrap()..][..60];
    let begin = bytes.len() as i64;
    let built = kind.into_builder().set_dictionary_page_offset(Some(begin));
    let built = built.set_data_page_offset(begin + dictionary.len() as i64);
    let built = built.set_total_compressed_size((dictionary.len() + pages.len()) as i64);
    columns.insert(1, built.set_compression(compression).build().unwrap());
    let group = group.set_column_metadata(columns).build().unwrap();
    let metadata = metadata.add_row_group(group).build();
    let mut bent = [&bytes[..], dictionary, pages].concat();
    ParquetMetaDataWriter::new(&mut bent, &metadata).finish().unwrap();
    bent
}

fn end(metadata: &[u8]) -> Vec<u8> {
    let length = u32::try_from(metadata.len()).unwrap().to_le_bytes();
    [b"PAR1", metadata, &length, b"PAR1"].concat()
}

#[test]
fn a_small_file_gets_no_more_memory_than_it_has_bytes_for() {
    assert_eq!(read(&table()).unwrap(), 20);
    let before = peak();
    let snappy = Compression::SNAPPY;
    for (file, words) in [
        (with(&dictionary(8, 60_000_000), Compression::UNCOMPRESSED), "more than it can"),
        (with(&dictionary(240_000_000, 2), snappy), "more than it can"),
        (with(&dictionary(60_000_000, 15_000_000), snappy), "more than it can"),
        // Lists of 2,147,483,647 nodes of a schema, row groups, and pairs; and a list that is said to be a number.
        (end(&[0x15, 2, 0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 7]), "what it says"),
        (end(&[0x15, 2, 0x39, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 7]), "what it says"),
        (end(&[0x15, 2, 0x49, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 7]), "what it says"),
        (end(&[0x15, 2, 0x15, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 7, 0]), "what it says"),
        // A node with 2,147,483,647 others below it.
        (
            end(&[0x15, 2, 0x19, 0x1C, 0x48, 1, b'a', 0x15, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0]),
            "what it says",
        ),
    ] {
        let damage = read(&file).unwrap_err();
        assert!(matches!(&damage, Damage::Broken(what) if what.contains(words)), "{damage:?}");
    }
    let took = peak() - before;
    assert!(took < 32 << 20, "{took} bytes");
}

#[test]
fn a_schema_of_many_levels_ends_nothing() {
    // Each of 1,023 nodes has one below it; the last one is a number.
    let node = |children: &[u8]| [&[0x35, 0, 0x18, 1, b'a'], children, &[0]].concat();
    let mut metadata = vec![0x15, 2, 0x19, 0xFC, 0xFF, 7];
    (1..1_023).for_each(|_| metadata.extend(node(&[0x15, 2])));
    metadata.extend([0x15, 2, 0x25, 0, 0x18, 1, b'a', 0]);
    metadata.extend([0x16, 0, 0x19, 0x0C, 0]);
    let metadata = end(&metadata);
    let read = std::thread::spawn(move || read(&metadata)).join().unwrap();
    let what = read.unwrap_err().to_string();
    assert!(what.contains("does not say greylock.records"), "{what}");
}
