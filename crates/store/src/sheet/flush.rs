//! The end of a transaction: what was written goes to the database, each table at once.

use std::collections::{BTreeMap, BTreeSet};

use host::{Account, Books as _, Case, Notice, Posting, PurchaseCase};
use wire::{Asn, ClaimedRecord, LockId, Tid, Ttc};

use super::{Inner, Sheet};
use crate::database::Clash;
use crate::error::StoreError;
use crate::event::Event;
use crate::rows;
use crate::sums::Moved;
use crate::table::{
    CARDS, CASES, CHANGES, DECISIONS, ENTRIES, FUNDINGS, KNOWN_LOCKS, NOTICES, OPEN_LOCKS, PREPAID,
    PSAMS, PURCHASES, RULINGS, SIGHTINGS, TACS, TRANSFERS, Table, WAITING,
};
use crate::value::{Row, Value};
use crate::watch::Committed;

/// The records that stations ought to have on their lists, of the cases that were judged.
pub(crate) type Listing = BTreeMap<(Tid, Ttc), Option<ClaimedRecord>>;

impl Sheet<'_> {
    /// The claimed locks of all cases whose place on the grey list may have changed: those that were judged,
    /// and those on it whose card was touched.
    pub(crate) fn to_list(&self) -> BTreeMap<(Tid, Ttc), Option<LockId>> {
        let mut inner = self.inner.borrow_mut();
        let touched = inner.touched();
        inner.attempt(|inner| inner.fetch_listed(touched.iter().copied()));
        let mut numbers = inner.changes.judged.clone();
        let listed = inner.listed.iter().filter(|(_, listed)| listed.is_some());
        // Others were fetched with their cards, of which nothing was written: a report about them was refused.
        let is_touched = |(tid, ttc): &(Tid, Ttc)| {
            let lock = inner.rows.case(*tid, *ttc).and_then(|case| case.lock_id());
            lock.is_some_and(|lock| touched.contains(&lock.asn))
        };
        numbers.extend(listed.map(|(number, _)| *number).filter(is_touched));
        inner.attempt(|inner| inner.fetch_numbers(numbers.iter().copied()));
        let claimed = |(tid, ttc): (Tid, Ttc)| ((tid, ttc), inner.rows.claimed_lock(tid, ttc));
        numbers.into_iter().map(claimed).collect()
    }

    /// Sends what was written to the database while the rules go on. A case that is written again is put again.
    pub(crate) fn put_ahead(&self, lane: i64) {
        self.inner.borrow_mut().attempt(|inner| {
            inner.put_postings(lane)?;
            inner.put_facts();
            let numbers = inner.cases_to_put();
            inner.put_cases(&numbers, &Listing::new());
            inner.put_known_locks();
            inner.send()
        });
    }

    /// Writes everything, and says what of it somebody may want to follow, and what each event does to its list.
    pub(crate) fn flush(
        self,
        listing: &Listing,
        lane: i64,
    ) -> Result<(Committed, Vec<Moved>), StoreError> {
        let mut inner = self.inner.into_inner();
        if let Some(error) = inner.failed.take() {
            return Err(error);
        }
        let (events, moves) = inner.events(listing)?.into_iter().unzip();
        inner.flush_ledger(lane)?;
        inner.flush_cases(listing);
        inner.flush_facts()?;
        inner.flush_prepaid()?;
        inner.flush_cards();
        inner.put_known_locks();
        inner.send()?;
        Ok((inner.written(events), moves))
    }
}

