//! Power fails in an append, in the recovery, and in the append after it.

use nvm::NvmError::PowerLost;
use nvm::memory::{Ram, Tear};
use nvm::{OpenError, image_len};

use crate::common::{
    FIXED, FRAME, Records, append_all, fills, formatted_log, open_log, record, records, tears,
};

const APPENDS: u64 = 5;
/// The frame, the head, its mirror.
const WRITES: u64 = 3;

fn torn(start: &Ram, tear: Tear) -> (Ram, u64) {
    let mut ram = start.clone();
    ram.arm(tear);
    let (acknowledged, error) = append_all(&mut ram, 0..APPENDS);
    assert_eq!(error, Some(PowerLost), "{tear:?}");
    assert_eq!(acknowledged, (tear.write - 1) / WRITES, "{tear:?}");
    (ram, acknowledged)
}

/// The records after this tear: all that were acknowledged, and the one in flight wholly or not.
fn recovered(ram: &mut Ram, acknowledged: u64, tear: Tear) -> Records {
    let found = records(ram);
    let expected: Records = (0..found.len() as u64).map(record).collect();
    assert_eq!(found, expected, "{tear:?}");
    let kept = found.len() as u64;
    match tear.write % WRITES {
        1 => assert_eq!(kept, acknowledged, "no head counted the frame: {tear:?}"),
        2 => assert!([acknowledged, acknowledged + 1].contains(&kept), "{tear:?}"),
        _ => assert_eq!(kept, acknowledged + 1, "the head was durable: {tear:?}"),
    }
    found
}

/// Two more records, shorter and longer than what may lie behind the end.
fn goes_on(ram: &mut Ram, mut so_far: Records) {
    assert_eq!(append_all(ram, [3, 0].into_iter()), (2, None));
    so_far.extend([record(3), record(0)]);
    assert_eq!(records(ram), so_far);
}

#[test]
fn torn_once() {
    let start = formatted_log();
    let (mut cases, mut kept) = (0, 0);
    for tear in tears(APPENDS * WRITES, FRAME) {
        let (mut ram, acknowledged) = torn(&start, tear);
        let found = recovered(&mut ram, acknowledged, tear);
        kept += u32::from(found.len() as u64 > acknowledged);
        goes_on(&mut ram, found);
        cases += 1;
    }
    assert!(kept > 0 && kept < cases);
    println!("append torn once: {cases} cases, the record in flight kept in {kept}");
}

#[test]
fn torn_again_in_the_recovery() {
    let start = formatted_log();
    let (mut cases, mut in_recovery) = (0, 0);
    for first in tears(APPENDS * WRITES, FRAME) {
        let (ram, acknowledged) = torn(&start, first);
        let taken = recovered(&mut ram.clone(), acknowledged, first);
        // The only write of a recovery is one slot of the head.
        for second in tears(1, nvm::HEAD_SLOT) {
            let mut ram = ram.clone();
            ram.power_on();
            ram.arm(second);
            match open_log(&mut ram) {
                Ok((_, found)) => {
                    assert_eq!(found, taken);
                    break;
                }
                Err(error) => assert_eq!(error, OpenError::Nvm(PowerLost), "{first:?} {second:?}"),
            }
            assert_eq!(records(&mut ram), taken, "{first:?} {second:?}");
            goes_on(&mut ram, taken.clone());
            in_recovery += 1;
        }
        cases += 1;
    }
    assert!(in_recovery > 0);
    println!("append torn: {cases} cases, and the recovery torn: {in_recovery} cases");
}

#[test]
fn torn_again_in_the_next_append() {
    let start = formatted_log();
    let mut cases = 0;
    for first in tears(WRITES, FRAME) {
        let (mut ram, acknowledged) = torn(&start, first);
        let taken = recovered(&mut ram, acknowledged, first);
        for second in tears(WRITES, FRAME) {
            let mut ram = ram.clone();
            ram.arm(second);
            assert_eq!(append_all(&mut ram, 1..2), (0, Some(PowerLost)));
            let mut with_it = taken.clone();
            with_it.push(record(1));
            let found = records(&mut ram);
            assert!(
                found == with_it || (found == taken && second.write < WRITES),
                "{first:?} {second:?}"
            );
            cases += 1;
        }
    }
    println!("append torn, next append torn: {cases} cases");
}

#[test]
fn power_cut_at_rest_loses_no_record() {
    let mut ram = formatted_log();
    let mut cases = 0;
    for n in 0..20 {
        assert_eq!(append_all(&mut ram, n..=n), (1, None));
        for fill in fills(n) {
            let mut ram = ram.clone();
            ram.cut_power(fill);
            assert_eq!(records(&mut ram), (0..=n).map(record).collect::<Records>(), "{fill:?}");
            cases += 1;
        }
    }
    println!("log, power cut at rest: {cases} cases");
}

/// What bytes that were in flight became, each write for itself: a medium may keep the later one and lose the earlier.
fn fates(old: &[u8], new: &[u8]) -> Vec<Vec<u8>> {
    let pairs = || old.iter().zip(new);
    let noise = |(old, new): (&u8, &u8)| old.wrapping_mul(31) ^ new.rotate_left(3) ^ 0x5A;
    vec![
        old.to_vec(),
        new.to_vec(),
        pairs().enumerate().map(|(at, (old, new))| if at % 2 == 0 { *old } else { *new }).collect(),
        pairs().map(noise).collect(),
    ]
}

/// Frame and head of an append share a `sync`. Until it returns, any of the two may be there, or half there, without the
/// other, and so may the mirror of the append before.
#[test]
fn frame_and_head_lost_or_kept_each_for_itself() {
    let head = |side: usize| {
        let start = image_len(FIXED.len(), 0) + side * nvm::HEAD_SLOT;
        start..start + nvm::HEAD_SLOT
    };
    let (mut cases, mut kept) = (0, 0);
    for n in 1..6_u64 {
        let mut before = formatted_log();
        assert_eq!(append_all(&mut before, 0..n), (n, None));
        let mut after = before.clone();
        // The frame and the first head, and no `sync`.
        after.kill_after(2);
        assert_eq!(append_all(&mut after, n..=n).0, 0);
        let frame = before.bytes.len()..after.bytes.len();
        let first = (0..2).find(|side| before.bytes[head(*side)] != after.bytes[head(*side)]);
        let first = head(first.unwrap());
        let long = [&before.bytes[..], &vec![0; frame.len()][..]].concat();
        for of_frame in fates(&long[frame.clone()], &after.bytes[frame.clone()]) {
            for of_head in fates(&long[first.clone()], &after.bytes[first.clone()]) {
                let mut bytes = long.clone();
                bytes[frame.clone()].copy_from_slice(&of_frame);
                bytes[first.clone()].copy_from_slice(&of_head);
                let whole = bytes == after.bytes;
                // The medium may also have lost that it grew.
                for len in [bytes.len(), frame.start + 5, frame.start] {
                    let mut ram = Ram::holding(bytes[..len].to_vec(), true);
                    let found = records(&mut ram);
                    let expected = n + u64::from(whole && len == bytes.len());
                    assert_eq!(found, (0..expected).map(record).collect::<Records>());
                    goes_on(&mut ram, found);
                    cases += 1;
                    kept += u64::from(expected > n);
                }
            }
        }
    }
    assert_eq!(kept, 5, "only what is whole counts");
    println!("append, frame and head each for itself: {cases} cases");
}
