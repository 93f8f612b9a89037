//! Refusals: each says what is wrong, and a dead image stays dead.

use core::error::Error;

use nvm::memory::Ram;
use nvm::{HEADER_LEN, Image, Kind, Log, Nvm, NvmError, OpenError, Spec, slot_len};

use crate::common::{
    CardImage, FIXED, FRAME, IMAGE_LEN, Journal, LOG_SPEC, SLOT, SPEC, commit_all, formatted,
    formatted_log, open, open_log, payload, record,
};

fn open_as(spec: Spec) -> Result<u64, OpenError> {
    let mut ram = formatted();
    let mut fixed = vec![0; spec.fixed_len];
    Image::<_, SLOT>::open(&mut ram, spec, &mut fixed).map(|image| image.generation())
}

#[test]
fn another_image_than_expected() {
    assert_eq!(open_as(SPEC), Ok(1));
    let psam = Spec { kind: Kind::Psam, ..SPEC };
    assert_eq!(open_as(psam), Err(OpenError::WrongKind { expected: Kind::Psam, found: 1 }));
    assert_eq!(
        open_as(Spec { version: 0, ..SPEC }),
        Err(OpenError::NewerVersion { known: 0, found: 1 })
    );
    assert_eq!(
        open_as(Spec { version: 2, ..SPEC }),
        Err(OpenError::OlderVersion { known: 2, found: 1 })
    );
    let layout = open_as(Spec { fixed_len: 9, ..SPEC });
    assert!(
        matches!(layout, Err(OpenError::WrongLayout { expected, found }) if expected.fixed_len == 9 && found.fixed_len == 8)
    );
    let mut ram = formatted();
    let slots = Image::<_, { slot_len(25) }>::open(&mut ram, SPEC, &mut [0; FIXED.len()]).map(drop);
    assert!(
        matches!(slots, Err(OpenError::WrongLayout { found, .. }) if found.slot_len as usize == SLOT)
    );
}

#[test]
fn every_refusal_is_one_sentence_and_does_not_repeat_its_source() {
    let header = nvm::identify(&mut formatted()).unwrap();
    let refusals = [
        OpenError::NotAnImage,
        OpenError::HeaderDamaged,
        OpenError::WrongKind { expected: Kind::Card, found: 2 },
        OpenError::WrongKind { expected: Kind::Books, found: 77 },
        OpenError::NewerVersion { known: 1, found: 2 },
        OpenError::OlderVersion { known: 2, found: 1 },
        OpenError::WrongLayout { expected: header, found: header },
        OpenError::WrongLength { expected: 128, found: 5 },
        OpenError::FixedDamaged,
        OpenError::BothCopiesDamaged,
        OpenError::CopiesDisagree { slot0: 3, slot1: 9 },
        OpenError::RecordDamaged { record: 4, offset: 260 },
        OpenError::HeadMismatch,
        OpenError::Nvm(NvmError::Failed),
    ];
    for refusal in refusals {
        let text = refusal.to_string();
        assert!(text.contains(": ") && !text.contains(". ") && !text.ends_with('.'), "{text}");
        if let Some(source) = refusal.source() {
            assert!(!text.contains(&source.to_string()), "{text}");
        }
        println!("{text}");
    }
    assert!(OpenError::RecordDamaged { record: 4, offset: 260 }.to_string().contains("record 4"));
}

#[test]
fn wrong_sizes_are_refused() {
    let out_of_range = Err(NvmError::OutOfRange);
    let format = |len, fixed: &[u8], content: &[u8]| {
        CardImage::format(&mut Ram::fixed(len), SPEC, fixed, content).map(drop)
    };
    assert_eq!(format(IMAGE_LEN, &FIXED, &payload(1)), Ok(()));
    assert_eq!(format(IMAGE_LEN - 1, &FIXED, &payload(1)), out_of_range);
    assert_eq!(format(IMAGE_LEN + 1, &FIXED, &payload(1)), out_of_range);
    assert_eq!(format(IMAGE_LEN, &FIXED[1..], &payload(1)), out_of_range);
    assert_eq!(format(IMAGE_LEN, &FIXED, &payload(1)[1..]), out_of_range);
    assert_eq!(Journal::format(&mut Ram::growing(), SPEC, &FIXED).map(drop), out_of_range);
    let mut ram = formatted();
    let opened = Image::<_, SLOT>::open(&mut ram, SPEC, &mut [0; 7]).map(drop);
    assert_eq!(opened, Err(OpenError::Nvm(NvmError::OutOfRange)));
}

