//! Formats of every release, kept as bytes: each must be readable for ever, and the current one must be among them.
//!
//! For a new format version: raise the number here, run
//! `cargo test -p nvm frozen::print -- --ignored --nocapture`, store the two texts that it prints as
//! `image-vN.hex` and `log-vN.hex` in the folder `frozen`, and keep the old files and a test that reads them.

use std::fs;
use std::path::Path;

use nvm::memory::Ram;
use nvm::{Image, Log};

use crate::common::{FIXED, FRAME, LOG_SPEC, Records, SLOT, SPEC, open, open_log, payload, record};

/// Version of the layout of headers, slots and frames.
const VERSION: u32 = 1;
const RECORDS: u64 = 5;

/// Three commits: the slots are at generation 4.
fn image_now() -> Vec<u8> {
    let mut ram = Ram::growing();
    let mut image = Image::<_, SLOT>::format(&mut ram, SPEC, &FIXED, &payload(0)).unwrap();
    for n in 1..=3 {
        image.commit(&payload(n)).unwrap();
    }
    ram.bytes
}

/// Five records of 40, 3, 17, 0 and 40 bytes.
fn log_now() -> Vec<u8> {
    let mut ram = Ram::growing();
    let mut log = Log::<_, FRAME>::format(&mut ram, LOG_SPEC, &FIXED).unwrap();
    for n in 0..RECORDS {
        log.append(&record(n)).unwrap();
    }
    ram.bytes
}

fn frozen(name: &str, version: u32) -> Vec<u8> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/frozen/{name}-v{version}.hex"));
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    let line = |line: &[u8]| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    bytes.chunks(32).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_image_of_version_1_opens() {
    let mut ram = Ram::holding(frozen("image", 1), false);
    let image = open(&mut ram).unwrap();
    assert_eq!((image.generation(), image.payload()), (4, &payload(3)[..]));
}

#[test]
fn the_log_of_version_1_opens() {
    let mut ram = Ram::holding(frozen("log", 1), true);
    let (_, records) = open_log(&mut ram).unwrap();
    assert_eq!(records, (0..RECORDS).map(record).collect::<Records>());
}

#[test]
fn what_is_written_now_is_the_current_version() {
    assert_eq!(
        hex(&image_now()),
        hex(&frozen("image", VERSION)),
        "the layout changed: it needs a new version"
    );
    assert_eq!(
        hex(&log_now()),
        hex(&frozen("log", VERSION)),
        "the layout changed: it needs a new version"
    );
}

#[test]
#[ignore = "prints what to freeze"]
fn print() {
    println!(
        "image-v{VERSION}.hex:\n{}\n\nlog-v{VERSION}.hex:\n{}",
        hex(&image_now()),
        hex(&log_now())
    );
}
