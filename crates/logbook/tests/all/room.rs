//! A disk that fills: new locks are refused while there is room for the open ones.

use std::sync::atomic::Ordering;

use logbook::Disk as _;
use logbook::{Logbook, OfFolder, Room};
use terminal::Journal as _;

use crate::support::{Gauge, steps};

#[test]
fn no_new_lock_is_begun_when_little_is_left_and_open_ones_come_to_their_end() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Gauge::with(64 << 20);
    let room = Room::of(Box::new(disk.clone()));
    let mut book = Logbook::open(&folder.path().join("logbook"), room).unwrap();
    assert_eq!(book.is_low(), None);
    let open = steps(1, 1);
    book.append(&open[0]).unwrap();
    disk.0.store(63 << 20, Ordering::SeqCst);
    assert!(book.is_low().is_some(), "somebody is warned in time");
    book.append(&open[1]).unwrap();
    disk.0.store((16 << 20) - 1, Ordering::SeqCst);
    assert!(book.append(&steps(1, 2)[0]).is_err());
    assert!(
        book.last_error().is_some_and(|words| words.contains("make room")),
        "{:?}",
        book.last_error()
    );
    open[2..].iter().for_each(|entry| book.append(entry).unwrap());
    disk.0.store(16 << 20, Ordering::SeqCst);
    book.append(&steps(1, 2)[0]).unwrap();
}

#[test]
fn a_real_disk_says_how_much_is_left() {
    assert!(OfFolder(std::env::temp_dir()).free().is_some_and(|free| free > 0));
    assert_eq!(OfFolder("/no/such/folder".into()).free(), None);
}
