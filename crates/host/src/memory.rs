//! Storage in memory: for tests, the simulator, and a shell that replays its inputs at start.

mod held;
mod join;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use seeded::{Bug, instead};
use wire::{Asn, Date, LockId, Purse, Tid, Time, Ttc};

use crate::books::{Books, Card, Psam, StationId};
use crate::case::Case;
use crate::facts::{DecisionRow, Number, OnlineChange, ProposalRow, Shown, Sighting, TacFact};
use crate::ledger::{Account, Legs, Posting};
use crate::notice::{About, Code, Notice};
use crate::prepaid::{Funding, PrepaidAccount, PrepaidName};
use crate::purchase::PurchaseCase;
use crate::transfer::TransferRow;

pub use join::Lent;

/// (ASN, purse, CTC): one change of one purse, for ever.
type PurseNumber = (Asn, Purse, u16);

/// [`Books`] in ordered maps.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MemoryBooks {
    cards: BTreeMap<Asn, Card>,
    psams: BTreeMap<Tid, Psam>,
    prepaid: BTreeMap<PrepaidName, PrepaidAccount>,
    fundings: BTreeMap<(PrepaidName, String), Funding>,
    /// Shared, so that a copy of the books is cheap.
    cases: BTreeMap<Number, Arc<Case>>,
    numbers: BTreeMap<PurseNumber, BTreeSet<Number>>,
    purchases: BTreeMap<Number, PurchaseCase>,
    purchase_numbers: BTreeMap<PurseNumber, BTreeSet<Number>>,
    open_purchases: BTreeMap<(Asn, Purse), BTreeSet<Number>>,
    sightings: BTreeMap<PurseNumber, BTreeSet<Sighting>>,
    sighted: BTreeMap<Number, BTreeSet<LockId>>,
    tacs: BTreeMap<Number, BTreeSet<TacFact>>,
    tac_numbers: BTreeMap<PurseNumber, BTreeSet<TacFact>>,
    changes: BTreeMap<(Asn, Purse), BTreeMap<u16, OnlineChange>>,
    transfers: BTreeMap<Asn, BTreeMap<(Date, Time), TransferRow>>,
    decisions: BTreeMap<Asn, BTreeMap<(Date, Time), DecisionRow>>,
    waiting: BTreeMap<Asn, BTreeMap<LockId, Shown>>,
    proposals: BTreeMap<LockId, Vec<ProposalRow>>,
    open: BTreeMap<(Asn, Purse), BTreeSet<LockId>>,
    booked: BTreeMap<LockId, Legs>,
    booked_purchases: BTreeMap<LockId, Legs>,
    accounts: BTreeMap<Account, i128>,
    postings: Vec<Posting>,
    notices: Vec<Notice>,
    told: BTreeSet<(Code, About, String)>,
    /// Postings and notices are not kept: what they add up to is.
    forgetful: bool,
}

const fn number_of(lock: &LockId) -> PurseNumber {
    (lock.asn, lock.purse, lock.ctc)
}

/// Under what a lock is kept.
fn number(tid: Tid, ttc: Ttc) -> Number {
    (instead(Bug::CaseWithoutTid, tid, Tid::default()), ttc)
}

fn all<K: Ord, T: Copy>(map: &BTreeMap<K, BTreeSet<T>>, key: &K) -> Vec<T> {
    map.get(key).into_iter().flatten().copied().collect()
}

/// Takes a member out, and its set once that is empty: what is not there is kept nowhere.
fn take_out<K: Ord, T: Ord>(map: &mut BTreeMap<K, BTreeSet<T>>, key: &K, member: &T) {
    if let Some(set) = map.get_mut(key) {
        set.remove(member);
        if set.is_empty() {
            map.remove(key);
        }
    }
}

