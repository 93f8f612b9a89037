//! What a transaction wrote, until it goes to the database in one go.

use std::collections::{BTreeMap, BTreeSet};

use host::{Funding, Notice, OnlineChange, Posting, PrepaidName, Sighting, TacFact};
use wire::{Asn, Date, LockId, Tid, Time, Ttc};

/// What was written, by name where the sheet's memory has the rest.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) cards: BTreeSet<Asn>,
    /// PSAMs that were written, and whether they are new.
    pub(crate) psams: BTreeMap<Tid, bool>,
    /// Prepaid accounts that were opened, or that postings moved.
    pub(crate) prepaid: BTreeSet<PrepaidName>,
    pub(crate) fundings: Vec<Funding>,
    pub(crate) cases: BTreeSet<(Tid, Ttc)>,
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) tacs: Vec<TacFact>,
    /// So many sightings, TACs and postings are on their way already.
    pub(crate) put: (usize, usize, usize),
    /// Cases that are on their way, and whether as they stand now.
    pub(crate) sent: BTreeMap<(Tid, Ttc), bool>,
    /// Locks and purchases of which something was put, since their names were.
    pub(crate) kept: BTreeSet<LockId>,
    pub(crate) changes: Vec<OnlineChange>,
    pub(crate) decisions: BTreeSet<(Asn, Date, Time)>,
    pub(crate) transfers: BTreeSet<(Asn, Date, Time)>,
    pub(crate) purchases: BTreeSet<(Tid, Ttc)>,
    pub(crate) waiting: BTreeSet<LockId>,
    pub(crate) rulings: BTreeSet<LockId>,
    /// Locks that became open, or came to rest.
    pub(crate) open: BTreeMap<LockId, bool>,
    /// Cards of such locks, those included that are again as they were.
    pub(crate) marked: BTreeSet<Asn>,
    /// Locks that were judged: their records may have come onto the grey list or gone from it.
    pub(crate) judged: BTreeSet<(Tid, Ttc)>,
    pub(crate) postings: Vec<Posting>,
    pub(crate) notices: Vec<Notice>,
}
