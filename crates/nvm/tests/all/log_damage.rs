//! Damage to acknowledged records: the refusal names the record and its place.

use nvm::memory::Ram;
use nvm::{Kind, Log, OpenError, Spec, frame_len, image_len};

use crate::common::{
    FIXED, FRAME, LOG_SPEC, Records, append_all, formatted_log, frame_offsets, open_log, record,
};

const RECORDS: u64 = 7;

fn at_rest() -> (Vec<u8>, Records, Vec<usize>) {
    let mut ram = formatted_log();
    assert_eq!(append_all(&mut ram, 0..RECORDS), (RECORDS, None));
    let records: Records = (0..RECORDS).map(record).collect();
    let offsets = frame_offsets(&records);
    assert_eq!(offsets.last(), Some(&ram.bytes.len()));
    (ram.bytes, records, offsets)
}

fn open_bytes(bytes: Vec<u8>) -> Result<Records, OpenError> {
    open_log(&mut Ram::holding(bytes, true)).map(|(_, records)| records)
}

fn damaged(record: usize, offsets: &[usize]) -> Result<Records, OpenError> {
    Err(OpenError::RecordDamaged { record: record as u64 + 1, offset: offsets[record] as u64 })
}

#[test]
fn any_value_of_any_byte() {
    let (right, records, offsets) = at_rest();
    let (mut cases, mut named) = (0, 0);
    for at in 0..right.len() {
        for flip in 1..=255 {
            let mut bytes = right.clone();
            bytes[at] ^= flip;
            let result = open_bytes(bytes);
            if let Some(hit) =
                offsets.windows(2).position(|frame| (frame[0]..frame[1]).contains(&at))
            {
                assert_eq!(result, damaged(hit, &offsets), "byte {at}");
                named += 1;
            } else if let Ok(found) = result {
                assert_eq!(found, records, "byte {at}");
            }
            cases += 1;
        }
    }
    println!("log, damaged bytes: {cases} cases, in {named} the damaged record named");
}

#[test]
fn nothing_behind_a_damaged_record_is_handed_over() {
    let (right, records, offsets) = at_rest();
    for hit in 0..records.len() {
        let mut bytes = right.clone();
        bytes[offsets[hit] + 4] ^= 1;
        let mut handed = Records::new();
        let mut ram = Ram::holding(bytes, true);
        let outcome =
            Log::<_, FRAME>::open(&mut ram, LOG_SPEC, &mut [0; FIXED.len()], |_, record| {
                handed.push(record.to_vec());
            });
        assert!(outcome.is_err());
        assert_eq!(handed, records[..hit]);
    }
}

#[test]
fn cut_short() {
    let (right, records, offsets) = at_rest();
    for len in 0..right.len() {
        let found = open_bytes(right[..len].to_vec());
        if len >= offsets[0] {
            assert_eq!(
                found,
                Err(OpenError::WrongLength { expected: right.len() as u64, found: len as u64 })
            );
        } else {
            assert!(found.is_err(), "cut at {len}");
        }
    }
    let longer = [&right[..], &[0xA5; 99]].concat();
    assert_eq!(open_bytes(longer), Ok(records), "a torn append may have made the file longer");
    println!("log, truncated: {} cases, all refused", right.len());
}

/// Records of one length, so that frames can change places.
fn uniform(payloads: [u8; 3], fixed: &[u8; 8]) -> Vec<u8> {
    let mut ram = Ram::growing();
    let mut log = Log::<_, FRAME>::format(&mut ram, LOG_SPEC, fixed).unwrap();
    for payload in payloads {
        log.append(&[payload; 10]).unwrap();
    }
    ram.bytes
}

