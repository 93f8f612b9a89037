//! Power fails while an image is being formatted: afterwards it is an image or it is none.

use nvm::NvmError::PowerLost;
use nvm::memory::Ram;
use nvm::{Image, Log, OpenError};

use crate::common::{
    FIXED, FRAME, IMAGE_LEN, LOG_SPEC, SLOT, SPEC, append_all, commit_all, formatted,
    formatted_log, open, open_log, payload, records, tears,
};

/// Clearing the header, fixed section, its CRC, two slots, header.
const WRITES: u64 = 6;

fn is_no_image(error: OpenError) -> bool {
    matches!(error, OpenError::NotAnImage | OpenError::HeaderDamaged)
}

/// What may be found after a torn format over `start`: `old` only when the first write tore, the new payload only when
/// the last one did.
fn tear_the_format(start: &Ram, old: Option<[u8; 24]>) -> u32 {
    let mut cases = 0;
    for tear in tears(WRITES, SLOT) {
        let mut ram = start.clone();
        ram.arm(tear);
        let outcome = Image::<_, SLOT>::format(&mut ram, SPEC, &FIXED, &payload(9)).map(drop);
        assert_eq!(outcome, Err(PowerLost), "{tear:?}");
        ram.power_on();
        match open(&mut ram) {
            Err(error) => assert!(is_no_image(error), "{tear:?}: {error:?}"),
            Ok(image) if tear.write == 1 => {
                assert_eq!(Some(image.payload()), old.as_ref().map(|old| &old[..]));
            }
            Ok(image) => {
                assert_eq!(tear.write, WRITES, "{tear:?}");
                assert_eq!(image.payload(), payload(9));
                assert_eq!(image.generation(), 1);
            }
        }
        cases += 1;
    }
    cases
}

#[test]
fn over_blank_media() {
    let cases =
        tear_the_format(&Ram::fixed(IMAGE_LEN), None) + tear_the_format(&Ram::growing(), None);
    println!("format torn over blank media: {cases} cases");
}

#[test]
fn over_an_older_image() {
    let mut start = formatted();
    assert_eq!(commit_all(&mut start, 1..4), (3, None));
    let cases = tear_the_format(&start, Some(payload(3)));
    println!("format torn over an older image: {cases} cases");
}

#[test]
fn over_an_older_log_leaves_none_of_its_records() {
    let mut start = formatted_log();
    assert_eq!(append_all(&mut start, 0..5), (5, None));
    let mut cases = 0;
    for tear in tears(WRITES, 40) {
        let mut ram = start.clone();
        ram.arm(tear);
        assert!(Log::<_, FRAME>::format(&mut ram, LOG_SPEC, &FIXED).is_err());
        ram.power_on();
        match open_log(&mut ram) {
            Err(error) => assert!(is_no_image(error), "{tear:?}: {error:?}"),
            Ok((_, records)) if tear.write == 1 => assert_eq!(records.len(), 5),
            Ok((_, records)) => assert!(records.is_empty() && tear.write == WRITES, "{tear:?}"),
        }
        cases += 1;
    }
    // The same record again makes the same frame; the second old one behind it must stay dead.
    Log::<_, FRAME>::format(&mut start, LOG_SPEC, &FIXED).unwrap();
    assert_eq!(append_all(&mut start, 0..1), (1, None));
    assert_eq!(records(&mut start).len(), 1);
    println!("format torn over an older log: {cases} cases");
}

/// What stands in the room of slot 1 before [`Image::supersede`].
const OLD_TAIL: [u8; SLOT] = [0xA5; SLOT];

fn with_a_tail() -> Ram {
    let mut ram = Ram::fixed(IMAGE_LEN);
    ram.bytes[IMAGE_LEN - SLOT..].copy_from_slice(&OLD_TAIL);
    ram
}

#[test]
fn what_is_superseded_stands_untouched_until_the_image_is_there() {
    let mut cases = 0;
    for tear in tears(WRITES, SLOT) {
        let mut ram = with_a_tail();
        ram.arm(tear);
        let outcome = Image::<_, SLOT>::supersede(&mut ram, SPEC, &FIXED, &payload(9)).map(drop);
        assert_eq!(outcome, Err(PowerLost), "{tear:?}");
        ram.power_on();
        match open(&mut ram) {
            Err(error) => {
                assert!(is_no_image(error) && tear.write < WRITES, "{tear:?}: {error:?}");
                assert_eq!(ram.bytes[IMAGE_LEN - SLOT..], OLD_TAIL, "{tear:?}");
            }
            Ok(image) => {
                assert!(tear.write >= WRITES - 1, "{tear:?}: before the header");
                assert_eq!((image.payload(), image.generation()), (&payload(9)[..], 1));
                let left = ram.bytes.windows(2).any(|pair| pair == [0xA5; 2]);
                assert!(!left, "{tear:?}: nothing of it is left once the image was opened");
            }
        }
        cases += 1;
    }
    println!("supersede torn: {cases} cases");
}

#[test]
fn a_superseded_medium_is_byte_for_byte_a_formatted_one() {
    let mut ram = with_a_tail();
    Image::<_, SLOT>::supersede(&mut ram, SPEC, &FIXED, &payload(9)).unwrap();
    let mut other = Ram::fixed(IMAGE_LEN);
    Image::<_, SLOT>::format(&mut other, SPEC, &FIXED, &payload(9)).unwrap();
    assert_eq!(ram.bytes, other.bytes);
}
