//! The facts, looked up by lock and by change.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use terminal::Progress;
use terminal::lock::MOST_VOIDS;
use wire::{Amount, Asn, Kind, LockId, Purse, Tid, Ttc};

use crate::facts::{
    CardFacts, Facts, HostPurse, Opening, OutcomeFacts, PurchaseFacts, PurchaseStanding,
};
use crate::known::{Known, Record, cents, rank};
use crate::seen::{Debit, OnlineChange, Seen};

/// What names one change for ever: (ASN, purse, CTC) (protocol §2). For a lock and its debit
/// it is the CTC of the lock.
pub(crate) type Change = (Asn, Purse, u16);

/// The change of a lock.
pub(crate) const fn change_of(id: &LockId) -> Change {
    (id.asn, id.purse, id.ctc)
}

/// The names that locks of a change can have.
const fn locks_of((asn, purse, ctc): Change) -> RangeInclusive<LockId> {
    let first = LockId { asn, purse, ctc, tid: Tid([0; 6]), ttc: Ttc(0) };
    let last = LockId { asn, purse, ctc, tid: Tid([0xFF; 6]), ttc: Ttc(u32::MAX) };
    RangeInclusive::new(first, last)
}

/// The facts, indexed.
pub(crate) struct Index<'a> {
    pub(crate) facts: &'a Facts,
    /// Of each number, the card that went furthest.
    pub(crate) cards: BTreeMap<Asn, &'a CardFacts>,
    pub(crate) locks: BTreeMap<LockId, Known<'a>>,
    pub(crate) by_change: BTreeMap<Change, Vec<LockId>>,
    /// Every journal entry of a (TID, TTC).
    pub(crate) records: BTreeMap<(Tid, Ttc), Vec<Record<'a>>>,
    /// What cards themselves showed, the log first.
    pub(crate) seen: BTreeMap<Change, Vec<Seen<'a>>>,
    /// Statuses that journals kept and that fit nothing.
    pub(crate) unproved: Vec<(Change, Seen<'a>)>,
    /// Loads, unloads, limit changes by OTC.
    pub(crate) online: BTreeMap<Change, OnlineChange>,
    /// Loads and unloads that the card took or not, by OTC: nobody knows. What each answer would have brought.
    pub(crate) open_transfers: BTreeMap<Change, Vec<i64>>,
    /// What each change debited, by the best witness.
    pub(crate) debits: BTreeMap<Change, Debit>,
    /// Purchases that took their amount from the card or nothing: nobody knows.
    pub(crate) open_purchases: BTreeMap<Change, Vec<i64>>,
    /// Every outcome at the centre of a (TID, TTC).
    pub(crate) outcomes: BTreeMap<(Tid, Ttc), Vec<&'a OutcomeFacts>>,
    openings: BTreeMap<(Asn, Purse), &'a HostPurse>,
}

impl<'a> Index<'a> {
    pub(crate) fn new(facts: &'a Facts) -> Self {
        let mut index = Self {
            facts,
            cards: BTreeMap::new(),
            locks: BTreeMap::new(),
            by_change: BTreeMap::new(),
            records: BTreeMap::new(),
            seen: BTreeMap::new(),
            unproved: Vec::new(),
            online: BTreeMap::new(),
            open_transfers: BTreeMap::new(),
            debits: BTreeMap::new(),
            open_purchases: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            openings: BTreeMap::new(),
        };
        index.take_cards();
        index.take_journals();
        index.take_psams();
        index.take_host();
        index.take_statuses();
        for id in index.locks.keys() {
            index.by_change.entry(change_of(id)).or_default().push(*id);
        }
        index.debits = index.work_out_debits();
        index
    }

