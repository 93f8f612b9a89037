//! READ BINARY: EF 15 serial 10, EF 16 TID 6 (protocol §8).

use wire::StatusWord;
use wire::files::{PSAM_SERIAL_SFI, PSAM_TID_SFI};

use crate::psam::{Data, Outcome, Psam};

impl<N> Psam<N> {
    /// The file from `offset` to its end.
    pub(crate) fn read_binary(&self, sfi: u8, offset: u8, le: Option<u8>) -> Outcome {
        let file: &[u8] = match sfi {
            PSAM_SERIAL_SFI => &self.profile.serial,
            PSAM_TID_SFI => &self.profile.tid.0,
            _ => return Err(StatusWord::FILE_NOT_FOUND.into()),
        };
        let there = file.get(offset.into()..).filter(|there| !there.is_empty());
        let there = there.ok_or(StatusWord::OFFSET_OUTSIDE)?;
        check_le(le, there.len())?;
        Ok(Data::new().with(there))
    }
}

/// Absent, 00 or exact, else 6Cxx (protocol §5), for an answer whose length the parser could not know.
pub(crate) fn check_le(le: Option<u8>, len: usize) -> Result<(), StatusWord> {
    let exact = u8::try_from(len).unwrap_or(0);
    match le {
        None | Some(0) => Ok(()),
        Some(le) if le == exact => Ok(()),
        Some(_) => Err(StatusWord::exact_length(exact)),
    }
}