/// The disk is full at the first write of a commit: nothing happened. At the mirror: it happened, and the error says so only
/// by killing the image.
#[test]
fn a_dead_image_stays_dead() {
    for writes in 0..2 {
        let mut ram = formatted();
        ram.fail_writes_after(writes);
        let mut image = open(&mut ram).unwrap();
        assert_eq!(image.commit(&payload(1)), Err(NvmError::Failed));
        image.nvm_mut().power_on();
        let written = image.nvm_mut().written;
        assert_eq!(image.payload(), payload(writes), "the payload changes at the commit point");
        assert_eq!(image.commit(&payload(2)), Err(NvmError::Failed));
        assert_eq!(image.nvm_mut().written, written, "a dead image writes nothing");
        assert_eq!(open(&mut ram).unwrap().payload(), payload(writes));
        assert_eq!(commit_all(&mut ram, 3..4), (1, None));
    }
}

/// A medium whose `sync` fails from now on.
struct NoSync(Ram);

impl Nvm for NoSync {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn read(&mut self, offset: usize, out: &mut [u8]) -> Result<(), NvmError> {
        self.0.read(offset, out)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), NvmError> {
        self.0.write(offset, bytes)
    }

    fn sync(&mut self) -> Result<(), NvmError> {
        if self.0.syncs == 0 { self.0.sync() } else { Err(NvmError::Failed) }
    }
}

#[test]
fn a_sync_that_fails_kills_the_image_before_the_commit_point() {
    let medium = NoSync(Ram::holding(formatted().bytes, false));
    let mut image = Image::<_, SLOT>::open(medium, SPEC, &mut [0; FIXED.len()]).unwrap();
    assert_eq!(image.commit(&payload(1)), Err(NvmError::Failed));
    assert_eq!(image.payload(), payload(0));
    assert_eq!(image.commit(&payload(2)), Err(NvmError::Failed));
    assert_eq!(image.nvm_mut().0.writes, 1, "no mirror without a sync, and nothing once dead");
}

#[test]
fn a_payload_of_the_wrong_length_kills_the_image() {
    let mut ram = formatted();
    let mut image = open(&mut ram).unwrap();
    assert_eq!(image.commit(&payload(1)[1..]), Err(NvmError::OutOfRange));
    assert_eq!(image.commit(&payload(1)), Err(NvmError::OutOfRange));
    assert!(format!("{image:?}").contains("dead: Some(OutOfRange)"));
}

#[test]
fn used_up_generations_are_refused() {
    let mut ram = formatted();
    let crc = crc::Crc::<u64>::new(&crc::CRC_64_XZ);
    let mut slot = [&(u64::MAX - 1).to_be_bytes()[..], &payload(0)].concat();
    slot.extend(crc.checksum(&slot).to_be_bytes());
    ram.bytes[IMAGE_LEN - 2 * SLOT..].copy_from_slice(&slot.repeat(2));
    let mut image = open(&mut ram).unwrap();
    image.commit(&payload(1)).unwrap();
    assert_eq!(image.generation(), u64::MAX);
    assert_eq!(image.commit(&payload(2)), Err(NvmError::OutOfRange));
    assert_eq!(open(&mut ram).unwrap().payload(), payload(1));
}

#[test]
fn a_dead_log_stays_dead() {
    for writes in 0..3 {
        let mut ram = formatted_log();
        let (mut log, _) = open_log(&mut ram).unwrap();
        log.append(&record(0)).unwrap();
        log.nvm_mut().fail_writes_after(writes);
        assert_eq!(log.append(&record(1)), Err(NvmError::Failed));
        log.nvm_mut().power_on();
        assert_eq!(log.append(&record(2)), Err(NvmError::Failed));
        assert_eq!(log.records(), 1);
        assert_eq!(open_log(&mut ram).unwrap().1.len() as u64, 1 + writes / 2);
    }
}

#[test]
fn a_record_too_long_and_a_full_medium_are_refused() {
    let mut ram = formatted_log();
    assert_eq!(open_log(&mut ram).unwrap().0.append(&[0; Journal::MAX]), Ok(1));
    assert_eq!(
        open_log(&mut ram).unwrap().0.append(&[0; Journal::MAX + 1]),
        Err(NvmError::OutOfRange)
    );

    let mut full = Ram::fixed(HEADER_LEN + FIXED.len() + 8 + 2 * nvm::HEAD_SLOT + 2 * FRAME - 1);
    let mut log = Journal::format(&mut full, LOG_SPEC, &FIXED).unwrap();
    assert_eq!(log.append(&[1; Journal::MAX]), Ok(1));
    assert_eq!(log.append(&[2; Journal::MAX]), Err(NvmError::OutOfRange));
    let mut found = 0;
    Log::<_, FRAME>::open(&mut full, LOG_SPEC, &mut [0; FIXED.len()], |_, _| found += 1).unwrap();
    assert_eq!(found, 1);
}
