//! The image and the log that the tests break.

use nvm::memory::{Fill, Ram, Tear};
use nvm::{Image, Kind, Log, NvmError, OpenError, Spec, frame_len, image_len, slot_len};

pub(crate) const PAYLOAD: usize = 24;
pub(crate) const SLOT: usize = slot_len(PAYLOAD);
pub(crate) const FIXED: [u8; 8] = *b"fixed!!!";
pub(crate) const SPEC: Spec = Spec { kind: Kind::Card, version: 1, fixed_len: FIXED.len() };
pub(crate) const IMAGE_LEN: usize = image_len(FIXED.len(), SLOT);

pub(crate) const FRAME: usize = frame_len(40);
pub(crate) const LOG_SPEC: Spec = Spec { kind: Kind::Journal, version: 1, fixed_len: FIXED.len() };

pub(crate) type CardImage<'a> = Image<&'a mut Ram, SLOT>;
pub(crate) type Journal<'a> = Log<&'a mut Ram, FRAME>;
pub(crate) type Records = Vec<Vec<u8>>;

/// The `n`-th payload: no two share many bytes, so that a mixture shows.
pub(crate) fn payload(n: u64) -> [u8; PAYLOAD] {
    let mut word = n;
    core::array::from_fn(|_| {
        word = (word ^ (word >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
        word.to_be_bytes()[0]
    })
}

/// The `n`-th record; the lengths go up and down between nothing and the longest.
pub(crate) fn record(n: u64) -> Vec<u8> {
    let len =
        [40, 3, 17, 0, 40, 8, 1].into_iter().cycle().nth(usize::try_from(n).unwrap()).unwrap();
    (0..len).map(|i| (n * 31 + i * 7).to_le_bytes()[0]).collect()
}

/// All four fills, the noise different in every case.
pub(crate) fn fills(seed: u64) -> [Fill; 4] {
    [Fill::Old, Fill::New, Fill::Half, Fill::Random(seed)]
}

/// Every byte boundary of the writes `1..=writes`, with every fill.
pub(crate) fn tears(writes: u64, longest: usize) -> impl Iterator<Item = Tear> {
    (1..=writes).flat_map(move |write| {
        (0..=longest)
            .flat_map(move |at| fills(write << 32 | at as u64).map(|fill| Tear { write, at, fill }))
    })
}

pub(crate) fn formatted() -> Ram {
    let mut ram = Ram::fixed(IMAGE_LEN);
    Image::<_, SLOT>::format(&mut ram, SPEC, &FIXED, &payload(0)).unwrap();
    ram
}

pub(crate) fn open(ram: &mut Ram) -> Result<CardImage<'_>, OpenError> {
    let mut fixed = [0; FIXED.len()];
    let image = Image::open(ram, SPEC, &mut fixed)?;
    assert_eq!(fixed, FIXED);
    Ok(image)
}

/// What the image holds after power has come back.
pub(crate) fn content(ram: &mut Ram) -> Vec<u8> {
    ram.power_on();
    open(ram).unwrap().payload().to_vec()
}

/// Commits the payloads of `numbers` in turn. Gives how many were acknowledged and the error that ended it.
pub(crate) fn commit_all(
    ram: &mut Ram,
    numbers: impl Iterator<Item = u64>,
) -> (u64, Option<NvmError>) {
    let mut image = open(ram).unwrap();
    let mut acknowledged = 0;
    for n in numbers {
        match image.commit(&payload(n)) {
            Ok(()) => acknowledged += 1,
            Err(error) => return (acknowledged, Some(error)),
        }
    }
    (acknowledged, None)
}

pub(crate) fn formatted_log() -> Ram {
    let mut ram = Ram::growing();
    Log::<_, FRAME>::format(&mut ram, LOG_SPEC, &FIXED).unwrap();
    ram
}

pub(crate) fn open_log(ram: &mut Ram) -> Result<(Journal<'_>, Records), OpenError> {
    let (mut fixed, mut records) = ([0; FIXED.len()], Records::new());
    let log = Log::open(ram, LOG_SPEC, &mut fixed, |sequence, payload| {
        records.push(payload.to_vec());
        assert_eq!(sequence, records.len() as u64);
    })?;
    assert_eq!(fixed, FIXED);
    assert_eq!(log.records(), records.len() as u64);
    Ok((log, records))
}

/// What the log holds after power has come back.
pub(crate) fn records(ram: &mut Ram) -> Records {
    ram.power_on();
    open_log(ram).unwrap().1
}

/// Appends the records of `numbers` in turn. Gives how many were acknowledged and the error that ended it.
pub(crate) fn append_all(
    ram: &mut Ram,
    numbers: impl Iterator<Item = u64>,
) -> (u64, Option<NvmError>) {
    let (mut log, _) = open_log(ram).unwrap();
    let mut acknowledged = 0;
    for n in numbers {
        match log.append(&record(n)) {
            Ok(sequence) => {
                acknowledged += 1;
                assert_eq!(sequence, log.records());
            }
            Err(error) => return (acknowledged, Some(error)),
        }
    }
    (acknowledged, None)
}

/// Where the frame of each record of a log begins, and the end.
pub(crate) fn frame_offsets(records: &[Vec<u8>]) -> Vec<usize> {
    let mut offsets = vec![image_len(FIXED.len(), nvm::HEAD_SLOT)];
    offsets.extend(records.iter().scan(offsets[0], |end, record| {
        *end += frame_len(record.len());
        Some(*end)
    }));
    offsets
}
