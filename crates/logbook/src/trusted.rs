//! From which row on times are believed: a clock that ran ahead for a while leaves entries from times to come.

use std::sync::PoisonError;

use wire::Stamp;
use wire::record::{decode, encode};

use crate::database::{Database, LogbookError};
use crate::handle::Shared;

/// Under this name it stands.
pub(crate) const NAME: &str = "clock";
/// Version of its bytes.
const LAYOUT: u8 = 1;

/// Somebody who knows the time said that the clock was right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Trusted {
    /// The last row before that: what it and those before it say of the time does not count.
    pub(crate) record: u64,
    /// The time then.
    pub(crate) at: Stamp,
}

impl Trusted {
    /// Version 1, row 8, stamp 9.
    fn to_bytes(self) -> Vec<u8> {
        let (record, at) = (self.record.to_be_bytes(), encode(&self.at));
        [LAYOUT].into_iter().chain(record).chain(at.as_slice().iter().copied()).collect()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&LAYOUT, rest) = bytes.split_first()? else { return None };
        let (record, at) = rest.split_first_chunk()?;
        Some(Self { record: u64::from_be_bytes(*record), at: decode(at)? })
    }
}

/// On the thread that writes: no row comes in between.
pub(crate) fn trust(
    database: &mut Database,
    shared: &Shared,
    now: Stamp,
) -> Result<(), LogbookError> {
    let trusted = Trusted { record: shared.last_record(), at: now };
    database.keep(NAME, &trusted.to_bytes())?;
    shared.held.write().unwrap_or_else(PoisonError::into_inner).trust(trusted);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use wire::{Date, Time};

    use super::*;

    #[test]
    fn its_bytes_are_read_back_and_no_others() {
        let (date, time) = (Date::new(2026, 6, 1).unwrap(), Time::new(12, 0, 10).unwrap());
        let trusted = Trusted { record: 7, at: Stamp { date, time, utc_offset_minutes: -90 } };
        let bytes = trusted.to_bytes();
        assert_eq!(hex(&bytes), "01000000000000000720260601120010ffa6");
        assert_eq!(Trusted::from_bytes(&bytes), Some(trusted));
        assert_eq!(Trusted::from_bytes(&bytes[..17]), None);
        assert_eq!(Trusted::from_bytes(&[&[2], &bytes[1..]].concat()), None);
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
