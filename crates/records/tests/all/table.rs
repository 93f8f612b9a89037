//! The table as Parquet.

use std::io::Write as _;

use records::{Batch, Damage, Outcome, TableReader, TableWriter};

use crate::world::{keys, made, order};

pub(crate) fn written(rows: &[Outcome]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = TableWriter::new(&mut bytes).unwrap();
    // In pieces that are no divisor of a row group.
    for rows in rows.chunks(777) {
        writer.write(rows).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn opened(bytes: &[u8]) -> Result<TableReader, Damage> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    TableReader::new(file)
}

fn batches(bytes: &[u8], most: usize) -> Vec<Batch> {
    let mut reader = opened(bytes).unwrap();
    std::iter::from_fn(|| reader.next(most).unwrap()).collect()
}

#[test]
fn what_is_written_is_read() {
    let (mut rows, _) = made(&order(3_000, 1), &keys(), 1);
    // What no record can hold is held all the same: the table judges nothing.
    let full = Outcome {
        station: u32::MAX,
        kind: u8::MAX,
        asn: u64::MAX,
        purse: u8::MAX,
        ctc: u16::MAX,
        tid: u64::MAX,
        ttc: u32::MAX,
        utc_offset_minutes: i16::MIN,
        balance: u32::MAX,
        tac: Some(u32::MAX),
        ..rows[0]
    };
    rows.extend([full, Outcome::default(), Outcome { tac: Some(0), ..full }]);
    for rows in [&rows[..], &rows[..1], &[]] {
        let bytes = written(rows);
        for most in [1, 1_000, 100_000] {
            let batches = batches(&bytes, most);
            assert!(batches.iter().all(|batch| batch.rows.len() <= most && batch.wrong.is_empty()));
            let read: Vec<Outcome> = batches.iter().flat_map(|batch| batch.rows.clone()).collect();
            assert!(read == rows, "batches of {most}");
            let places = batches.iter().flat_map(|batch| batch.places.clone());
            assert!(places.eq(1..=rows.len() as u64));
        }
        assert_eq!(opened(&bytes).unwrap().rows(), rows.len() as u64);
    }
}

#[test]
fn several_row_groups_are_read_in_their_order() {
    let rows: Vec<Outcome> = (0..300_000)
        .map(|ttc| Outcome { ttc, tac: (ttc % 3 == 0).then_some(ttc), ..Outcome::default() })
        .collect();
    let read = batches(&written(&rows), 16_384);
    let read: Vec<Outcome> = read.into_iter().flat_map(|batch| batch.rows).collect();
    assert!(read == rows);
}
