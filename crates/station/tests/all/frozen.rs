//! Journals of every released format are read again. For a new format, run the ignored test,
//! store what it prints beside the others, and add a line here.

use nvm::memory::Ram;
use station::StationJournal;
use station::journal::{IDENTITY_LEN, VERSION};
use terminal::Journal;

use crate::tears::entries;

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

#[test]
#[ignore = "prints the bytes to freeze"]
fn print_the_current_format() {
    for line in made_now().chunks(40) {
        println!("{}", line.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
}
