//! What is filed under one lock: the case, the TACs and the decisions that name it.

use std::collections::BTreeSet;

use wire::{Amount, Asn, LockId, Purse};

use crate::books::Books;
use crate::case::{Case, HeldRecord};
use crate::facts::{DecisionRow, TacFact};
use crate::succession::Candidate;

/// Everything that bears on one lock.
#[derive(Clone, Debug)]
pub(crate) struct LockFacts {
    pub(crate) lock: LockId,
    pub(crate) case: Option<Case>,
    pub(crate) tacs: BTreeSet<TacFact>,
    pub(crate) decisions: Vec<DecisionRow>,
}

impl LockFacts {
    /// All that is filed under this lock, or under a name that [`home`] leads here from.
    pub(crate) fn load(books: &impl Books, lock: LockId) -> Self {
        let case = books.case(lock.tid, lock.ttc).filter(|case| case.claimed_lock() == Some(lock));
        let at_number = books.tacs_at(lock.asn, lock.purse, lock.ctc);
        let tacs = books.tacs_of(lock.tid, lock.ttc).into_iter().chain(at_number);
        let tacs = tacs.filter(|fact| home_of_tac(books, fact.lock) == lock).collect();
        let decisions = books.decisions_of(lock.asn).into_iter();
        let decisions = decisions.filter(|row| home(books, row.lock) == lock).collect();
        Self { lock, case, tacs, decisions }
    }

    /// True when nothing is filed here.
    pub(crate) fn is_empty(&self) -> bool {
        self.case.is_none() && self.tacs.is_empty() && self.decisions.is_empty()
    }

    pub(crate) fn record(&self) -> Option<&HeldRecord> {
        self.case.as_ref()?.record.as_ref()
    }

    pub(crate) fn unproved_amount(&self) -> Option<Amount> {
        Some(self.case.as_ref()?.unproved.as_ref()?.delivery.amount)
    }

    /// The delivery that only two operators can turn into a debit: no record took its place.
    pub(crate) fn unproved_only(&self) -> Option<Amount> {
        if self.record().is_some() { None } else { self.unproved_amount() }
    }

    /// The locked balance.
    pub(crate) fn balance(&self) -> Option<Amount> {
        let claimed = self.case.as_ref().and_then(Case::terms).map(|terms| terms.balance);
        claimed.or_else(|| self.decisions.first().map(|row| row.balance))
    }

    /// What MAC3 proves; the earliest answer, should a copied card have taken two.
    pub(crate) fn by_mac3(&self) -> Option<Amount> {
        self.decisions.iter().find(|row| row.mac3.is_some()).map(|row| row.amount)
    }

    /// What a TAC proves; the record's amount, should a copied card have shown another.
    pub(crate) fn by_tac(&self) -> Option<Amount> {
        let claimed = self.record().map(HeldRecord::amount);
        let same = self.tacs.iter().find(|fact| Some(fact.amount) == claimed);
        same.or_else(|| self.tacs.first()).map(|fact| fact.amount)
    }

    /// The ways in which the card may have left the lock.
    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        if let Some(amount) = self.by_mac3().or_else(|| self.by_tac()) {
            return vec![Candidate { amount, online: None }];
        }
        let local = self.record().map(|held| Candidate { amount: held.amount(), online: None });
        let online = self
            .decisions
            .iter()
            .map(|row| Candidate { amount: row.amount, online: Some(row.otc) });
        local.into_iter().chain(online).collect()
    }
}

/// True when a TAC is filed under this lock, as [`LockFacts`] has them.
pub(crate) fn has_tac(books: &impl Books, lock: LockId) -> bool {
    let filed = |fact: &TacFact| home_of_tac(books, fact.lock) == lock;
    books.tacs_of(lock.tid, lock.ttc).iter().any(filed)
        || books.tacs_at(lock.asn, lock.purse, lock.ctc).iter().any(filed)
}

/// The name under which a lock is filed: its own, unless no record has it and one agrees in
/// all but the high half of TTC, because LOCK was altered on its way (protocol §9).
pub(crate) fn home(books: &impl Books, lock: LockId) -> LockId {
    let own = books.claimed_lock(lock.tid, lock.ttc);
    if own.is_some() { lock } else { twin(books, lock).unwrap_or(lock) }
}

/// The same for the lock of a TAC. A TAC proves TID and TTC under one card's key, and not the
/// CTC that came beside it: the record has the say there.
fn home_of_tac(books: &impl Books, lock: LockId) -> LockId {
    let own = books.claimed_lock(lock.tid, lock.ttc);
    match own.filter(|own| (own.asn, own.purse) == (lock.asn, lock.purse)) {
        Some(own) => own,
        None => home(books, lock),
    }
}

fn twin(books: &impl Books, lock: LockId) -> Option<LockId> {
    let locks = books.claimed_at(lock.asn, lock.purse, lock.ctc);
    locks.into_iter().find(|other| is_twin(other, &lock))
}

/// True when only the high half of TTC differs.
pub(crate) fn is_twin(one: &LockId, other: &LockId) -> bool {
    one.ttc != other.ttc
        && one.ttc.low() == other.ttc.low()
        && LockId { ttc: other.ttc, ..*one } == *other
}

/// The lock that what was booked or ruled under a name belongs to now: the name's own, unless
/// all that was filed under it has found another home.
pub(crate) fn heir(books: &impl Books, name: LockId) -> LockId {
    heir_of(books, &LockFacts::load(books, name))
}

/// The same for a name whose facts are at hand.
pub(crate) fn heir_of(books: &impl Books, facts: &LockFacts) -> LockId {
    let name = facts.lock;
    if !facts.is_empty() {
        return name;
    }
    let by_tac = books.tacs_of(name.tid, name.ttc).iter().any(|fact| fact.lock == name);
    if by_tac { home_of_tac(books, name) } else { home(books, name) }
}

/// The other names whose bookings and rulings belong to this lock now, given those of its purse number.
pub(crate) fn other_names(
    books: &impl Books,
    facts: &LockFacts,
    mut names: BTreeSet<LockId>,
) -> BTreeSet<LockId> {
    names.extend(facts.tacs.iter().map(|fact| fact.lock));
    names.retain(|name| *name != facts.lock && heir(books, *name) == facts.lock);
    names
}

/// All names under which something of this purse number is filed or was seen, and their homes.
pub(crate) fn names_at(books: &impl Books, asn: Asn, purse: Purse, ctc: u16) -> BTreeSet<LockId> {
    let is_here = |lock: &LockId| (lock.asn, lock.purse, lock.ctc) == (asn, purse, ctc);
    let claimed = books.claimed_at(asn, purse, ctc).into_iter();
    let tacs = books.tacs_at(asn, purse, ctc).into_iter();
    let tacs = tacs.flat_map(|fact| [fact.lock, home_of_tac(books, fact.lock)]);
    let decided = books.decisions_of(asn).into_iter();
    let decided = decided.flat_map(|row| [row.lock, home(books, row.lock)]);
    let seen = books.sightings_at(asn, purse, ctc).into_iter().map(|sighting| sighting.lock);
    claimed.chain(tacs).chain(decided).chain(seen).filter(is_here).collect()
}

pub(crate) fn units(amount: Amount) -> i64 {
    i64::from(amount.units())
}