impl Inner<'_> {
    /// Every card of which something was written.
    fn touched(&self) -> BTreeSet<Asn> {
        let changes = &self.changes;
        let mut asns = changes.cards.clone();
        asns.extend(changes.sightings.iter().map(|sighting| sighting.lock.asn));
        asns.extend(changes.tacs.iter().map(|fact| fact.lock.asn));
        asns.extend(changes.changes.iter().map(|change| change.asn));
        asns.extend(changes.decisions.iter().map(|(asn, ..)| *asn));
        asns.extend(changes.transfers.iter().map(|(asn, ..)| *asn));
        let bought = |(tid, ttc): &(Tid, Ttc)| self.rows.purchase(*tid, *ttc);
        asns.extend(changes.purchases.iter().filter_map(bought).map(|case| case.terms.id.asn));
        asns.extend(changes.rulings.iter().map(|lock| lock.asn));
        asns.extend(changes.marked.iter().copied());
        asns
    }

    /// The record that stations have, in hex.
    fn listed(&self, number: (Tid, Ttc)) -> Option<&str> {
        self.listed.get(&number)?.as_deref()
    }

    fn events(&self, listing: &Listing) -> Result<Vec<(Event, Moved)>, StoreError> {
        let mut events = Vec::new();
        for (number, record) in listing {
            match (self.listed(*number), record) {
                (None, Some(record)) => {
                    events.push((Event::grey(record), Moved::record(record, true)?));
                }
                (Some(listed), None) => {
                    let record = rows::listed_record(listed)?;
                    let gone = Event::gone(record.terms.id);
                    events.push((gone, Moved::record(&record, false)?));
                }
                _ => {}
            }
        }
        for asn in &self.changes.cards {
            let now = self.rows.card(*asn).and_then(|card| card.blacklisted());
            match (self.blacklisted.contains(asn), now) {
                (false, Some(code)) => {
                    events.push((Event::blacklisted(*asn, code), Moved::card(*asn, true)));
                }
                (true, None) => events.push((Event::cleared(*asn), Moved::card(*asn, false))),
                _ => {}
            }
        }
        Ok(events)
    }

    fn written(&self, events: Vec<Event>) -> Committed {
        let number = |lock: LockId| (lock.tid, lock.ttc);
        let posted = |posting: &Posting| (posting.reason, posting.lock.map(number));
        let told = |notice: &Notice| {
            let about = &notice.about;
            (notice.code, about.lock.map(number).or(about.number))
        };
        Committed {
            postings: self.changes.postings.iter().map(posted).collect(),
            notices: self.changes.notices.iter().map(told).collect(),
            events,
            ..Committed::default()
        }
    }

    fn put(&mut self, table: &Table, clash: Clash, rows: Vec<Row>) {
        if !rows.is_empty() {
            self.puts.push((*table, clash, rows));
        }
    }

    /// What was put goes to the database, all tables at once.
    fn send(&mut self) -> Result<(), StoreError> {
        let puts = std::mem::take(&mut self.puts);
        if puts.is_empty() { Ok(()) } else { self.database.hand_over(puts) }
    }

    fn flush_cards(&mut self) {
        let cards = self.changes.cards.iter().filter_map(|asn| self.rows.card(*asn));
        let cards: Vec<Row> = cards.map(|card| rows::of_card(&card)).collect();
        self.put(&CARDS, Clash::Replace, cards);
        // Two hosts that register one TID at once: the second one must see the first.
        for (new, clash) in [(true, Clash::Fail), (false, Clash::Replace)] {
            let written = self.changes.psams.iter().filter(|(_, is_new)| **is_new == new);
            let psams = written.filter_map(|(tid, _)| self.rows.psam(*tid));
            let psams: Vec<Row> = psams.map(|psam| rows::of_psam(&psam)).collect();
            self.put(&PSAMS, clash, psams);
        }
    }

    fn flush_cases(&mut self, listing: &Listing) {
        let relisted =
            listing.iter().filter(|(number, now)| self.listed(**number).is_some() != now.is_some());
        let mut numbers: BTreeSet<(Tid, Ttc)> = relisted.map(|(number, _)| *number).collect();
        numbers.extend(self.cases_to_put());
        self.put_cases(&numbers, listing);
    }

    /// Cases that were written, and are not on their way as they stand.
    fn cases_to_put(&self) -> BTreeSet<(Tid, Ttc)> {
        let changes = &self.changes;
        let is_sent = |number: &(Tid, Ttc)| changes.sent.get(number) == Some(&true);
        changes.cases.iter().copied().filter(|number| !is_sent(number)).collect()
    }

    fn put_cases(&mut self, numbers: &BTreeSet<(Tid, Ttc)>, listing: &Listing) {
        // Rows that are not there yet: should another host write one meanwhile, this transaction is done again.
        let is_there = |number: &(Tid, Ttc)| {
            self.listed.contains_key(number) || self.changes.sent.contains_key(number)
        };
        let (old, new): (Vec<_>, Vec<_>) = numbers.iter().partition(|number| is_there(number));
        for (numbers, clash) in [(new, Clash::Fail), (old, Clash::Replace)] {
            let case = |(tid, ttc): (Tid, Ttc)| self.rows.case(tid, ttc);
            let cases: Vec<Case> = numbers.iter().copied().filter_map(case).collect();
            let row =
                |case: &Case| rows::of_case(case, self.to_be_listed(case, listing).as_deref());
            let written: Vec<Row> = cases.iter().map(row).collect();
            self.put(&CASES, clash, written);
            for case in &cases {
                let named = [case.claimed_lock(), case.no_dispense.map(|terms| terms.id)];
                self.changes.kept.extend(named.into_iter().flatten());
            }
            self.changes.sent.extend(numbers.into_iter().map(|number| (number, true)));
        }
    }

    /// The names of what was put, unless the database has them. Where it was asked and had none, none is there: should
    /// another host write one meanwhile, this transaction is done again.
    fn put_known_locks(&mut self) {
        let known = &mut self.known;
        let names = std::mem::take(&mut self.changes.kept);
        let is_new = |lock: &LockId| known.found.insert(*lock);
        let asked = |lock: &LockId| {
            known.kept.get(&(lock.asn, lock.purse)).is_some_and(|from| *from <= lock.ctc)
        };
        let names: Vec<LockId> = names.into_iter().filter(is_new).collect();
        let (new, perhaps): (Vec<LockId>, Vec<LockId>) = names.into_iter().partition(asked);
        for (locks, clash) in [(new, Clash::Fail), (perhaps, Clash::Keep)] {
            let rows: Vec<Row> = locks.iter().map(rows::lock_key).collect();
            self.put(&KNOWN_LOCKS, clash, rows);
        }
    }

    /// The record of a case as it is to stand on the grey list, in hex.
    fn to_be_listed(&self, case: &Case, listing: &Listing) -> Option<String> {
        let before = self.listed((case.tid, case.ttc)).map(str::to_owned);
        match listing.get(&(case.tid, case.ttc)) {
            // What stations heard once stays as they heard it.
            Some(Some(record)) => before.or_else(|| Some(rows::of_listed(record))),
            Some(None) => None,
            None => before,
        }
    }

    fn flush_facts(&mut self) -> Result<(), StoreError> {
        self.put_facts();
        let online: Vec<Row> = self.changes.changes.iter().map(rows::of_change).collect();
        self.put(&CHANGES, Clash::Fail, online);
        let decisions = self.decisions();
        self.put(&DECISIONS, Clash::Replace, decisions);
        let transfers = self.transfers();
        self.put(&TRANSFERS, Clash::Replace, transfers);
        let bought = |(tid, ttc): &(Tid, Ttc)| self.rows.purchase(*tid, *ttc);
        let purchases = self.changes.purchases.iter().filter_map(bought);
        let purchases: Vec<PurchaseCase> = purchases.collect();
        self.changes.kept.extend(purchases.iter().map(|case| case.terms.id));
        let purchases: Vec<Row> = purchases.iter().map(rows::of_purchase).collect();
        self.put(&PURCHASES, Clash::Replace, purchases);
        self.flush_rulings()
    }

    /// What cards proved. It was looked for before, so no row of it is there.
    fn put_facts(&mut self) {
        let (sightings, tacs, _) = self.changes.put;
        let seen = self.changes.sightings.iter().skip(sightings);
        let new: Vec<Row> = seen.clone().map(rows::of_sighting).collect();
        let heard = self.changes.tacs.iter().skip(tacs).map(|fact| fact.lock);
        self.changes.kept.extend(seen.map(|sighting| sighting.lock).chain(heard));
        self.put(&SIGHTINGS, Clash::Fail, new);
        let new: Vec<Row> = self.changes.tacs.iter().skip(tacs).map(rows::of_tac).collect();
        self.put(&TACS, Clash::Fail, new);
        (self.changes.put.0, self.changes.put.1) =
            (self.changes.sightings.len(), self.changes.tacs.len());
    }

    fn flush_rulings(&mut self) -> Result<(), StoreError> {
        let shown = |lock: &LockId| Some(rows::of_waiting(lock, &self.rows.waiting(lock)?));
        let waiting: Vec<Row> = self.changes.waiting.iter().filter_map(shown).collect();
        self.put(&WAITING, Clash::Replace, waiting);
        let ruled = |lock: &LockId| rows::of_rulings(lock, &self.rows.proposals(lock));
        let rulings: Vec<Row> = self.changes.rulings.iter().map(ruled).collect();
        self.put(&RULINGS, Clash::Replace, rulings);
        let (open, rest): (Vec<_>, Vec<_>) = self.changes.open.iter().partition(|(_, open)| **open);
        let key = |(lock, _): (&LockId, &bool)| rows::lock_key(lock);
        let (open, rest): (Vec<Row>, Vec<Row>) =
            (open.into_iter().map(key).collect(), rest.into_iter().map(key).collect());
        self.put(&OPEN_LOCKS, Clash::Keep, open);
        if rest.is_empty() { Ok(()) } else { self.database.take_out(&OPEN_LOCKS, &rest) }
    }

    fn decisions(&self) -> Vec<Row> {
        let written = &self.changes.decisions;
        let cards: BTreeSet<Asn> = written.iter().map(|(asn, ..)| *asn).collect();
        let of_cards = cards.into_iter().flat_map(|asn| self.rows.decisions_of(asn));
        let mine = of_cards.filter(|row| written.contains(&(row.lock.asn, row.date, row.time)));
        mine.map(|row| rows::of_decision(&row)).collect()
    }

    fn transfers(&self) -> Vec<Row> {
        let written = &self.changes.transfers;
        let cards: BTreeSet<Asn> = written.iter().map(|(asn, ..)| *asn).collect();
        let of_cards = cards.into_iter().flat_map(|asn| self.rows.transfers_of(asn));
        let mine = of_cards.filter(|row| written.contains(&(row.asn, row.date, row.time)));
        mine.map(|row| rows::of_transfer(&row)).collect()
    }

    /// Balances go with the postings that move them, in one transaction.
    fn flush_prepaid(&mut self) -> Result<(), StoreError> {
        let overflow = || StoreError::damaged("a prepaid account leaves the range of the ledger");
        let mut accounts = Vec::new();
        for name in &self.changes.prepaid {
            let Some(account) = self.rows.prepaid(*name) else { continue };
            let kept = i128::from(self.prepaid.get(name).copied().unwrap_or(0));
            let balance = kept + self.pending(&Account::Prepaid(*name));
            let balance = i64::try_from(balance).map_err(|_| overflow())?;
            accounts.push(rows::of_prepaid(&account, balance));
        }
        self.put(&PREPAID, Clash::Replace, accounts);
        let fundings: Vec<Row> = self.changes.fundings.iter().map(rows::of_funding).collect();
        self.put(&FUNDINGS, Clash::Fail, fundings);
        Ok(())
    }

    fn put_postings(&mut self, lane: i64) -> Result<(), StoreError> {
        let count = self.changes.postings.len();
        let new = self.changes.postings.get(self.changes.put.2..).unwrap_or(&[]);
        if new.is_empty() {
            return Ok(());
        }
        if self.numbers.len() < new.len() {
            // The next numbers are known from those that are used: what was drawn and is left is not.
            self.numbers = self.database.posting_numbers(new.len())?;
            self.numbers.reverse();
        }
        let numbers = std::iter::from_fn(|| self.numbers.pop());
        let row = |(posting, number)| rows::of_posting(lane, number, posting);
        let entries: Vec<Row> = new.iter().zip(numbers).flat_map(row).collect();
        self.changes.put.2 = count;
        self.put(&ENTRIES, Clash::Fail, entries);
        Ok(())
    }

    fn flush_ledger(&mut self, lane: i64) -> Result<(), StoreError> {
        self.put_postings(lane)?;
        let mut told = BTreeSet::new();
        let notices = self.changes.notices.iter().map(|notice| rows::of_notice(lane, notice));
        let new = notices.filter(|row| told.insert(row.get(..3).map(<[Value]>::to_vec)));
        let notices: Vec<Row> = new.collect();
        self.put(&NOTICES, Clash::Keep, notices);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::place::Place;
    use host::Sighting;
    use wire::{
        Amount, Date, Dispersing, Icc, KeyRef, Limit, LockTerms, Purse, Scheme, Stamp, Time, Trn,
    };

    /// A lock of card `n`, the n-th of its PSAM.
    fn terms(n: u8) -> LockTerms {
        let (asn, tid) = (Asn([0x12, 0x34, 0, 0, 0, 0, 0, n]), Tid([0, 0, 0, 0, 0, 1]));
        let id = LockId { asn, purse: Purse::Ed, ctc: 3, tid, ttc: Ttc(n.into()) };
        let (date, time) = (Date::new(2026, 1, 1).unwrap(), Time::ZERO);
        LockTerms {
            id,
            icc: Icc([n; 4]),
            trn: Trn([n; 4]),
            balance: Amount::ZERO,
            limit: Limit::ZERO,
            at: Stamp { date, time, utc_offset_minutes: 0 },
            key: KeyRef { version: 1, algorithm: 0 },
            scheme: Scheme::Seed,
            dispersing: Dispersing::default(),
        }
    }

    fn number(n: u8) -> (Tid, Ttc) {
        (terms(n).id.tid, terms(n).id.ttc)
    }

    #[test]
    fn the_grey_list_of_a_card_is_judged_again_only_once_the_card_was_touched() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Sqlite(folder.path().join("books.sqlite"));
        place.prepare().unwrap();
        let mut database = place.connect().unwrap();
        let cases = [1, 2, 3].map(|n| {
            let case = Case { no_dispense: Some(terms(n)), ..Case::new(number(n).0, number(n).1) };
            rows::of_case(&case, Some("as stations have it"))
        });
        database.put(&CASES, Clash::Fail, &cases).unwrap();
        let mut sheet = Sheet::new(database.as_mut());
        let inner = sheet.inner.get_mut();
        // As for reports about all three cards, of which the first was refused.
        inner.fetch_listed([1, 2, 3].map(|n| terms(n).id.asn)).unwrap();
        assert_eq!(sheet.to_list().into_keys().collect::<Vec<_>>(), []);
        let inner = sheet.inner.get_mut();
        let sighting = Sighting { lock: terms(2).id, balance: Amount::ZERO, otc: None };
        inner.changes.sightings.push(sighting);
        inner.changes.judged.insert(number(3));
        let judged: Vec<_> = sheet.to_list().into_keys().collect();
        assert_eq!(judged, [number(2), number(3)]);
        assert_eq!(sheet.failure(), Ok(()));
    }
}
