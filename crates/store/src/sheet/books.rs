//! The rules' view: what they ask for is fetched first, what they write is noted.

use std::collections::BTreeMap;

use host::{
    Account, Books, Card, Case, Code, DecisionRow, Funding, Legs, Notice, OnlineChange, Posting,
    PrepaidAccount, PrepaidName, ProposalRow, Psam, PurchaseCase, Shown, Sighting, StationId,
    TacFact, TransferRow,
};
use wire::{Asn, LockId, Purse, Tid, Ttc};

use super::{Inner, Sheet};
use crate::error::{Kind, StoreError};
use crate::list;

impl Sheet<'_> {
    /// A list that a call reads whole; nothing when it cannot be read.
    fn list<T: Default>(&self, read: impl FnOnce(&mut Inner<'_>) -> Result<T, StoreError>) -> T {
        let mut inner = self.inner.borrow_mut();
        let mut answer = T::default();
        inner.attempt(|inner| {
            answer = read(inner)?;
            Ok(())
        });
        answer
    }
}

impl Inner<'_> {
    /// What the database has on an account.
    fn kept(&mut self, account: &Account) -> Result<i128, StoreError> {
        let Some(name) = prepaid_of(account) else { return list::balance(self.database, account) };
        self.fetch_prepaid([name])?;
        Ok(self.prepaid.get(&name).copied().unwrap_or(0).into())
    }

    /// What was posted since. Entries that are on their way are in the sum that the database answers with; what is on a
    /// prepaid account stands in a row that is written last.
    pub(crate) fn pending(&self, account: &Account) -> i128 {
        let summed = if prepaid_of(account).is_some() { 0 } else { self.changes.put.2 };
        let postings = self.changes.postings.iter().skip(summed);
        postings.map(|posting| i128::from(posting.lines.amount(account))).sum()
    }
}

const fn prepaid_of(account: &Account) -> Option<PrepaidName> {
    match account {
        Account::Prepaid(name) => Some(*name),
        _ => None,
    }
}

