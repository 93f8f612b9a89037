//! Which rows a sheet has fetched, those that are not there included.

use std::collections::{HashMap, HashSet};

use host::PrepaidName;
use wire::{Asn, LockId, Purse, Tid, Ttc};

#[derive(Default)]
pub(crate) struct Known {
    pub(crate) psams: HashSet<Tid>,
    pub(crate) prepaid: HashSet<PrepaidName>,
    pub(crate) fundings: HashSet<(PrepaidName, String)>,
    /// Account, changes, decisions, waiting and open locks of a card.
    pub(crate) cards: HashSet<Asn>,
    /// Cards of which the cases on the grey list are there.
    pub(crate) listed: HashSet<Asn>,
    /// Case, sightings and TACs under a (TID, TTC).
    pub(crate) numbers: HashSet<(Tid, Ttc)>,
    /// Cases and TACs of a purse number.
    pub(crate) purse_numbers: HashSet<(Asn, Purse, u16)>,
    /// Purchases of a purse number.
    pub(crate) bought: HashSet<(Asn, Purse, u16)>,
    /// Sightings of a purse, from this CTC on.
    pub(crate) sightings: HashMap<(Asn, Purse), u16>,
    /// Rulings on a lock, and what is booked for it.
    pub(crate) locks: HashSet<LockId>,
}

impl Known {
    pub(crate) fn sightings_from(&self, asn: Asn, purse: Purse, ctc: u16) -> bool {
        self.sightings.get(&(asn, purse)).is_some_and(|from| *from <= ctc)
    }
}
