//! Booking what follows from what is known, and telling what it means.

use std::collections::BTreeSet;

use seeded::Bug;
use wire::{Asn, LockId, Purse, Scheme, Stamp};

use crate::acts::Subject;
use crate::books::Books;
use crate::centre::Centre;
use crate::codes::Codes;
use crate::facts::{Sighting, TacFact};
use crate::filed::{home, names_at};
use crate::ledger::{Legs, Posting, PostingReason};
use crate::notice::{About, Code};
use crate::position::{Difference, Ending, Position};
use crate::refusal::Refusal;
use crate::succession::Succession;

impl<B: Books, V: Codes> Centre<B, V> {
    /// Books a lock anew, with all others of its purse number and all open locks of the card.
    pub(crate) fn settle(&mut self, lock: LockId, now: Stamp) -> Result<(), Refusal> {
        let mut touched = BTreeSet::from([lock, home(&self.books, lock)]);
        let tacs = self.books.tacs_of(lock.tid, lock.ttc).into_iter().map(|fact| fact.lock);
        touched.extend(tacs.filter(|other| other.asn == lock.asn));
        for name in touched.clone() {
            touched.extend(names_at(&self.books, name.asn, name.purse, name.ctc));
        }
        for name in &touched {
            self.book(*name, now)?;
            // A lock uses its number, and its debit the next.
            for ctc in [Some(name.ctc), name.ctc.checked_add(1)].into_iter().flatten() {
                self.settle_purchases_at((name.asn, name.purse, ctc), now)?;
            }
        }
        self.settle_open(lock.asn, now)
    }

    /// Books all locks of a card that are not at rest: something new may have ended them.
    pub(crate) fn settle_open(&mut self, asn: Asn, now: Stamp) -> Result<(), Refusal> {
        self.settle_transfers(asn, now)?;
        for purse in Purse::ALL {
            for lock in self.books.open_locks(asn, purse) {
                self.book(lock, now)?;
            }
            for case in self.books.open_purchases(asn, purse) {
                self.book_purchase(case.terms.id, now)?;
            }
        }
        Ok(())
    }

    /// Keeps what a card proved. Two proved locks of one purse number mean two cards.
    pub(crate) fn sight(&mut self, sighting: Sighting, now: Stamp) {
        if !self.books.add_sighting(sighting) {
            return;
        }
        let LockId { asn, purse, ctc, .. } = sighting.lock;
        self.tell_void_belied(sighting.lock.tid, sighting.lock.ttc, now);
        let seen = self.books.sightings_from(asn, purse, ctc);
        let locks: BTreeSet<LockId> =
            seen.into_iter().map(|other| other.lock).filter(|other| other.ctc == ctc).collect();
        if locks.len() > 1 {
            let named: Vec<String> = locks.iter().map(LockId::to_string).collect();
            let detail = named.join(" and ");
            self.tell(Code::ClonedOrRolledBackCard, About::card(asn), now, detail);
            for lock in locks {
                let evidence = format!("lock {lock}");
                self.raise(Subject::Card(asn), Code::ClonedOrRolledBackCard, evidence);
            }
        }
    }

    fn book(&mut self, lock: LockId, now: Stamp) -> Result<(), Refusal> {
        let position = Position::load(&self.books, lock);
        let booked = self.books.booked(&lock);
        let target = position.legs().ok_or(Refusal::LedgerOverflow)?;
        let again = seeded::is(Bug::PostedAgain) && target == booked;
        let booked = if again { Legs::default() } else { booked };
        let lines = target.minus(&booked).ok_or(Refusal::LedgerOverflow)?;
        if !lines.is_empty() {
            let reason = reason_of(&position, &target);
            self.books.post(Posting {
                reason,
                asn: Some(lock.asn),
                lock: Some(lock),
                at: now,
                lines,
            });
        }
        self.books.mark_open(lock, position.is_open());
        self.tell_position(&position, now);
        Ok(())
    }

