//! Fields of fixed arrays, proved to be in range when compiled, and the CRC.

use crc::{CRC_64_XZ, Crc, Table};

/// One table has 2 KB. A card's controller has no room for the faster sixteen; whoever has `std` has.
const TABLES: usize = if cfg!(feature = "std") { 16 } else { 1 };

static CRC: Crc<u64, Table<TABLES>> = Crc::<u64, Table<TABLES>>::new(&CRC_64_XZ);

/// Length of a CRC in bytes.
pub(crate) const CRC_LEN: usize = 8;

/// CRC-64/XZ of the parts, one after the other.
pub(crate) fn crc64(parts: &[&[u8]]) -> u64 {
    let mut digest = CRC.digest();
    for part in parts {
        digest.update(part);
    }
    digest.finalize()
}

/// The `N` bytes of `bytes` that begin at `AT`.
pub(crate) fn field<const AT: usize, const N: usize, const L: usize>(bytes: &[u8; L]) -> [u8; N] {
    const { assert!(AT + N <= L, "a field lies inside its record") };
    core::array::from_fn(|i| bytes[AT + i])
}

/// The big-endian number of 8 bytes that begins at `AT`.
pub(crate) fn u64_at<const AT: usize, const L: usize>(bytes: &[u8; L]) -> u64 {
    u64::from_be_bytes(field::<AT, 8, L>(bytes))
}

/// The big-endian number of 4 bytes that begins at `AT`.
pub(crate) fn u32_at<const AT: usize, const L: usize>(bytes: &[u8; L]) -> u32 {
    u32::from_be_bytes(field::<AT, 4, L>(bytes))
}
