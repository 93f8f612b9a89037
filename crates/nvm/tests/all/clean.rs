//! What an image at rest does: nothing.

use nvm::memory::{Fill, Tear};
use nvm::{Header, Kind, identify};

use crate::common::{
    IMAGE_LEN, SLOT, append_all, commit_all, formatted, formatted_log, open, open_log, payload,
    record,
};

#[test]
fn opening_writes_nothing() {
    let mut ram = formatted();
    let mut log = formatted_log();
    for n in 0..20 {
        assert_eq!(commit_all(&mut ram, n..=n), (1, None));
        assert_eq!(append_all(&mut log, n..=n), (1, None));
        let (image_counts, log_counts) = ((ram.writes, ram.written), (log.writes, log.written));
        assert_eq!(open(&mut ram).unwrap().payload(), payload(n));
        assert_eq!(open_log(&mut log).unwrap().1.last(), Some(&record(n)));
        assert_eq!((ram.writes, ram.written), image_counts);
        assert_eq!((log.writes, log.written), log_counts);
    }
    println!("clean openings: 20 images and 20 logs, 0 writes");
}

#[test]
fn a_commit_is_two_writes_of_one_slot_each() {
    let mut ram = formatted();
    let (writes, written) = (ram.writes, ram.written);
    assert_eq!(commit_all(&mut ram, 1..2), (1, None));
    assert_eq!((ram.writes - writes, ram.written - written), (2, 2 * SLOT as u64));
}

#[test]
fn a_tear_beyond_the_last_write_does_nothing() {
    let mut ram = formatted();
    ram.arm(Tear { write: 3, at: 0, fill: Fill::Random(1) });
    assert_eq!(commit_all(&mut ram, 1..2), (1, None));
    assert!(!ram.is_dark());
    assert_eq!(open(&mut ram).unwrap().payload(), payload(1));
}

#[test]
fn generations_count_commits() {
    let mut ram = formatted();
    let mut image = open(&mut ram).unwrap();
    assert_eq!(image.generation(), 1);
    for n in 1..=5 {
        image.commit(&payload(n)).unwrap();
        assert_eq!((image.generation(), image.payload()), (n + 1, &payload(n)[..]));
    }
    assert_eq!(image.nvm_mut().bytes.len(), IMAGE_LEN);
}

#[test]
fn a_log_reads_again_what_it_appended() {
    let mut ram = formatted_log();
    let (mut log, _) = open_log(&mut ram).unwrap();
    let mut read = Vec::new();
    for n in 0..10 {
        assert_eq!(log.append(&record(n)), Ok(n + 1));
        read.clear();
        log.read_all(|_, payload| read.push(payload.to_vec())).unwrap();
        assert_eq!(read, (0..=n).map(record).collect::<Vec<_>>());
    }
    let bytes = log.nvm_mut().bytes.clone();
    assert_eq!(log.into_nvm().bytes, bytes);
}

#[test]
fn a_header_is_read_without_the_rest() {
    let mut ram = formatted();
    let expected = Header { kind: Kind::Card.code(), version: 1, fixed_len: 8, slot_len: 40 };
    assert_eq!(identify(&mut ram), Ok(expected));
}