impl MemoryBooks {
    /// Empty books.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps what a posting books for its lock or purchase, and nothing else of it: for a store that has the rest elsewhere.
    pub fn book(&mut self, posting: &Posting) {
        let Some(lock) = posting.lock else { return };
        let of_purchase = posting.reason.is_of_purchase();
        let kept = if of_purchase { &mut self.booked_purchases } else { &mut self.booked };
        let booked = kept.entry(lock).or_default();
        *booked = booked.plus(&posting.lines).unwrap_or_default();
        if booked.is_empty() {
            kept.remove(&lock);
        }
    }

    /// Whether anything was heard or seen under a (TID, TTC).
    #[must_use]
    pub fn is_heard(&self, tid: Tid, ttc: Ttc) -> bool {
        let number = number(tid, ttc);
        self.cases.contains_key(&number)
            || self.purchases.contains_key(&(tid, ttc))
            || self.sighted.contains_key(&(tid, ttc))
            || self.tacs.contains_key(&(tid, ttc))
    }

    /// Whether anything was answered about a lock of a card, had to wait, or was ruled.
    #[must_use]
    pub fn is_decided(&self, asn: Asn) -> bool {
        let [purse, _] = Purse::ALL;
        let from = LockId { asn, purse, ctc: 0, tid: Tid::default(), ttc: Ttc(0) };
        let ruled = self.proposals.range(from..).next().is_some_and(|(lock, _)| lock.asn == asn);
        self.decisions.contains_key(&asn) || self.waiting.contains_key(&asn) || ruled
    }

    /// Empty books that keep every sum and no list of postings and notices, for a model that
    /// copies them at each step.
    #[must_use]
    pub fn forgetful() -> Self {
        Self { forgetful: true, ..Self::default() }
    }
}

/// Books that hold the same hash the same, in whatever order it was booked and told.
impl Hash for MemoryBooks {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.cards.hash(state);
        self.psams.hash(state);
        self.prepaid.hash(state);
        self.fundings.hash(state);
        self.cases.hash(state);
        self.sightings.hash(state);
        self.tacs.hash(state);
        self.changes.hash(state);
        self.transfers.hash(state);
        self.decisions.hash(state);
        self.waiting.hash(state);
        self.proposals.hash(state);
        self.open.hash(state);
        self.booked.hash(state);
        self.purchases.hash(state);
        self.booked_purchases.hash(state);
        self.accounts.hash(state);
    }
}

impl Books for MemoryBooks {
    fn card(&self, asn: Asn) -> Option<Card> {
        self.cards.get(&asn).cloned()
    }

    fn cards(&self) -> Vec<Asn> {
        self.cards.keys().copied().collect()
    }

    fn put_card(&mut self, card: Card) {
        self.cards.insert(card.opening.asn, card);
    }

    fn blacklist(&self) -> Vec<(Asn, Code)> {
        let listed = |(asn, card): (&Asn, &Card)| card.blacklisted().map(|code| (*asn, code));
        self.cards.iter().filter_map(listed).collect()
    }

    fn station_of(&self, tid: Tid) -> Option<StationId> {
        self.psams.get(&tid).map(|psam| psam.station.clone())
    }

    fn psam(&self, tid: Tid) -> Option<Psam> {
        self.psams.get(&tid).cloned()
    }

    fn put_psam(&mut self, psam: Psam) {
        self.psams.insert(psam.tid, psam);
    }

    fn prepaid(&self, name: PrepaidName) -> Option<PrepaidAccount> {
        self.prepaid.get(&name).cloned()
    }

    fn prepaids(&self) -> Vec<PrepaidName> {
        self.prepaid.keys().copied().collect()
    }

    fn put_prepaid(&mut self, account: PrepaidAccount) {
        self.prepaid.insert(account.name, account);
    }

    fn funding(&self, name: PrepaidName, reference: &str) -> Option<Funding> {
        self.fundings.get(&(name, reference.to_owned())).cloned()
    }

    fn add_funding(&mut self, funding: Funding) {
        self.fundings.insert((funding.name, funding.reference.clone()), funding);
    }

    fn case(&self, tid: Tid, ttc: Ttc) -> Option<Case> {
        self.cases.get(&number(tid, ttc)).map(|case| Case::clone(case))
    }

