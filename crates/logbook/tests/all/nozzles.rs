//! Many nozzles at once.

use station::{Index, Records as _};
use terminal::{Journal as _, Progress};
use wire::{Report, Ttc};

use crate::support::{open, steps, tid};

#[test]
fn eight_nozzles_write_at_once_and_nothing_is_lost_or_torn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logbook");
    let book = open(&path).unwrap();
    std::thread::scope(|scope| {
        for nozzle in 1..=8 {
            let mut book = book.clone();
            scope.spawn(move || {
                for ttc in 1..=10 {
                    for entry in steps(nozzle, ttc) {
                        book.append(&entry).unwrap();
                    }
                    assert!(matches!(
                        book.progress(tid(nozzle), Ttc(ttc)),
                        Some(Progress::Settled(_, _))
                    ));
                }
            });
        }
    });
    assert_eq!(book.records(), 8 * 10 * 5);
    let outbox = book.unreported();
    assert_eq!(outbox.through, 400);
    assert!(outbox.reports.iter().all(|report| matches!(report, Report::Sale(..))));
    assert_eq!(outbox.reports.len(), 80);
    let before = book.look(Index::clone);
    drop(book);
    assert_eq!(open(&path).unwrap().look(Index::clone), before);
}
