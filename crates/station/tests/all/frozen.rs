//! Journals of every released format are read again. For a new format, run the ignored test,
//! store what it prints beside the others, and add a line here.

use nvm::memory::Ram;
use station::StationJournal;
use station::journal::{IDENTITY_LEN, VERSION};
use terminal::Journal;
use wire::{Entry, PurchaseStep};

use crate::records::record;
use crate::tears::{entries, purchase, purchase_step};

fn made_now() -> Vec<u8> {
    let mut journal = StationJournal::format(Ram::growing(), b"frozen journal 1").unwrap();
    entries().iter().for_each(|entry| journal.append(entry).unwrap());
    journal.into_medium().bytes
}

fn frozen(version: u8) -> Vec<u8> {
    let path = format!("{}/tests/frozen/journal-v{version}.hex", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

#[test]
fn the_current_format_is_frozen() {
    assert_eq!(frozen(VERSION), made_now(), "the format changed without a new version");
    let journal = StationJournal::open(Ram::holding(frozen(VERSION), true)).unwrap();
    assert_eq!(journal.records(), entries().len() as u64);
    assert_eq!(IDENTITY_LEN, 16);
}

/// A journal of version 2 is read and goes on: a record that a card refused bars its lock, as ever in such a journal.
#[test]
fn version_2_is_read_and_names_a_refused_record_by_its_lock() {
    let mut journal = StationJournal::open(Ram::holding(frozen(2), true)).unwrap();
    let known = entries().into_iter().filter(|entry| entry.since_version() <= 2).count() as u64;
    assert_eq!(journal.records(), known);
    assert!(journal.takes_purchases());
    let mut record = record();
    record.terms.id.ctc += 1;
    let lock = record.terms.id;
    assert!(!journal.is_refused(&record));
    journal.append(&Entry::RefusedRecord { lock, tried: record.tried() }).unwrap();
    record.claim.gmac = wire::Mac([9; 4]);
    assert!(journal.is_refused(&record), "which one is not known");
    let journal = StationJournal::open(journal.into_medium()).unwrap();
    assert!(journal.is_refused(&record) && journal.has_refused(&lock));
}

/// A journal of version 1 is read and goes on, with everything but purchases.
#[test]
fn version_1_is_read_and_goes_on() {
    let mut journal = StationJournal::open(Ram::holding(frozen(1), true)).unwrap();
    let known: Vec<Entry> =
        entries().into_iter().filter(|entry| entry.since_version() == 1).collect();
    assert_eq!(journal.records(), known.len() as u64);
    assert!(!journal.takes_purchases());
    assert!(journal.append(&purchase_step(PurchaseStep::Sent(purchase()))).is_err());
    journal.append(&Entry::Reported { through: 6 }).unwrap();
    let journal = StationJournal::open(journal.into_medium()).unwrap();
    assert_eq!(journal.records(), known.len() as u64 + 1);
}

#[test]
#[ignore = "prints the bytes to freeze"]
fn print_the_current_format() {
    for line in made_now().chunks(40) {
        println!("{}", line.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
}
