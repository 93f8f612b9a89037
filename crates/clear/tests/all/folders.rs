//! Folders of days: which one follows which, whole or not, and by whom they are written.

use std::path::Path;

use clear::engine::{plan, session};
use clear::error::ClearError;
use clear::files::{Previous, Summary};
use clear::run::{Order, clear};

use crate::maker::{DAY, checker, grey, sale, write};
use crate::runs::{files, here, run};

/// A day of one grey record, cleared; where it lies.
fn cleared(folder: &Path) -> std::path::PathBuf {
    let (day, out) = (folder.join("day.parquet"), folder.join("first"));
    write(&day, &[grey((1, 0, 2, 1, 5_000, 1_200))]);
    run(&day, None, &out, DAY, here(1, None)).unwrap();
    out
}

fn refused(result: Result<Summary, ClearError>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.exit(), 2, "{error}");
    error.to_string()
}

#[test]
fn a_day_that_is_left_out_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (day, out) = (folder.path().join("day.parquet"), folder.path().join("out"));
    let first = cleared(folder.path());
    let told = refused(run(&day, Some(&first), &out, DAY + 2, here(1, None)));
    assert!(told.contains("clear them first, or say --gap"), "{told}");
    let order = Order {
        day,
        date: DAY + 2,
        previous: Some(Previous { folder: first, gap: true }),
        out,
        place: here(1, None),
    };
    let (summary, _) = tokio::runtime::Runtime::new().unwrap().block_on(clear(&order)).unwrap();
    assert_eq!((summary.previous.as_deref(), summary.rows.carried), (Some("20261123"), 1));
}

#[test]
fn what_a_day_left_is_taken_as_it_was_written_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (day, out) = (folder.path().join("day.parquet"), folder.path().join("out"));
    let first = cleared(folder.path());
    let other = folder.path().join("other");
    write(&day, &[sale((1, 0, 2, 1, 5_000, 1_200))]);
    run(&day, None, &other, DAY, here(1, None)).unwrap();
    for name in ["pending.parquet", "heard.parquet", "cards.parquet"] {
        let there = std::fs::read(first.join(name)).unwrap();
        let of_another = std::fs::read(other.join(name)).unwrap();
        if there != of_another {
            std::fs::write(first.join(name), of_another).unwrap();
            let told = refused(run(&day, Some(&first), &out, DAY + 1, here(1, None)));
            assert!(
                told.contains(name) && told.contains("is not the file that 20261123"),
                "{told}"
            );
        }
        std::fs::write(first.join(name), &there).unwrap();
    }
    run(&day, Some(&first), &out, DAY + 1, here(1, None)).unwrap();
}

#[test]
fn one_run_at_a_time_writes_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (day, out) = (folder.path().join("day.parquet"), folder.path().join("first"));
    let before = files(&cleared(folder.path()));
    let held = std::fs::File::open(&out).unwrap();
    held.lock().unwrap();
    let told = refused(run(&day, None, &out, DAY, here(1, None)));
    assert!(told.contains("another run is writing"), "{told}");
    drop(held);
    assert!(files(&out) == before);
    run(&day, None, &out, DAY, here(1, None)).unwrap();
    assert!(files(&out) == before);
}

#[test]
fn a_name_is_no_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("[1]* %20é.table"), &[sale((1, 0, 2, 1, 5_000, 1_200))]);
    write(&path("1.parquet"), &[sale((1, 0, 2, 1, 5_000, 900))]);
    let out = path("out ?");
    let first = run(&path("[1]* %20é.table"), None, &out, DAY, here(1, None)).unwrap();
    assert_eq!(first.settled.amount, 1_200);
    let next = run(&path("[1]* %20é.table"), Some(&out), &path("next"), DAY + 1, here(1, None));
    assert_eq!(next.unwrap().classes["settled_before"].count, 1);
}

#[test]
fn other_keys_than_those_of_the_plan_check_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let day = folder.path().join("day.parquet");
    write(&day, &[sale((1, 0, 2, 1, 5_000, 1_200))]);
    let told = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let context = session::local(&checker(), &std::sync::Arc::default(), 1, None).unwrap();
        let keys = plan::keys_name(&context).await.unwrap();
        let sources = |keys| plan::Sources {
            day: vec![day.to_string_lossy().into_owned()],
            partitions: 1,
            keys,
            ..plan::Sources::default()
        };
        let lines = plan::lines(&context, &sources(keys)).await.unwrap();
        assert!(lines.collect().await.is_ok());
        let lines = plan::lines(&context, &sources(keys ^ 1)).await.unwrap();
        lines.collect().await.unwrap_err().to_string()
    });
    assert!(told.contains("have different keys"), "{told}");
}