#[test]
fn frames_swapped_replaced_or_from_elsewhere() {
    let start = image_len(FIXED.len(), nvm::HEAD_SLOT);
    let place =
        |record: usize| start + record * frame_len(10)..start + (record + 1) * frame_len(10);
    let (right, offsets) = (uniform([1, 2, 3], &FIXED), [0, 1, 2].map(|n| place(n).start));
    assert!(open_bytes(right.clone()).is_ok());

    let mut swapped = right.clone();
    swapped[place(0)].copy_from_slice(&right[place(1)]);
    swapped[place(1)].copy_from_slice(&right[place(0)]);
    assert_eq!(open_bytes(swapped), damaged(0, &offsets));

    let mut repeated = right.clone();
    repeated[place(2)].copy_from_slice(&right[place(1)]);
    assert_eq!(open_bytes(repeated), damaged(2, &offsets));

    // Each of these fits its place but not the chain: the frame behind it, or the head, tells.
    let mut middle = right.clone();
    middle[place(1)].copy_from_slice(&uniform([1, 9, 3], &FIXED)[place(1)]);
    assert_eq!(open_bytes(middle), damaged(2, &offsets));
    let mut last = right.clone();
    last[place(2)].copy_from_slice(&uniform([1, 2, 9], &FIXED)[place(2)]);
    assert_eq!(open_bytes(last), damaged(2, &offsets));
    let mut elsewhere = right.clone();
    elsewhere[place(0)].copy_from_slice(&uniform([1, 2, 3], b"foreign!")[place(0)]);
    assert_eq!(open_bytes(elsewhere), damaged(0, &offsets));
    let mut tail = right.clone();
    tail[place(0).start..].copy_from_slice(&uniform([7, 8, 9], &FIXED)[place(0).start..]);
    assert_eq!(open_bytes(tail), damaged(2, &offsets));
}

/// A head that is right in itself and wrong for the log: no row of chance damage, but no panic either.
#[test]
fn a_head_of_another_log() {
    let head = |records: u64, end: u64, chain: u64| {
        let payload = [records, end, chain].map(u64::to_be_bytes).concat();
        let mut ram = Ram::growing();
        let spec = Spec { kind: Kind::Journal, ..LOG_SPEC };
        nvm::Image::<_, { nvm::HEAD_SLOT }>::format(&mut ram, spec, &FIXED, &payload).unwrap();
        ram.bytes.resize(ram.bytes.len() + 100, 0);
        open_bytes(ram.bytes)
    };
    let start = image_len(FIXED.len(), nvm::HEAD_SLOT) as u64;
    assert_eq!(head(0, start, 1), Err(OpenError::HeadMismatch));
    assert_eq!(head(0, start - 1, 0), Err(OpenError::HeadMismatch));
    assert_eq!(head(0, start + 1, 0), Err(OpenError::HeadMismatch));
    assert_eq!(
        head(u64::MAX, start + 99, 0),
        Err(OpenError::RecordDamaged { record: 1, offset: start })
    );
    assert_eq!(
        head(1, u64::MAX, 0),
        Err(OpenError::WrongLength { expected: u64::MAX, found: start + 100 })
    );
}

/// A frame whose CRC is right and whose sequence number is not.
#[test]
fn a_wrong_sequence_number() {
    let crc = crc::Crc::<u64>::new(&crc::CRC_64_XZ);
    let start = image_len(FIXED.len(), nvm::HEAD_SLOT);
    for sequence in [0, 1, 2, u64::MAX] {
        let frame = [&2_u32.to_be_bytes()[..], &u64::to_be_bytes(sequence), b"ok"].concat();
        let chain = crc.checksum(&[&crc.checksum(&FIXED).to_be_bytes(), &frame[..]].concat());
        let end = (start + frame_len(2)) as u64;
        let head = [1, end, chain].map(u64::to_be_bytes).concat();
        let mut ram = Ram::growing();
        nvm::Image::<_, { nvm::HEAD_SLOT }>::format(&mut ram, LOG_SPEC, &FIXED, &head).unwrap();
        let log = [&ram.bytes[..], &frame, &chain.to_be_bytes()].concat();
        let expected = if sequence == 1 { Ok(vec![b"ok".to_vec()]) } else { damaged(0, &[start]) };
        assert_eq!(open_bytes(log), expected, "{sequence}");
    }
}
