//! The PSAMs of the station itself: nobody else's word counts for their locks, also before their first one.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use wire::Tid;

use crate::database::{Database, LogbookError};
use crate::handle::Shared;

/// Under this name they stand.
pub(crate) const NAME: &str = "psams";
/// Version of their bytes.
const LAYOUT: u8 = 1;

/// Version 1, and then each TID, 6.
fn to_bytes(psams: &BTreeSet<Tid>) -> Vec<u8> {
    [LAYOUT].into_iter().chain(psams.iter().flat_map(|tid| tid.0)).collect()
}

pub(crate) fn from_bytes(bytes: &[u8]) -> Option<BTreeSet<Tid>> {
    let (&LAYOUT, rest) = bytes.split_first()? else { return None };
    let (tids, []) = rest.as_chunks::<6>() else { return None };
    Some(tids.iter().map(|tid| Tid(*tid)).collect())
}

/// On the thread that writes. It counts as the station's own from now on, whether that could be written or not.
pub(crate) fn own(database: &mut Database, shared: &Shared, tid: Tid) -> Result<(), LogbookError> {
    let psams = shared.held.write().unwrap_or_else(PoisonError::into_inner).own_psam(tid);
    if database.kept(NAME)?.and_then(|bytes| from_bytes(&bytes)).as_ref() == Some(&psams) {
        return Ok(());
    }
    database.keep(NAME, &to_bytes(&psams))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn their_bytes_are_read_back_and_no_others() {
        let psams = BTreeSet::from([Tid([0, 0, 0, 0, 0x11, 2]), Tid([0, 0, 0, 0, 0x11, 1])]);
        let bytes = to_bytes(&psams);
        assert_eq!(bytes, [1, 0, 0, 0, 0, 0x11, 1, 0, 0, 0, 0, 0x11, 2]);
        assert_eq!(from_bytes(&bytes), Some(psams));
        assert_eq!(from_bytes(&bytes[..12]), None);
        assert_eq!(from_bytes(&[2]), None);
    }
}
