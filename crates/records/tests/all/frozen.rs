//! Files of every version that was ever written are read for ever.

use std::fs::File;
use std::path::{Path, PathBuf};

use records::{Format, Kind, Outcome, RecordFile};

fn frozen(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen").join(name)
}

fn rows(name: &str) -> (Format, Vec<Outcome>) {
    let mut file = RecordFile::new(File::open(frozen(name)).unwrap()).unwrap();
    let mut rows = Vec::new();
    while let Some(batch) = file.next(1_000).unwrap() {
        assert!(batch.wrong.is_empty(), "{:?}", batch.wrong);
        rows.extend(batch.rows);
    }
    (file.format(), rows)
}

#[test]
fn version_1_of_the_table_is_read() {
    let (format, table) = rows("table-1.parquet");
    assert_eq!(format, Format::Parquet);
    let (format, text) = rows("table-1.csv");
    assert_eq!(format, Format::Csv);
    assert_eq!(table, text, "the same rows, for people");
    let kinds: std::collections::BTreeSet<Kind> = table.iter().filter_map(Outcome::kind).collect();
    assert_eq!(kinds.len(), Kind::ALL.len(), "one of each kind");
}
