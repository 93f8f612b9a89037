//! The torn memory itself: a tear that tears nothing would make every other test pass.

use nvm::memory::{Fill, Ram, Tear};
use nvm::{Nvm, NvmError};

/// Eight durable bytes `0x11`, then a write of `0xEE` over the middle six, torn at 2.
fn torn(fill: Fill) -> Vec<u8> {
    let mut ram = Ram::holding(vec![0x11; 8], false);
    ram.arm(Tear { write: 1, at: 2, fill });
    assert_eq!(ram.write(1, &[0xEE; 6]), Err(NvmError::PowerLost));
    assert_eq!(ram.read(0, &mut [0]), Err(NvmError::PowerLost));
    assert_eq!(ram.write(0, &[0]), Err(NvmError::PowerLost));
    assert_eq!(ram.sync(), Err(NvmError::PowerLost));
    ram.power_on();
    let mut out = vec![0; ram.len()];
    ram.read(0, &mut out).unwrap();
    out
}

#[test]
fn the_four_fills() {
    assert_eq!(torn(Fill::Old), [0x11, 0xEE, 0xEE, 0x11, 0x11, 0x11, 0x11, 0x11]);
    assert_eq!(torn(Fill::New), [0x11, 0x11, 0x11, 0xEE, 0xEE, 0xEE, 0xEE, 0x11]);
    let half = torn(Fill::Half);
    assert_eq!(half[..3], [0x11, 0xEE, 0xEE]);
    assert!(half[3..7].iter().all(|byte| ![0x11, 0xEE].contains(byte)), "{half:02X?}");
    let noise = torn(Fill::Random(1));
    assert_eq!((&noise[..3], noise[7]), (&[0x11, 0xEE, 0xEE][..], 0x11));
    assert_ne!(noise, torn(Fill::Random(2)));
    assert_eq!(noise, torn(Fill::Random(1)));
}

#[test]
fn writes_without_a_sync_share_the_fate_of_the_torn_one() {
    let after = |fill, synced: bool| {
        let mut ram = Ram::holding(vec![0x11; 8], false);
        ram.write(0, &[0xEE; 2]).unwrap();
        if synced {
            ram.sync().unwrap();
        }
        ram.cut_power(fill);
        ram.bytes
    };
    let new = [0xEE, 0xEE, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11];
    assert_eq!(after(Fill::Old, false), [0x11; 8]);
    assert_eq!(after(Fill::New, false), new);
    assert_ne!(after(Fill::Half, false)[..2], new[..2]);
    assert_ne!(after(Fill::Random(3), false)[..2], new[..2]);
    for fill in [Fill::Old, Fill::New, Fill::Half, Fill::Random(3)] {
        assert_eq!(after(fill, true), new);
    }
}

#[test]
fn growth_is_lost_with_the_write_that_made_it() {
    let mut ram = Ram::growing();
    ram.write(0, &[1; 4]).unwrap();
    ram.sync().unwrap();
    ram.write(4, &[2; 4]).unwrap();
    ram.arm(Tear { write: 1, at: 1, fill: Fill::Old });
    assert_eq!(ram.write(8, &[3; 4]), Err(NvmError::PowerLost));
    assert_eq!(ram.bytes, [1, 1, 1, 1, 0, 0, 0, 0, 3]);
}

#[test]
fn a_kill_leaves_what_passed_unsynced() {
    let mut ram = Ram::fixed(2);
    ram.kill_after(1);
    assert_eq!(ram.write(0, &[7]), Ok(()));
    assert_eq!(ram.sync(), Err(NvmError::Failed));
    assert_eq!(ram.read(0, &mut [0]), Err(NvmError::Failed));
    ram.power_on();
    assert_eq!(ram.bytes, [7, 0]);
    ram.cut_power(Fill::Old);
    assert_eq!(ram.bytes, [0, 0]);
}

#[test]
fn limits_and_counts() {
    let mut ram = Ram::fixed(4);
    assert_eq!(ram.write(3, &[0; 2]), Err(NvmError::OutOfRange));
    assert_eq!(ram.write(usize::MAX, &[0; 2]), Err(NvmError::OutOfRange));
    assert_eq!(ram.read(3, &mut [0; 2]), Err(NvmError::OutOfRange));
    ram.fail_writes_after(1);
    assert_eq!(ram.write(0, &[7]), Ok(()));
    assert_eq!(ram.write(1, &[7]), Err(NvmError::Failed));
    assert_eq!(ram.sync(), Ok(()));
    assert_eq!(
        (ram.bytes.as_slice(), ram.writes, ram.written, ram.syncs),
        (&[7, 0, 0, 0][..], 1, 1, 1)
    );
}
