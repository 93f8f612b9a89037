//! Which rows a sheet has fetched, those that are not there included.

use std::collections::{BTreeMap, BTreeSet};

use host::PrepaidName;
use wire::{Asn, LockId, Purse, Tid, Ttc};

#[derive(Default)]
pub(crate) struct Known {
    pub(crate) psams: BTreeSet<Tid>,
    pub(crate) prepaid: BTreeSet<PrepaidName>,
    pub(crate) fundings: BTreeSet<(PrepaidName, String)>,
    /// Account, changes, decisions, waiting and open locks of a card.
    pub(crate) cards: BTreeSet<Asn>,
    /// Case, sightings and TACs under a (TID, TTC).
    pub(crate) numbers: BTreeSet<(Tid, Ttc)>,
    /// Cases and TACs of a purse number.
    pub(crate) purse_numbers: BTreeSet<(Asn, Purse, u16)>,
    /// Purchases of a purse number.
    pub(crate) bought: BTreeSet<(Asn, Purse, u16)>,
    /// Sightings of a purse, from this CTC on.
    pub(crate) sightings: BTreeMap<(Asn, Purse), u16>,
    /// Rulings on a lock, and what is booked for it.
    pub(crate) locks: BTreeSet<LockId>,
}

impl Known {
    pub(crate) fn sightings_from(&self, asn: Asn, purse: Purse, ctc: u16) -> bool {
        self.sightings.get(&(asn, purse)).is_some_and(|from| *from <= ctc)
    }
}
