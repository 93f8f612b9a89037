//! Whole runs in this process: the same bytes whatever the threads and the memory.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use clear::error::ClearError;
use clear::files::{Previous, Summary};
use clear::row::Row;
use clear::run::{Order, Place, clear};
use crypto::bulk::Engine;
use records::Checker;

use crate::maker::{DAY, checker, grey, keys, sale, tac_seen, unlock, void, write};
use crate::truth::{make, order};

/// Some of everything.
pub(crate) fn some_day() -> Vec<Row> {
    let mut rows = Vec::new();
    for card in 0..200_u64 {
        let (station, ttc) = (1 + (card % 7) as u32, 10 + card as u32);
        let first = sale((card, 0, station, ttc, 9_000, 1_000));
        let escape = grey((card, 2, station + 1, 1_000 + ttc, 8_000, 500));
        rows.extend([first, escape]);
        match card % 9 {
            0 => rows.push(first),
            1 => rows.push(tac_seen(&escape, 3)),
            2 => rows.push(unlock(&escape, 500)),
            3 => rows.push(sale((card, 4, station, 2_000 + ttc, 7_500, 100))),
            4 => rows.push(Row { gmac: 1, ..sale((card, 4, station, 2_000 + ttc, 7_500, 100)) }),
            5 => rows.push(void(station, 3_000 + ttc)),
            _ => {}
        }
    }
    rows
}

pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let file = |entry: std::fs::DirEntry| {
        (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())
    };
    entries.map(file).collect()
}

pub(crate) fn here(threads: usize, memory: Option<usize>) -> Place {
    Place::Here { checker: checker(), threads, memory }
}

pub(crate) fn run(
    day: &Path,
    previous: Option<&Path>,
    out: &Path,
    date: u32,
    place: Place,
) -> Result<Summary, ClearError> {
    let order = Order {
        day: day.to_owned(),
        date,
        previous: previous.map(|folder| Previous { folder: folder.to_owned(), gap: false }),
        out: out.to_owned(),
        place,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(clear(&order)).map(|(summary, _)| summary)
}

#[test]
fn the_same_bytes_whatever_the_threads_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let rows = some_day();
    write(&path("day.parquet"), &rows);
    std::fs::create_dir(path("parts")).unwrap();
    for (place, rows) in rows.chunks(97).enumerate() {
        write(&path("parts").join(format!("{place}.parquet")), rows);
    }
    let summary = run(&path("day.parquet"), None, &path("one"), DAY, here(1, None)).unwrap();
    assert_eq!(summary.rows.read, rows.len() as u64);
    assert_eq!((summary.rows.quarantined, summary.rows.duplicates), (22, 23));
    assert_eq!(summary.classes["succession"].count, 22);
    run(&path("parts"), None, &path("four"), DAY, here(4, None)).unwrap();
    let one = files(&path("one"));
    let names: Vec<&str> = one.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "cards.parquet",
            "exceptions.csv",
            "heard.parquet",
            "net.csv",
            "pending.parquet",
            "summary.json"
        ]
    );
    assert!(one == files(&path("four")), "four threads");
}

#[test]
fn a_day_after_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let rows = some_day();
    write(&path("day.parquet"), &rows);
    let first = run(&path("day.parquet"), None, &path("first"), DAY, here(2, None)).unwrap();
    let next =
        run(&path("day.parquet"), Some(&path("first")), &path("next"), DAY + 1, here(2, None))
            .unwrap();
    assert_eq!(next.rows.carried, first.rows.pending);
    assert_eq!((next.settled.count, next.pending), (0, first.pending), "nothing is paid twice");
    let freed: Vec<Row> =
        rows.iter().filter(|row| row.kind == 2).map(|row| tac_seen(row, 9)).collect();
    write(&path("freed.parquet"), &freed);
    let last =
        run(&path("freed.parquet"), Some(&path("next")), &path("last"), DAY + 2, here(2, None))
            .unwrap();
    assert_eq!((last.settled, last.pending.count), (first.pending, 0));
}