impl Books for Sheet<'_> {
    fn card(&self, asn: Asn) -> Option<Card> {
        self.ask(|inner| inner.fetch_card(asn), |rows| rows.card(asn))
    }

    fn cards(&self) -> Vec<Asn> {
        self.list(|inner| list::cards(inner.database))
    }

    fn put_card(&mut self, card: Card) {
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_card(card.opening.asn));
        inner.changes.cards.insert(card.opening.asn);
        inner.rows.put_card(card);
    }

    fn blacklist(&self) -> Vec<(Asn, Code)> {
        self.list(|inner| list::blacklist(inner.database))
    }

    fn station_of(&self, tid: Tid) -> Option<StationId> {
        self.ask(|inner| inner.fetch_psam(tid), |rows| rows.station_of(tid))
    }

    fn psam(&self, tid: Tid) -> Option<Psam> {
        self.ask(|inner| inner.fetch_psam(tid), |rows| rows.psam(tid))
    }

    fn put_psam(&mut self, psam: Psam) {
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_psam(psam.tid));
        let new = inner.rows.psam(psam.tid).is_none();
        inner.changes.psams.entry(psam.tid).or_insert(new);
        inner.rows.put_psam(psam);
    }

    fn prepaid(&self, name: PrepaidName) -> Option<PrepaidAccount> {
        self.ask(|inner| inner.fetch_prepaid([name]), |rows| rows.prepaid(name))
    }

    fn prepaids(&self) -> Vec<PrepaidName> {
        self.list(|inner| list::prepaids(inner.database))
    }

    fn put_prepaid(&mut self, account: PrepaidAccount) {
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_prepaid([account.name]));
        inner.changes.prepaid.insert(account.name);
        inner.rows.put_prepaid(account);
    }

    fn funding(&self, name: PrepaidName, reference: &str) -> Option<Funding> {
        let fetch = |inner: &mut Inner<'_>| inner.fetch_funding(name, reference);
        self.ask(fetch, |rows| rows.funding(name, reference))
    }

    fn add_funding(&mut self, funding: Funding) {
        let inner = self.inner.get_mut();
        inner.changes.fundings.push(funding.clone());
        inner.rows.add_funding(funding);
    }

    fn case(&self, tid: Tid, ttc: Ttc) -> Option<Case> {
        self.ask(|inner| inner.fetch_number((tid, ttc)), |rows| rows.case(tid, ttc))
    }

    fn put_case(&mut self, case: Case) {
        let inner = self.inner.get_mut();
        let number = (case.tid, case.ttc);
        // The row that is there first: it says whether the case is listed.
        inner.attempt(|inner| inner.fetch_number(number));
        inner.changes.cases.insert(number);
        inner.changes.judged.insert(number);
        if let Some(as_it_stands) = inner.changes.sent.get_mut(&number) {
            *as_it_stands = false;
        }
        inner.rows.put_case(case);
    }

    fn cases_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<Case> {
        let fetch = |inner: &mut Inner<'_>| inner.fetch_purse_number((asn, purse, ctc));
        self.ask(fetch, |rows| rows.cases_at(asn, purse, ctc))
    }

    fn claimed_lock(&self, tid: Tid, ttc: Ttc) -> Option<LockId> {
        self.ask(|inner| inner.fetch_number((tid, ttc)), |rows| rows.claimed_lock(tid, ttc))
    }

    fn claimed_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<LockId> {
        let fetch = |inner: &mut Inner<'_>| inner.fetch_purse_number((asn, purse, ctc));
        self.ask(fetch, |rows| rows.claimed_at(asn, purse, ctc))
    }

    fn cases_of(&self, tid: Tid) -> Vec<Case> {
        self.list(|inner| list::cases_of(inner.database, tid))
    }

    fn cases(&self) -> Vec<Case> {
        self.list(|inner| list::cases(inner.database))
    }

    fn add_sighting(&mut self, sighting: Sighting) -> bool {
        let LockId { asn, purse, ctc, tid, ttc } = sighting.lock;
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_seen((asn, purse, ctc)));
        inner.attempt(|inner| inner.fetch_number((tid, ttc)));
        let new = inner.rows.add_sighting(sighting);
        if new {
            inner.changes.sightings.push(sighting);
        }
        new
    }

    fn sightings_from(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<Sighting> {
        let fetch = |inner: &mut Inner<'_>| inner.fetch_seen((asn, purse, ctc));
        self.ask(fetch, |rows| rows.sightings_from(asn, purse, ctc))
    }

    fn sightings_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<Sighting> {
        let fetch = |inner: &mut Inner<'_>| inner.fetch_seen((asn, purse, ctc));
        self.ask(fetch, |rows| rows.sightings_at(asn, purse, ctc))
    }

    fn sighted(&self, tid: Tid, ttc: Ttc) -> Vec<LockId> {
        self.ask(|inner| inner.fetch_number((tid, ttc)), |rows| rows.sighted(tid, ttc))
    }

    fn add_tac(&mut self, fact: TacFact) -> bool {
        let LockId { asn, purse, ctc, tid, ttc } = fact.lock;
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_number((tid, ttc)));
        inner.attempt(|inner| inner.fetch_purse_number((asn, purse, ctc)));
        let new = inner.rows.add_tac(fact);
        if new {
            inner.changes.tacs.push(fact);
        }
        new
    }

    fn tacs_of(&self, tid: Tid, ttc: Ttc) -> Vec<TacFact> {
        self.ask(|inner| inner.fetch_number((tid, ttc)), |rows| rows.tacs_of(tid, ttc))
    }

    fn tacs_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<TacFact> {
        let fetch = |inner: &mut Inner<'_>| inner.fetch_purse_number((asn, purse, ctc));
        self.ask(fetch, |rows| rows.tacs_at(asn, purse, ctc))
    }

    fn add_change(&mut self, change: OnlineChange) {
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_card(change.asn));
        inner.changes.changes.push(change);
        inner.rows.add_change(change);
    }

    fn changes(&self, asn: Asn, purse: Purse) -> Vec<OnlineChange> {
        self.ask(|inner| inner.fetch_card(asn), |rows| rows.changes(asn, purse))
    }

    fn decisions_of(&self, asn: Asn) -> Vec<DecisionRow> {
        self.ask(|inner| inner.fetch_card(asn), |rows| rows.decisions_of(asn))
    }

    fn put_decision(&mut self, decision: DecisionRow) {
        let inner = self.inner.get_mut();
        let asn = decision.lock.asn;
        inner.attempt(|inner| inner.fetch_card(asn));
        inner.changes.decisions.insert((asn, decision.date, decision.time));
        inner.rows.put_decision(decision);
    }

    fn decisions(&self) -> Vec<DecisionRow> {
        self.list(|inner| list::decisions(inner.database))
    }

    fn purchase(&self, tid: Tid, ttc: Ttc) -> Option<PurchaseCase> {
        self.ask(|inner| inner.fetch_number((tid, ttc)), |rows| rows.purchase(tid, ttc))
    }

    fn put_purchase(&mut self, case: PurchaseCase) {
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_number(case.number()));
        inner.changes.purchases.insert(case.number());
        inner.rows.put_purchase(case);
    }

    fn purchases_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<PurchaseCase> {
        let fetch = |inner: &mut Inner<'_>| inner.fetch_bought((asn, purse, ctc));
        self.ask(fetch, |rows| rows.purchases_at(asn, purse, ctc))
    }

    fn open_purchases(&self, asn: Asn, purse: Purse) -> Vec<PurchaseCase> {
        self.ask(|inner| inner.fetch_card(asn), |rows| rows.open_purchases(asn, purse))
    }

    fn purchases(&self) -> Vec<PurchaseCase> {
        self.list(|inner| list::purchases(inner.database))
    }

    fn transfers_of(&self, asn: Asn) -> Vec<TransferRow> {
        self.ask(|inner| inner.fetch_card(asn), |rows| rows.transfers_of(asn))
    }

    fn put_transfer(&mut self, row: TransferRow) {
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_card(row.asn));
        inner.changes.transfers.insert((row.asn, row.date, row.time));
        inner.rows.put_transfer(row);
    }

    fn booked_purchase(&self, id: &LockId) -> Legs {
        self.ask(|inner| inner.fetch_lock(*id), |rows| rows.booked_purchase(id))
    }

    fn waiting(&self, lock: &LockId) -> Option<Shown> {
        self.ask(|inner| inner.fetch_card(lock.asn), |rows| rows.waiting(lock))
    }

    fn waiting_of(&self, asn: Asn) -> Vec<Shown> {
        self.ask(|inner| inner.fetch_card(asn), |rows| rows.waiting_of(asn))
    }

    fn put_waiting(&mut self, lock: LockId, shown: Shown) {
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_card(lock.asn));
        inner.changes.waiting.insert(lock);
        inner.rows.put_waiting(lock, shown);
    }

    fn proposals(&self, lock: &LockId) -> Vec<ProposalRow> {
        self.ask(|inner| inner.fetch_card(lock.asn), |rows| rows.proposals(lock))
    }

    fn put_proposals(&mut self, lock: LockId, rulings: Vec<ProposalRow>) {
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_card(lock.asn));
        inner.changes.rulings.insert(lock);
        inner.rows.put_proposals(lock, rulings);
    }

    fn open_locks(&self, asn: Asn, purse: Purse) -> Vec<LockId> {
        self.ask(|inner| inner.fetch_card(asn), |rows| rows.open_locks(asn, purse))
    }

    fn mark_open(&mut self, lock: LockId, open: bool) {
        let inner = self.inner.get_mut();
        inner.attempt(|inner| inner.fetch_card(lock.asn));
        let was_open = inner.rows.open_locks(lock.asn, lock.purse).contains(&lock);
        // Marked and unmarked within one transaction: the database never hears of it.
        if was_open != open {
            inner.changes.marked.insert(lock.asn);
        }
        if was_open != open && inner.changes.open.remove(&lock).is_none() {
            inner.changes.open.insert(lock, open);
        }
        inner.changes.judged.insert((lock.tid, lock.ttc));
        inner.rows.mark_open(lock, open);
    }

    fn booked(&self, lock: &LockId) -> Legs {
        self.ask(|inner| inner.fetch_lock(*lock), |rows| rows.booked(lock))
    }

    fn post(&mut self, posting: Posting) {
        let inner = self.inner.get_mut();
        if let Some(lock) = posting.lock {
            inner.attempt(|inner| {
                inner.fetch_lock(lock)?;
                let unheard = || StoreError::new(Kind::OurBug, "a posting of an unheard-of lock");
                if inner.is_known(&lock) { Ok(()) } else { Err(unheard()) }
            });
        }
        for name in posting.lines.iter().filter_map(|(account, _)| prepaid_of(account)) {
            inner.attempt(|inner| inner.fetch_prepaid([name]));
            inner.changes.prepaid.insert(name);
        }
        inner.rows.book(&posting);
        inner.changes.postings.push(posting);
    }

    fn postings(&self) -> Vec<Posting> {
        self.list(|inner| list::postings(inner.database))
    }

    fn balance(&self, account: &Account) -> i128 {
        let kept = self.list(|inner| inner.kept(account));
        kept + self.inner.borrow().pending(account)
    }

    fn accounts(&self) -> BTreeMap<Account, i128> {
        self.list(|inner| list::accounts(inner.database))
    }

    fn add_notice(&mut self, notice: Notice) {
        self.inner.get_mut().changes.notices.push(notice);
    }

    fn notices(&self) -> Vec<Notice> {
        self.list(|inner| list::notices(inner.database))
    }
}
