//! How much memory a file takes does not depend on its size: a process of its own, so that nothing else is measured.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::convert::Infallible;
use std::fs::{self, File};
use std::io::BufWriter;

use crypto::Key;
use crypto::bulk::Engine;
use host::MainKeys;
use records::{Checker, CsvWriter, Event, Outcome, TableWriter, verify};

/// The most memory that this process had so far, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

const PART: u32 = 10_000;
const PARTS: u32 = 120;

/// Rows whose codes need no time.
fn rows(part: u32) -> Vec<Outcome> {
    let row = |ttc: u32| Outcome { kind: 6, tid: 1, ttc, ..Outcome::default() };
    (part * PART..(part + 1) * PART).map(row).collect()
}

#[test]
fn a_file_of_any_size_takes_the_memory_of_some_batches() {
    let folder = tempfile::tempdir().unwrap();
    let (table, csv) = (folder.path().join("a"), folder.path().join("b"));
    let mut to_table = TableWriter::new(BufWriter::new(File::create(&table).unwrap())).unwrap();
    let mut to_csv = CsvWriter::new(BufWriter::new(File::create(&csv).unwrap())).unwrap();
    for part in 0..PARTS {
        to_table.write(&rows(part)).unwrap();
        to_csv.write(&rows(part)).unwrap();
    }
    to_table.finish().unwrap();
    to_csv.finish().unwrap();
    let written = peak();
    let keys = MainKeys::new([const { [7; 16] }; 10].map(Key::new), Key::new([8; 16]));
    let checker = Checker::new(&keys, Engine::best());
    let mut read = 0;
    verify(&[table, csv], &checker, 2, |_, event| {
        if let Event::Rows(batch, ..) = event {
            read += batch.rows.len() as u64;
        }
        Ok::<(), Infallible>(())
    })
    .unwrap();
    assert_eq!(read, u64::from(2 * PART * PARTS));
    // All rows of one file at once would be 1.2 million of more than a hundred bytes each.
    let all = u64::from(PART * PARTS) * size_of::<Outcome>() as u64;
    let took = peak() - written;
    assert!(took < all / 3, "{took} bytes of {all}");
    assert!(written < all, "{written} bytes of {all}");
}