#[test]
fn what_is_no_day_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let refused = |result: Result<Summary, ClearError>| result.unwrap_err().to_string();
    std::fs::write(path("text.parquet"), "no table").unwrap();
    let told = refused(run(&path("text.parquet"), None, &path("out"), DAY, here(1, None)));
    assert!(told.contains("text.parquet") && told.contains("no Parquet file"), "{told}");
    let told = refused(run(&path("nowhere"), None, &path("out"), DAY, here(1, None)));
    assert!(told.contains("nowhere"), "{told}");
    write(&path("day.parquet"), &some_day());
    run(&path("day.parquet"), None, &path("out"), DAY, here(1, None)).unwrap();
    let told =
        refused(run(&path("out").join("heard.parquet"), None, &path("x"), DAY, here(1, None)));
    assert!(told.contains("greylock.records"), "{told}");
    let told =
        refused(run(&path("day.parquet"), Some(&path("out")), &path("x"), DAY, here(1, None)));
    assert!(told.contains("not before --day 20261123"), "{told}");
}

#[test]
fn a_carried_row_that_is_rejected_stops_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("day.parquet"), &[grey((1, 0, 2, 1, 5_000, 1_200))]);
    run(&path("day.parquet"), None, &path("first"), DAY, here(1, None)).unwrap();
    let mut keys = keys();
    keys.msk = crypto::Key::new([9; 16]);
    let checker = Arc::new(Checker::new(&keys, Engine::best()));
    let place = Place::Here { checker, threads: 1, memory: None };
    let (day, first) = (path("day.parquet"), path("first"));
    let error = run(&day, Some(&first), &path("next"), DAY + 1, place).unwrap_err();
    let told = error.to_string();
    assert!(told.contains("sam_tac_wrong") && told.contains("TTC 1"), "{told}");
    assert_eq!(error.exit(), 1);
    assert!(files(&path("next")).keys().all(|name| name.ends_with(".partial")));
    let told = run(&day, Some(&first), &first.join("."), DAY + 1, here(1, None)).unwrap_err();
    assert!(told.to_string().contains("--out and --previous are both"), "{told}");
    assert!(files(&first).contains_key("summary.json"));
}

#[test]
fn a_record_that_comes_a_day_after_its_successor_is_settled() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("first.parquet"), &[sale((1, 2, 3, 1, 3_800, 100))]);
    write(&path("late.parquet"), &[grey((1, 0, 2, 1, 5_000, 1_200))]);
    run(&path("first.parquet"), None, &path("first"), DAY, here(1, None)).unwrap();
    let (late, first) = (path("late.parquet"), path("first"));
    let next = run(&late, Some(&first), &path("next"), DAY + 1, here(2, None)).unwrap();
    assert_eq!((next.classes["succession"].amount, next.rows.read), (1_200, 1));
    assert_eq!(next.exceptions.len(), 0);
}

#[test]
fn a_folder_that_is_written_again_is_no_whole_day_until_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("day.parquet"), &[grey((1, 0, 2, 1, 5_000, 1_200))]);
    run(&path("day.parquet"), None, &path("out"), DAY, here(1, None)).unwrap();
    let net = path("out").join("net.csv");
    std::fs::remove_file(&net).unwrap();
    std::fs::create_dir(&net).unwrap();
    let told = run(&path("day.parquet"), None, &path("out"), DAY, here(1, None)).unwrap_err();
    assert!(told.to_string().contains("net.csv"), "{told}");
    assert!(!path("out").join("summary.json").exists(), "it would be taken for a whole day");
}

#[test]
fn exceptions_have_codes_in_their_full_width() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("day.parquet"), &[Row { algorithm: 0x10, ..grey((1, 0, 2, 1, 5_000, 1_200)) }]);
    run(&path("day.parquet"), None, &path("out"), DAY, here(1, None)).unwrap();
    let text = std::fs::read_to_string(path("out").join("exceptions.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let (names, fields) = (lines.next().unwrap(), lines.next().unwrap());
    let place = names.iter().position(|name| *name == "algorithm").unwrap();
    assert_eq!((fields[0], fields[place]), ("key_version_unknown", "10"));
}

#[test]
fn a_bound_of_memory_holds_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    make(&path("day.parquet"), order(12_000, 5));
    run(&path("day.parquet"), None, &path("one"), DAY, here(2, None)).unwrap();
    run(&path("day.parquet"), None, &path("bound"), DAY, here(2, Some(64 << 20))).unwrap();
    assert!(files(&path("one")) == files(&path("bound")));
    let told = run(&path("day.parquet"), None, &path("little"), DAY, here(2, Some(1 << 20)))
        .unwrap_err()
        .to_string();
    assert!(told.contains("the engine gave up: ") && told.contains("memory"), "{told}");
    assert!(files(&path("little")).keys().all(|name| name.ends_with(".partial")));
}