    fn tell_position(&mut self, position: &Position, now: Stamp) {
        let about = About::lock(position.facts.lock);
        for code in codes_of(position) {
            self.tell(code, about.clone(), now, String::new());
        }
        let loss = position.loss();
        if loss > 0 {
            self.tell(Code::LossBooked, about.clone(), now, format!("{loss}"));
        }
        let open = position.claims().into_iter();
        for claim in open.filter(|claim| position.claim_ruling(*claim).is_none()) {
            let (code, by) = match claim {
                Difference::StationShort(by) => (Code::StationClaim, by),
                Difference::CardholderOver(by) => (Code::CardholderClaim, by),
            };
            self.tell(code, about.clone(), now, format!("{by}"));
        }
        let lock = position.facts.lock;
        for debit in 2..=debits(position) {
            let evidence = format!("lock {lock}, debit {debit}");
            self.raise(Subject::Card(lock.asn), Code::LockDebitedTwice, evidence);
        }
    }
}

fn reason_of(position: &Position, target: &Legs) -> PostingReason {
    if target.is_empty() || position.heir != position.facts.lock {
        return PostingReason::Corrected;
    }
    if position.claims().into_iter().any(|claim| position.claim_ruling(claim).is_some()) {
        return PostingReason::ClaimRuled;
    }
    if position.loss() > 0 {
        return PostingReason::LossBooked;
    }
    match position.ending {
        Some(Ending::Mac3(_)) => PostingReason::SettledByMac3,
        Some(Ending::Tac(_)) if position.owed().is_none() => PostingReason::DebitWithoutRecord,
        Some(Ending::Tac(_)) => PostingReason::SettledByTac,
        Some(Ending::Operators(_)) => PostingReason::SettledByOperators,
        Some(Ending::Succession(_)) => PostingReason::SettledBySuccession,
        Some(Ending::Replaced(_)) => PostingReason::SettledByReplacement,
        None if is_disputed(position) => PostingReason::ClaimOpened,
        None if position.facts.candidates().is_empty() => PostingReason::UnprovedHeard,
        None if position.facts.decisions.is_empty() => PostingReason::GreyHeard,
        None => PostingReason::DecisionReserved,
    }
}

const fn is_disputed(position: &Position) -> bool {
    matches!(position.succession, Succession::Gap | Succession::Disagrees)
}

/// What an operator should know about the lock as it stands.
fn codes_of(position: &Position) -> Vec<Code> {
    let facts = &position.facts;
    let record_differs = facts.record().is_some_and(|held| {
        let at = held.record.delivery.at;
        let proved = held.record.terms.scheme == Scheme::Seed;
        let same_time = |fact: &TacFact| !proved || (fact.date, fact.time) == (at.date, at.time);
        facts.tacs.iter().any(|fact| fact.amount != held.amount() || !same_time(fact))
    });
    let second = !position.primary && facts.record().is_some();
    let ended_by_tac = matches!(position.ending, Some(Ending::Tac(_)));
    let judged = position.succession.reason().filter(|_| position.ending.is_none());
    let disagrees = judged == Some(Code::SuccessionDisagrees);
    let rows = [
        (record_differs, Code::TacDisagreesWithRecord),
        (debited_twice(position), Code::LockDebitedTwice),
        (ended_by_tac && position.owed().is_none(), Code::TacWithoutRecord),
        (second, Code::SecondRecordOfOneNumber),
        (disagrees, Code::BalancesDisagree),
    ];
    let held = rows.into_iter().filter(|(holds, _)| *holds).map(|(_, code)| code);
    held.chain(judged).collect()
}

/// One card debits one lock once: a second proof comes from a copy.
fn debited_twice(position: &Position) -> bool {
    debits(position) > 1
}

fn debits(position: &Position) -> usize {
    let online = position.facts.decisions.iter().filter(|row| row.mac3.is_some()).count();
    let debits = position.facts.tacs.iter().map(|fact| (fact.amount, fact.date, fact.time));
    let local = debits.collect::<BTreeSet<_>>().len();
    online + local
}
