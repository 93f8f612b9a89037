//! Which rows a sheet has fetched, those that are not there included.

use std::collections::{BTreeSet, HashMap, HashSet};

use host::PrepaidName;
use wire::{Asn, LockId, Purse, Tid, Ttc};

/// A purse number.
pub(crate) type PurseNumber = (Asn, Purse, u16);

/// What was asked for last of each kind, and is there.
#[derive(Default)]
pub(crate) struct LastAsked {
    pub(crate) psam: Option<Tid>,
    pub(crate) card: Option<Asn>,
    pub(crate) number: Option<(Tid, Ttc)>,
    pub(crate) purse_number: Option<PurseNumber>,
    pub(crate) seen: Option<PurseNumber>,
    pub(crate) lock: Option<LockId>,
}

#[derive(Default)]
pub(crate) struct Known {
    pub(crate) psams: HashSet<Tid>,
    pub(crate) prepaid: HashSet<PrepaidName>,
    pub(crate) fundings: HashSet<(PrepaidName, String)>,
    /// Account, changes, decisions, waiting, rulings and open locks of a card.
    pub(crate) cards: HashSet<Asn>,
    /// Cards of which the cases on the grey list are there.
    pub(crate) listed: HashSet<Asn>,
    /// Case, sightings and TACs under a (TID, TTC).
    pub(crate) numbers: HashSet<(Tid, Ttc)>,
    /// Cases and TACs of a purse number.
    pub(crate) purse_numbers: HashSet<PurseNumber>,
    /// Purchases of a purse number.
    pub(crate) bought: HashSet<PurseNumber>,
    /// Sightings of a purse, from this CTC on.
    pub(crate) sightings: HashMap<(Asn, Purse), u16>,
    /// Locks and purchases of a purse of which anything is kept, from this CTC on.
    pub(crate) kept: HashMap<(Asn, Purse), u16>,
    /// Those of them that the database has.
    pub(crate) found: BTreeSet<LockId>,
    /// What is booked for a lock.
    pub(crate) locks: HashSet<LockId>,
    /// What was asked for last: the rules ask for one thing many times in a row.
    pub(crate) last: LastAsked,
}

impl Known {
    /// Whether the database has anything at just this purse number.
    pub(crate) fn has_at(&self, of: PurseNumber) -> bool {
        self.found.range(first_at(of)..).next().is_some_and(|lock| purse_number(lock) == of)
    }

    /// Whether it has anything of the purse at this CTC or above.
    pub(crate) fn has_from(&self, of: PurseNumber) -> bool {
        let next = self.found.range(first_at(of)..).next();
        next.is_some_and(|lock| (lock.asn, lock.purse) == (of.0, of.1))
    }
}

pub(crate) const fn purse_number(lock: &LockId) -> PurseNumber {
    (lock.asn, lock.purse, lock.ctc)
}

fn first_at((asn, purse, ctc): PurseNumber) -> LockId {
    LockId { asn, purse, ctc, tid: Tid::default(), ttc: Ttc(0) }
}

/// Of these, each with a CTC, those from which on not all is fetched yet; it is from now on.
pub(crate) fn farther(
    fetched: &mut HashMap<(Asn, Purse), u16>,
    from: impl IntoIterator<Item = PurseNumber>,
) -> Vec<PurseNumber> {
    let mut new = Vec::new();
    for (asn, purse, ctc) in from {
        if fetched.get(&(asn, purse)).is_none_or(|known| ctc < *known) {
            fetched.insert((asn, purse), ctc);
            new.push((asn, purse, ctc));
        }
    }
    new
}
