//! READ BINARY, READ RECORD, GET BALANCE (protocol §7). Reading is always allowed.

use wire::files::{LOG_SFI, PUBLIC_DATA_SFI};
use wire::{Purse, StatusWord};

use crate::card::{Answer, Card, done};

impl<N> Card<N> {
    /// EF 15 from an offset to its end.
    pub(crate) fn read_binary(&self, sfi: u8, offset: u8) -> Answer {
        match sfi {
            PUBLIC_DATA_SFI => {
                let file = self.state.public.encode();
                let rest = file.get(usize::from(offset)..).filter(|rest| !rest.is_empty());
                done(rest.ok_or(StatusWord::OFFSET_OUTSIDE)?)
            }
            LOG_SFI => Err(StatusWord::INCOMPATIBLE_FILE.into()),
            _ => Err(StatusWord::FILE_NOT_FOUND.into()),
        }
    }

    /// A record of EF 18; 01 is the newest.
    pub(crate) fn read_record(&self, sfi: u8, number: u8) -> Answer {
        match sfi {
            LOG_SFI => {
                let record = self.state.log.record(number).ok_or(StatusWord::RECORD_NOT_FOUND)?;
                done(&record.encode())
            }
            PUBLIC_DATA_SFI => Err(StatusWord::INCOMPATIBLE_FILE.into()),
            _ => Err(StatusWord::FILE_NOT_FOUND.into()),
        }
    }

    /// What can be spent.
    pub(crate) fn balance(&self, purse: Purse) -> Answer {
        done(&self.state.purse(purse).balance.to_bytes())
    }
}