    fn known(&mut self, id: LockId) -> &mut Known<'a> {
        self.locks.entry(id).or_insert_with(|| Known::new(id))
    }

    fn take_cards(&mut self) {
        for card in &self.facts.cards {
            let furthest = self.cards.entry(card.asn).or_insert(card);
            if reached(furthest) < reached(card) {
                *furthest = card;
            }
        }
        for card in self.cards.values().copied().collect::<Vec<_>>() {
            if let Some(lock) = &card.lock {
                self.known(lock.id).grey = true;
            }
            for record in &card.log {
                match Seen::in_log(card, record) {
                    Some((change, seen)) => self.seen.entry(change).or_default().push(seen),
                    None => {
                        let key = (card.asn, record.tag.purse, record.sequence);
                        self.online.insert(key, OnlineChange::in_log(record));
                    }
                }
            }
        }
    }

    fn take_journals(&mut self) {
        for journal in &self.facts.journals {
            for (key, progress) in &journal.locks {
                let record = Record { journal: &journal.name, progress };
                self.records.entry(*key).or_default().push(record);
                if let Some(terms) = progress.terms() {
                    self.known(terms.id).take(record);
                }
            }
            for purchase in &journal.purchases {
                let standing = self.believed(purchase);
                self.take_purchase(&journal.name, &PurchaseFacts { standing, ..*purchase });
            }
        }
    }

    /// A station cannot check a TAC: where a centre is given, which can, its word counts, and of
    /// what it has not settled nobody knows.
    fn believed(&self, purchase: &PurchaseFacts) -> PurchaseStanding {
        let Some(host) = &self.facts.host else { return purchase.standing };
        let heard = host.purchases.iter().find(|heard| heard.id == purchase.id);
        match (purchase.standing, heard) {
            (PurchaseStanding::Void, _) => PurchaseStanding::Void,
            (_, Some(heard)) => heard.standing,
            (_, None) => PurchaseStanding::Open,
        }
    }

    fn take_purchase(&mut self, by: &'a str, purchase: &PurchaseFacts) {
        let change = change_of(&purchase.id);
        if purchase.is_paid() {
            let seen = Seen::purchase(by, purchase);
            self.seen.entry(change).or_default().push(seen);
        } else if purchase.standing == PurchaseStanding::Open {
            self.open_purchases.entry(change).or_default().push(cents(purchase.amount));
        }
    }

    /// A station cannot check a TAC, and whoever owns the wire may alter a status. So one counts
    /// only when it tells what a record, a decision or the card's own log tells too.
    fn take_statuses(&mut self) {
        for journal in &self.facts.journals {
            for (asn, status) in &journal.tacs_seen {
                let Some((change, seen)) = Seen::in_status(&journal.name, *asn, status) else {
                    continue;
                };
                if !self.fits(change, &seen) {
                    self.unproved.push((change, seen));
                    continue;
                }
                let seen = self.name_lock(change, seen, status.amount());
                self.seen.entry(change).or_default().push(seen);
            }
        }
    }

    /// The card's log holds no TTC, so the one of a status is believed only where a lock of that
    /// name is known.
    fn name_lock(
        &mut self,
        (asn, purse, ctc): Change,
        seen: Seen<'a>,
        amount: Option<Amount>,
    ) -> Seen<'a> {
        let (Kind::Debit, Some(ttc)) = (seen.kind, seen.ttc) else { return seen };
        let id = LockId { asn, purse, ctc, tid: seen.tid, ttc };
        match self.locks.get_mut(&id) {
            Some(known) => {
                known.tac = amount;
                seen
            }
            None => Seen { ttc: None, ..seen },
        }
    }

    fn fits(&self, change: Change, seen: &Seen<'_>) -> bool {
        let own = self.seen.get(&change).and_then(|shown| shown.first());
        let agrees = own.map(|own| own.differs(seen).is_none());
        let recorded = || self.locks.range(locks_of(change)).any(|(_, lock)| lock.fits(seen));
        match (agrees, seen.kind) {
            // A decision tells neither terminal nor time; the card's log tells both.
            (Some(agrees), Kind::Unlock) => agrees,
            (agrees, _) => agrees == Some(true) || recorded(),
        }
    }

    fn take_psams(&mut self) {
        for lock in self.facts.psams.iter().flat_map(|psam| &psam.locks) {
            self.known(lock.id).psam = Some(lock);
        }
    }

    fn take_host(&mut self) {
        let Some(host) = &self.facts.host else { return };
        for outcome in &host.outcomes {
            self.outcomes.entry((outcome.tid, outcome.ttc)).or_default().push(outcome);
            if let Some(id) = outcome.id {
                self.known(id).outcomes.push(outcome);
            }
        }
        for decision in &host.decisions {
            self.known(decision.id).decisions.push(decision);
        }
        for purchase in &host.purchases {
            self.take_purchase("the centre", purchase);
        }
        for change in &host.changes {
            let key = (change.asn, change.purse, change.otc);
            self.online.entry(key).or_insert_with(|| OnlineChange::at_host(change));
        }
        for change in &host.open_transfers {
            let key = (change.asn, change.purse, change.otc);
            let money = OnlineChange::at_host(change).money();
            self.open_transfers.entry(key).or_default().push(money);
        }
        self.openings = host.purses.iter().map(|books| ((books.asn, books.purse), books)).collect();
    }

    /// The best witness of each change: the card's log, a status, a confirmed decision, a
    /// settlement, and last that the card has passed it.
    fn work_out_debits(&self) -> BTreeMap<Change, Debit> {
        let by_cards =
            self.seen.iter().filter_map(|(key, seen)| Some((*key, seen.first()?.debit())));
        let mut debits: BTreeMap<Change, Debit> = by_cards.collect();
        for (change, ids) in &self.by_change {
            let locks = || ids.iter().filter_map(|id| self.locks.get(id));
            let passed = self.passed(*change, 2);
            let debit = locks()
                .find_map(Debit::confirmed)
                .or_else(|| locks().find_map(Debit::settled))
                .or_else(|| locks().filter(|_| passed).find_map(Debit::passed));
            if let Some(debit) = debit {
                debits.entry(*change).or_insert(debit);
            }
        }
        debits
    }

    /// True when the card is given and its CTC is beyond all numbers of the change.
    pub(crate) fn passed(&self, (asn, purse, ctc): Change, width: u16) -> bool {
        self.cards.get(&asn).is_some_and(|card| {
            u32::from(card.purse(purse).ctc) >= u32::from(ctc) + u32::from(width)
        })
    }

    /// What the centre has issued.
    pub(crate) fn books(&self, asn: Asn, purse: Purse) -> Option<&'a HostPurse> {
        self.openings.get(&(asn, purse)).copied()
    }

    /// What a purse began with: as the card tells, else as the centre does.
    pub(crate) fn opening(&self, card: &CardFacts, purse: Purse) -> Option<Opening> {
        let issued = || self.books(card.asn, purse).map(|books| books.opening);
        card.purse(purse).opening.or_else(issued)
    }

    /// True when a journal is given that must know this lock: one of this TID that begins no
    /// later, and had not missed more numbers just before than a terminal ever declares void.
    pub(crate) fn journal_tells(&self, tid: Tid, ttc: Ttc) -> bool {
        let before = self.records.range((tid, Ttc(0))..=(tid, ttc)).next_back();
        let after = self.records.range((tid, ttc)..=(tid, Ttc(u32::MAX))).next();
        match (before, after) {
            (Some(((_, low), _)), Some(((_, high), _))) => high.0 - low.0 <= MOST_VOIDS + 1,
            (before, _) => before.is_some(),
        }
    }

    /// True when a journal has a purchase under this number: its void is a void like any other.
    pub(crate) fn has_purchase(&self, tid: Tid, ttc: Ttc) -> bool {
        let mut purchases = self.facts.journals.iter().flat_map(|journal| &journal.purchases);
        purchases.any(|purchase| (purchase.id.tid, purchase.id.ttc) == (tid, ttc))
    }

    /// The furthest entry of a (TID, TTC).
    pub(crate) fn entry(&self, tid: Tid, ttc: Ttc) -> Option<Record<'a>> {
        let records = self.records.get(&(tid, ttc))?.iter().copied();
        records.reduce(
            |one, other| {
                if rank(one.progress) < rank(other.progress) { other } else { one }
            },
        )
    }

    /// The lock that a journal keeps under this (TID, TTC), whatever else is said of it.
    pub(crate) fn terms(&self, tid: Tid, ttc: Ttc) -> Option<(Record<'a>, &'a wire::LockTerms)> {
        let record = self.entry(tid, ttc)?;
        let progress: &'a Progress = record.progress;
        progress.terms().map(|terms| (record, terms))
    }

    /// The locks of a change.
    pub(crate) fn locks_of(&self, change: Change) -> impl Iterator<Item = &Known<'a>> {
        let ids = self.by_change.get(&change).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.locks.get(id))
    }

    /// How many on-line numbers unlocks used in a range of CTCs.
    pub(crate) fn unlocks(&self, from: Change, to: Change) -> usize {
        self.debits.range(from..to).filter(|(_, debit)| debit.kind == Kind::Unlock).count()
    }
}

/// All numbers that a card has used: the order in time of its images.
fn reached(card: &CardFacts) -> u32 {
    card.purses.iter().map(|purse| u32::from(purse.ctc) + u32::from(purse.otc)).sum()
}
