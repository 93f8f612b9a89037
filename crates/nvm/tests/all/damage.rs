//! Chance damage to an image at rest: the same content, or a refusal that says what is wrong.

use nvm::memory::Ram;
use nvm::{HEADER_LEN, OpenError, Recovery, SlotRead, recover};

use crate::common::{FIXED, IMAGE_LEN, SLOT, commit_all, content, formatted, open, payload, tears};

const SLOT0: usize = IMAGE_LEN - 2 * SLOT;
const SLOT1: usize = IMAGE_LEN - SLOT;

/// At rest: three commits, power off and on.
fn at_rest() -> Vec<u8> {
    let mut ram = formatted();
    assert_eq!(commit_all(&mut ram, 1..4), (3, None));
    ram.bytes
}

fn open_bytes(bytes: Vec<u8>) -> Result<(Vec<u8>, Vec<u8>), OpenError> {
    let mut ram = Ram::holding(bytes, false);
    let content = open(&mut ram)?.payload().to_vec();
    Ok((content, ram.bytes))
}

#[test]
fn any_value_of_any_byte() {
    let right = at_rest();
    let (mut cases, mut refused) = (0, 0);
    for at in 0..right.len() {
        for flip in 1..=255 {
            let mut bytes = right.clone();
            bytes[at] ^= flip;
            match (at, open_bytes(bytes)) {
                (0..8, result) => assert_eq!(result, Err(OpenError::NotAnImage)),
                (8..HEADER_LEN, result) => assert_eq!(result, Err(OpenError::HeaderDamaged)),
                (HEADER_LEN..SLOT0, result) => assert_eq!(result, Err(OpenError::FixedDamaged)),
                (_, result) => assert_eq!(
                    result,
                    Ok((payload(3).to_vec(), right.clone())),
                    "byte {at}: not repaired"
                ),
            }
            cases += 1;
            refused += u32::from(at < SLOT0);
        }
    }
    println!("damaged bytes: {cases} cases, {refused} refused, the others repaired");
}

#[test]
fn one_whole_slot() {
    let right = at_rest();
    for slot in [SLOT0, SLOT1] {
        for value in 0..=255 {
            let mut bytes = right.clone();
            bytes[slot..slot + SLOT].fill(value);
            assert_eq!(open_bytes(bytes), Ok((payload(3).to_vec(), right.clone())));
        }
    }
    println!("a slot overwritten: 512 cases, all repaired");
}

/// The slot that was repaired may be the one that the next commit relies on.
#[test]
fn a_repaired_image_survives_a_torn_commit() {
    let mut cases = 0;
    for (commits, damaged) in [(3, SLOT0), (3, SLOT1), (4, SLOT0), (4, SLOT1)] {
        let mut ram = formatted();
        assert_eq!(commit_all(&mut ram, 1..=commits), (commits, None));
        ram.bytes[damaged] ^= 1;
        for tear in tears(2, SLOT) {
            let mut ram = Ram::holding(ram.bytes.clone(), false);
            let mut image = open(&mut ram).unwrap();
            image.nvm_mut().arm(tear);
            assert!(image.commit(&payload(77)).is_err());
            let found = content(&mut ram);
            assert!(
                found == payload(77) || (found == payload(commits) && tear.write == 1),
                "{tear:?}"
            );
            cases += 1;
        }
    }
    println!("repaired, then torn: {cases} cases");
}

#[test]
fn a_byte_of_each_slot() {
    let right = at_rest();
    for (at0, at1) in (SLOT0..SLOT1).flat_map(|a| (SLOT1..IMAGE_LEN).map(move |b| (a, b))) {
        let mut bytes = right.clone();
        bytes[at0] ^= 1;
        bytes[at1] ^= 0x80;
        assert_eq!(open_bytes(bytes), Err(OpenError::BothCopiesDamaged));
    }
    println!("both slots damaged: {} cases, all refused", SLOT * SLOT);
}

#[test]
fn cut_short_or_padded() {
    let right = at_rest();
    for len in 0..right.len() {
        let expected = if len < HEADER_LEN {
            OpenError::NotAnImage
        } else {
            OpenError::WrongLength { expected: IMAGE_LEN as u64, found: len as u64 }
        };
        assert_eq!(open_bytes(right[..len].to_vec()), Err(expected));
    }
    let padded = [&right[..], &[0]].concat();
    let expected =
        OpenError::WrongLength { expected: IMAGE_LEN as u64, found: IMAGE_LEN as u64 + 1 };
    assert_eq!(open_bytes(padded), Err(expected));
    println!("truncated: {} cases, all refused", right.len());
}

/// A slot from another time or another image, its CRC right.
#[test]
fn copies_that_no_tear_explains() {
    let slot_of = |commits: u64, first: u64| {
        let mut ram = formatted();
        assert_eq!(commit_all(&mut ram, first..first + commits), (commits, None));
        ram.bytes[SLOT0..SLOT1].to_vec()
    };
    let mut older = at_rest();
    older[SLOT0..SLOT1].copy_from_slice(&slot_of(1, 1));
    assert_eq!(open_bytes(older), Err(OpenError::CopiesDisagree { slot0: 2, slot1: 4 }));

    let mut other = at_rest();
    other[SLOT1..].copy_from_slice(&slot_of(3, 20));
    assert_eq!(open_bytes(other), Err(OpenError::CopiesDisagree { slot0: 4, slot1: 4 }));
}

#[test]
fn the_table_is_public() {
    let valid = SlotRead::Valid { generation: 7, payload: &FIXED };
    assert_eq!(recover(valid, valid), Recovery::Clean);
}
