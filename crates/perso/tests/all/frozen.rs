//! The bytes of a blank chip of every version, read again.

use nvm::memory::Ram;
use perso::CardGroupings;

use crate::common::*;

#[test]
fn format_1_is_read_and_written() {
    let kept = include_str!("../frozen/blank-format-1.hex");
    let kept = hex::decode(kept.split_whitespace().collect::<String>()).unwrap();
    let ram = blank::<CardGroupings>();
    let tail = ram.bytes.len() - kept.len();
    assert_eq!(kept.len(), 124);
    assert_eq!(ram.bytes[tail..], kept, "what is written today");
    assert!(ram.bytes[..tail].iter().all(|byte| *byte == 0));

    let mut old = Ram::holding([&vec![0; tail][..], &kept].concat(), false);
    let mut chip = power_on::<CardGroupings>(&mut old);
    personalise(&mut chip);
    drop(chip);
    assert_eq!(old.bytes, CardGroupings::image());
}