    fn put_case(&mut self, case: Case) {
        let key = number(case.tid, case.ttc);
        let named = [case.claimed_lock(), case.no_dispense.map(|terms| terms.id)];
        for lock in named.into_iter().flatten() {
            self.numbers.entry(number_of(&lock)).or_default().insert(key);
        }
        self.cases.insert(key, Arc::new(case));
    }

    fn cases_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<Case> {
        let numbers = self.numbers.get(&(asn, purse, ctc)).into_iter().flatten();
        numbers.filter_map(|number| self.cases.get(number).map(|case| Case::clone(case))).collect()
    }

    fn claimed_lock(&self, tid: Tid, ttc: Ttc) -> Option<LockId> {
        self.cases.get(&(tid, ttc))?.claimed_lock()
    }

    fn claimed_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<LockId> {
        let numbers = self.numbers.get(&(asn, purse, ctc)).into_iter().flatten();
        numbers.filter_map(|(tid, ttc)| self.claimed_lock(*tid, *ttc)).collect()
    }

    fn cases_of(&self, tid: Tid) -> Vec<Case> {
        let range = (tid, Ttc(0))..=(tid, Ttc(u32::MAX));
        self.cases.range(range).map(|(_, case)| Case::clone(case)).collect()
    }

    fn cases(&self) -> Vec<Case> {
        self.cases.values().map(|case| Case::clone(case)).collect()
    }

    fn purchase(&self, tid: Tid, ttc: Ttc) -> Option<PurchaseCase> {
        self.purchases.get(&(tid, ttc)).copied()
    }

    fn put_purchase(&mut self, case: PurchaseCase) {
        let (number, id) = (case.number(), case.terms.id);
        let before = self.purchases.insert(number, case);
        if let Some(before) = before.map(|before| before.terms.id).filter(|before| *before != id) {
            take_out(&mut self.purchase_numbers, &number_of(&before), &number);
            take_out(&mut self.open_purchases, &(before.asn, before.purse), &number);
        }
        self.purchase_numbers.entry(number_of(&id)).or_default().insert(number);
        if case.open {
            self.open_purchases.entry((id.asn, id.purse)).or_default().insert(number);
        } else {
            take_out(&mut self.open_purchases, &(id.asn, id.purse), &number);
        }
    }

    fn purchases_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<PurchaseCase> {
        let numbers = self.purchase_numbers.get(&(asn, purse, ctc)).into_iter().flatten();
        numbers.filter_map(|number| self.purchases.get(number)).copied().collect()
    }

    fn open_purchases(&self, asn: Asn, purse: Purse) -> Vec<PurchaseCase> {
        let numbers = self.open_purchases.get(&(asn, purse)).into_iter().flatten();
        numbers.filter_map(|number| self.purchases.get(number)).copied().collect()
    }

    fn purchases(&self) -> Vec<PurchaseCase> {
        self.purchases.values().copied().collect()
    }

    fn add_sighting(&mut self, sighting: Sighting) -> bool {
        let LockId { tid, ttc, .. } = sighting.lock;
        self.sighted.entry((tid, ttc)).or_default().insert(sighting.lock);
        self.sightings.entry(number_of(&sighting.lock)).or_default().insert(sighting)
    }

