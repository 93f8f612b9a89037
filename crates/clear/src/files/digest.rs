//! What a file holds, as a number: so that the files of one day are told from those of another.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crc::{CRC_64_XZ, Crc, Table};
use serde::{Deserialize, Serialize};

use crate::error::ClearError;

const CRC: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_XZ);

/// The most that is read at a time.
const PIECE: usize = 1 << 20;

/// Length and CRC-64/XZ of a file. It tells a mistake, and no forger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Digest {
    /// In bytes.
    pub bytes: u64,
    /// 16 hex digits.
    pub crc64: String,
}

impl Digest {
    /// Of a file as it is now.
    pub(super) fn of(path: &Path) -> Result<Self, ClearError> {
        let failed = |error| ClearError::file(path, error);
        let mut file = File::open(path).map_err(failed)?;
        let (mut bytes, mut digest) = (0, CRC.digest());
        let mut piece = vec![0; PIECE];
        loop {
            let read = file.read(&mut piece).map_err(failed)?;
            if read == 0 {
                return Ok(Self { bytes, crc64: format!("{:016X}", digest.finalize()) });
            }
            digest.update(piece.get(..read).unwrap_or_default());
            bytes += read as u64;
        }
    }
}
