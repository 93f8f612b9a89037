//! Bytes behind the end of a log: torn, stale, or made to look like a frame. They are never read.

use nvm::frame_len;
use nvm::memory::{Fill, Ram, Tear};

use crate::common::{
    FIXED, FRAME, LOG_SPEC, append_all, formatted_log, frame_offsets, open_log, record, records,
};

/// A log of one record with a longer complete frame behind its end.
fn with_a_stale_frame(stale: &[u8]) -> Ram {
    let mut ram = formatted_log();
    assert_eq!(append_all(&mut ram, 0..1), (1, None));
    ram.arm(Tear { write: 1, at: 0, fill: Fill::New });
    let (mut log, _) = open_log(&mut ram).unwrap();
    assert!(log.append(stale).is_err());
    ram.power_on();
    ram
}

#[test]
fn a_complete_frame_that_no_head_counts_is_not_a_record() {
    let mut ram = with_a_stale_frame(&[0x5A; 40]);
    assert_eq!(ram.bytes.len(), frame_offsets(&[record(0), vec![0; 40]])[2]);
    assert_eq!(records(&mut ram), [record(0)]);
}

#[test]
fn a_shorter_frame_over_a_longer_one() {
    for len in 0..=40 {
        let mut ram = with_a_stale_frame(&[0x5A; 40]);
        let shorter = vec![0xC3; len];
        open_log(&mut ram).unwrap().0.append(&shorter).unwrap();
        assert_eq!(records(&mut ram), [record(0), shorter.clone()]);
        assert_eq!(append_all(&mut ram, [3, 4].into_iter()), (2, None));
        assert_eq!(records(&mut ram), [record(0), shorter, record(3), record(4)]);
    }
    println!("stale bytes: 41 lengths of a shorter frame");
}

/// The stale frame's payload holds, just where the shorter frame will end, the very frame that would come next:
/// right sequence number, right chain. Only the head keeps it from being a record.
#[test]
fn a_frame_inside_a_stale_payload() {
    let shorter = b"ok".to_vec();
    let mut twin = formatted_log();
    assert_eq!(append_all(&mut twin, 0..1), (1, None));
    let (mut log, _) = open_log(&mut twin).unwrap();
    log.append(&shorter).unwrap();
    log.append(b"forged").unwrap();
    let offsets = frame_offsets(&[record(0), shorter.clone(), b"forged".to_vec()]);
    let forged = twin.bytes[offsets[2]..offsets[3]].to_vec();

    // The stale payload begins 12 bytes into its frame.
    let mut stale = vec![0; frame_len(shorter.len()) - 12];
    stale.extend(&forged);
    let mut ram = with_a_stale_frame(&stale);
    open_log(&mut ram).unwrap().0.append(&shorter).unwrap();
    assert_eq!(ram.bytes[offsets[2]..offsets[3]], forged, "it lies where the next frame would be");
    assert_eq!(records(&mut ram), [record(0), shorter]);
}

/// Two logs alike but for their fixed sections: no frame of one is a frame of the other.
#[test]
fn the_chain_begins_with_the_fixed_section() {
    let bytes = [FIXED, *b"another!"].map(|fixed| {
        let mut ram = Ram::growing();
        nvm::Log::<_, FRAME>::format(&mut ram, LOG_SPEC, &fixed).unwrap().append(b"same").unwrap();
        ram.bytes
    });
    assert_ne!(bytes[0][bytes[0].len() - 8..], bytes[1][bytes[1].len() - 8..]);
}