    fn sightings_from(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<Sighting> {
        let range = (asn, purse, ctc)..=(asn, purse, u16::MAX);
        self.sightings.range(range).flat_map(|(_, found)| found).copied().collect()
    }

    fn sightings_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<Sighting> {
        all(&self.sightings, &(asn, purse, ctc))
    }

    fn sighted(&self, tid: Tid, ttc: Ttc) -> Vec<LockId> {
        all(&self.sighted, &(tid, ttc))
    }

    fn add_tac(&mut self, fact: TacFact) -> bool {
        self.tac_numbers.entry(number_of(&fact.lock)).or_default().insert(fact);
        self.tacs.entry((fact.lock.tid, fact.lock.ttc)).or_default().insert(fact)
    }

    fn tacs_of(&self, tid: Tid, ttc: Ttc) -> Vec<TacFact> {
        all(&self.tacs, &(tid, ttc))
    }

    fn tacs_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<TacFact> {
        all(&self.tac_numbers, &(asn, purse, ctc))
    }

    fn add_change(&mut self, change: OnlineChange) {
        let key = (change.asn, change.purse);
        self.changes.entry(key).or_default().insert(change.otc, change);
    }

    fn changes(&self, asn: Asn, purse: Purse) -> Vec<OnlineChange> {
        self.changes.get(&(asn, purse)).into_iter().flat_map(BTreeMap::values).copied().collect()
    }

    fn transfers_of(&self, asn: Asn) -> Vec<TransferRow> {
        self.transfers.get(&asn).into_iter().flat_map(BTreeMap::values).copied().collect()
    }

    fn put_transfer(&mut self, row: TransferRow) {
        self.transfers.entry(row.asn).or_default().insert((row.date, row.time), row);
    }

    fn decisions_of(&self, asn: Asn) -> Vec<DecisionRow> {
        self.decisions.get(&asn).into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    fn put_decision(&mut self, decision: DecisionRow) {
        let key = (decision.date, decision.time);
        self.decisions.entry(decision.lock.asn).or_default().insert(key, decision);
    }

    fn decisions(&self) -> Vec<DecisionRow> {
        self.decisions.values().flat_map(BTreeMap::values).cloned().collect()
    }

    fn waiting(&self, lock: &LockId) -> Option<Shown> {
        self.waiting.get(&lock.asn)?.get(lock).copied()
    }

    fn waiting_of(&self, asn: Asn) -> Vec<Shown> {
        self.waiting.get(&asn).into_iter().flat_map(BTreeMap::values).copied().collect()
    }

    fn put_waiting(&mut self, lock: LockId, shown: Shown) {
        self.waiting.entry(lock.asn).or_default().insert(lock, shown);
    }

    fn proposals(&self, lock: &LockId) -> Vec<ProposalRow> {
        self.proposals.get(lock).cloned().unwrap_or_default()
    }

    fn put_proposals(&mut self, lock: LockId, rows: Vec<ProposalRow>) {
        self.proposals.insert(lock, rows);
    }

    fn open_locks(&self, asn: Asn, purse: Purse) -> Vec<LockId> {
        all(&self.open, &(asn, purse))
    }

    fn mark_open(&mut self, lock: LockId, open: bool) {
        let key = (lock.asn, lock.purse);
        if open {
            self.open.entry(key).or_default().insert(lock);
        } else {
            take_out(&mut self.open, &key, &lock);
        }
    }

    fn booked(&self, lock: &LockId) -> Legs {
        self.booked.get(lock).cloned().unwrap_or_default()
    }

    fn booked_purchase(&self, id: &LockId) -> Legs {
        self.booked_purchases.get(id).cloned().unwrap_or_default()
    }

    fn post(&mut self, posting: Posting) {
        for (account, amount) in posting.lines.iter() {
            let balance = self.accounts.entry(account.clone()).or_default();
            *balance += i128::from(amount);
            if *balance == 0 {
                self.accounts.remove(account);
            }
        }
        self.book(&posting);
        if !self.forgetful {
            self.postings.push(posting);
        }
    }

    fn postings(&self) -> Vec<Posting> {
        self.postings.clone()
    }

    fn balance(&self, account: &Account) -> i128 {
        self.accounts.get(account).copied().unwrap_or(0)
    }

    fn accounts(&self) -> BTreeMap<Account, i128> {
        self.accounts.clone()
    }

    fn add_notice(&mut self, notice: Notice) {
        if self.forgetful {
            return;
        }
        if self.told.insert((notice.code, notice.about.clone(), notice.detail.clone())) {
            self.notices.push(notice);
        }
    }

    fn notices(&self) -> Vec<Notice> {
        self.notices.clone()
    }
}
