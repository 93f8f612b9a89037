//! What was held back of a card's money when the card was replaced (protocol §10).

use std::collections::BTreeSet;

use wire::LockId;

use crate::books::Books;
use crate::filed::{LockFacts, units};
use crate::ledger::Account;

/// What the float of a replaced card gave for a lock when it was replaced. It is paid out since,
/// so this never changes, and the position stays a function of what was known then and is now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// Under the lock's own name.
    pub(crate) own: i64,
    /// Under names that turned out to be this lock's.
    pub(crate) inherited: i64,
}

impl Kept {
    pub(crate) fn load(books: &impl Books, lock: LockId, names: &BTreeSet<LockId>) -> Self {
        let float = Account::Float(lock.asn, lock.purse);
        let given = |name: &LockId| -books.booked(name).amount(&float);
        Self { own: given(&lock), inherited: names.iter().map(given).sum() }
    }

    pub(crate) const fn sum(&self) -> i64 {
        self.own + self.inherited
    }

    /// What of it is for a delivery that no record claims.
    pub(crate) fn of_unproved(&self, facts: &LockFacts) -> i64 {
        facts.unproved_only().map_or(0, units).min(self.sum())
    }
}
