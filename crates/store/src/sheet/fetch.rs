//! Fetching rows: each kind for many names at once, and only those that were not fetched before.

use std::collections::{BTreeSet, HashSet};
use std::hash::Hash;

use host::{
    Books as _, DecisionRow, OnlineChange, PrepaidName, ProposalRow, Shown, Sighting, TacFact,
    TransferRow,
};
use wire::{Asn, LockId, Purse, Tid, Ttc};

use super::Inner;
use crate::database::Last;
use crate::error::StoreError;
use crate::rows;
use crate::table::{
    CARDS, CASE_NUMBERS, CASES, CHANGES, DECISIONS, ENTRIES, FUNDINGS, OPEN_LOCKS, PREPAID, PSAMS,
    PURCHASES, RULINGS, SIGHTINGS, TACS, TRANSFERS, Table, WAITING,
};
use crate::value::{Row, Value};

const BY_NUMBER: &[&str] = &["tid", "ttc"];
const BY_PURSE_NUMBER: &[&str] = &["asn", "purse", "ctc"];
const BY_LOCK: &[&str] = &["asn", "purse", "ctc", "tid", "ttc"];

/// The names that are not known yet; they are from now on.
fn new_names<T: Eq + Hash + Copy>(
    known: &mut HashSet<T>,
    names: impl IntoIterator<Item = T>,
) -> Vec<T> {
    names.into_iter().filter(|name| known.insert(*name)).collect()
}

impl Inner<'_> {
    fn find(&mut self, table: &Table, by: &[&str], keys: &[Row]) -> Result<Vec<Row>, StoreError> {
        if keys.is_empty() {
            Ok(Vec::new())
        } else {
            self.database.find(table, by, Last::Equal, keys)
        }
    }

    pub(crate) fn fetch_psams(
        &mut self,
        tids: impl IntoIterator<Item = Tid>,
    ) -> Result<(), StoreError> {
        let new = new_names(&mut self.known.psams, tids);
        if new.is_empty() {
            return Ok(());
        }
        let keys: Vec<Row> = new.iter().map(|tid| vec![Value::text(tid)]).collect();
        for row in self.find(&PSAMS, &["tid"], &keys)? {
            self.rows.put_psam(rows::psam(row)?);
        }
        Ok(())
    }

    pub(crate) fn fetch_prepaid(
        &mut self,
        names: impl IntoIterator<Item = PrepaidName>,
    ) -> Result<(), StoreError> {
        let new = new_names(&mut self.known.prepaid, names);
        if new.is_empty() {
            return Ok(());
        }
        let keys: Vec<Row> = new.iter().map(|name| vec![Value::text(name)]).collect();
        for row in self.find(&PREPAID, &["name"], &keys)? {
            let (account, balance) = rows::prepaid(row)?;
            self.prepaid.insert(account.name, balance);
            self.rows.put_prepaid(account);
        }
        Ok(())
    }

    pub(crate) fn fetch_funding(
        &mut self,
        name: PrepaidName,
        reference: &str,
    ) -> Result<(), StoreError> {
        if !self.known.fundings.insert((name, reference.to_owned())) {
            return Ok(());
        }
        let key = vec![Value::text(name), reference.into()];
        for row in self.find(&FUNDINGS, &["name", "reference"], &[key])? {
            self.rows.add_funding(rows::funding(row)?);
        }
        Ok(())
    }

    pub(crate) fn fetch_cards(
        &mut self,
        asns: impl IntoIterator<Item = Asn>,
    ) -> Result<(), StoreError> {
        let new = new_names(&mut self.known.cards, asns);
        if new.is_empty() {
            return Ok(());
        }
        let keys: Vec<Row> = new.iter().map(|asn| vec![Value::text(asn)]).collect();
        for row in self.find(&CARDS, &["asn"], &keys)? {
            let card = rows::card(row)?;
            if card.blacklisted().is_some() {
                self.blacklisted.insert(card.opening.asn);
            }
            self.rows.put_card(card);
        }
        for row in self.find(&CHANGES, &["asn"], &keys)? {
            let change: OnlineChange = rows::behind_three(CHANGES.name, row)?;
            self.rows.add_change(change);
        }
        for row in self.find(&DECISIONS, &["asn"], &keys)? {
            let decision: DecisionRow = rows::behind_three(DECISIONS.name, row)?;
            self.rows.put_decision(decision);
        }
        for row in self.find(&TRANSFERS, &["asn"], &keys)? {
            let transfer: TransferRow = rows::behind_three(TRANSFERS.name, row)?;
            self.rows.put_transfer(transfer);
        }
        let open = Last::EqualWhere("open = 1");
        let purchases = self.database.find(&PURCHASES, &["asn"], open, &keys)?;
        self.keep_purchases(purchases)?;
        for row in self.find(&WAITING, &["asn"], &keys)? {
            let (lock, shown): (LockId, Shown) = rows::behind_lock(WAITING.name, row)?;
            self.rows.put_waiting(lock, shown);
        }
        for row in self.find(&OPEN_LOCKS, &["asn"], &keys)? {
            self.rows.mark_open(rows::lock_row(OPEN_LOCKS.name, row)?, true);
        }
        Ok(())
    }

    /// The cases of cards that are on the grey list.
    pub(crate) fn fetch_listed(
        &mut self,
        asns: impl IntoIterator<Item = Asn>,
    ) -> Result<(), StoreError> {
        let new = new_names(&mut self.known.listed, asns);
        if new.is_empty() {
            return Ok(());
        }
        let keys: Vec<Row> = new.iter().map(|asn| vec![Value::text(asn)]).collect();
        let last = Last::EqualWhere("listed IS NOT NULL");
        let found = self.database.find(&CASES, &["asn"], last, &keys)?;
        self.keep_cases(found)
    }

    pub(crate) fn fetch_numbers(
        &mut self,
        numbers: impl IntoIterator<Item = (Tid, Ttc)>,
    ) -> Result<(), StoreError> {
        let new = new_names(&mut self.known.numbers, numbers);
        if new.is_empty() {
            return Ok(());
        }
        let keys: Vec<Row> = new.iter().map(|(tid, ttc)| rows::number_key(*tid, *ttc)).collect();
        let cases = self.find(&CASES, BY_NUMBER, &keys)?;
        self.keep_cases(cases)?;
        let purchases = self.find(&PURCHASES, BY_NUMBER, &keys)?;
        self.keep_purchases(purchases)?;
        for row in self.find(&SIGHTINGS, BY_NUMBER, &keys)? {
            let (_, sighting): (_, Sighting) = rows::behind_lock(SIGHTINGS.name, row)?;
            self.rows.add_sighting(sighting);
        }
        for row in self.find(&TACS, BY_NUMBER, &keys)? {
            let (_, fact): (_, TacFact) = rows::behind_lock(TACS.name, row)?;
            self.rows.add_tac(fact);
        }
        Ok(())
    }

    /// What was written here is newer than what is fetched.
    fn keep_purchases(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let case = rows::purchase(row)?;
            if !self.changes.purchases.contains(&case.number()) {
                self.rows.put_purchase(case);
            }
        }
        Ok(())
    }

    fn keep_cases(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let (case, listed) = rows::case(row)?;
            let number = (case.tid, case.ttc);
            if !self.changes.cases.contains(&number) {
                self.listed.entry(number).or_insert(listed);
                self.rows.put_case(case);
            }
        }
        Ok(())
    }

    pub(crate) fn fetch_purse_numbers(
        &mut self,
        numbers: impl IntoIterator<Item = (Asn, Purse, u16)>,
    ) -> Result<(), StoreError> {
        let new = new_names(&mut self.known.purse_numbers, numbers);
        if new.is_empty() {
            return Ok(());
        }
        let keys = purse_number_keys(&new);
        for row in self.find(&TACS, BY_PURSE_NUMBER, &keys)? {
            let (_, fact): (_, TacFact) = rows::behind_lock(TACS.name, row)?;
            self.rows.add_tac(fact);
        }
        let mut cases = Vec::new();
        for row in self.find(&CASE_NUMBERS, BY_PURSE_NUMBER, &keys)? {
            let lock = rows::lock_row(CASE_NUMBERS.name, row)?;
            cases.push((lock.tid, lock.ttc));
        }
        self.fetch_numbers(cases)
    }

    pub(crate) fn fetch_bought(
        &mut self,
        numbers: impl IntoIterator<Item = (Asn, Purse, u16)>,
    ) -> Result<(), StoreError> {
        let new = new_names(&mut self.known.bought, numbers);
        if new.is_empty() {
            return Ok(());
        }
        let keys = purse_number_keys(&new);
        let purchases = self.find(&PURCHASES, BY_PURSE_NUMBER, &keys)?;
        self.keep_purchases(purchases)
    }

    /// Sightings of purses, each from its CTC on.
    pub(crate) fn fetch_sightings(
        &mut self,
        from: impl IntoIterator<Item = (Asn, Purse, u16)>,
    ) -> Result<(), StoreError> {
        let mut keys = Vec::new();
        for (asn, purse, ctc) in from {
            if !self.known.sightings_from(asn, purse, ctc) {
                self.known.sightings.insert((asn, purse), ctc);
                keys.push(rows::purse_number_key(asn, purse, ctc));
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        for row in self.database.find(&SIGHTINGS, BY_PURSE_NUMBER, Last::AtLeast, &keys)? {
            let (_, sighting): (_, Sighting) = rows::behind_lock(SIGHTINGS.name, row)?;
            self.rows.add_sighting(sighting);
        }
        Ok(())
    }

    /// Rulings on locks, and what is booked for them.
    pub(crate) fn fetch_locks(
        &mut self,
        locks: impl IntoIterator<Item = LockId>,
    ) -> Result<(), StoreError> {
        let new = new_names(&mut self.known.locks, locks);
        if new.is_empty() {
            return Ok(());
        }
        let keys: Vec<Row> = new.iter().map(rows::lock_key).collect();
        for row in self.find(&RULINGS, BY_LOCK, &keys)? {
            let (lock, rulings): (LockId, Vec<ProposalRow>) = rows::behind_lock(RULINGS.name, row)?;
            self.rows.put_proposals(lock, rulings);
        }
        // Each once: locks of one number have one key, and a row is found for every key that it has.
        let keys: BTreeSet<Row> = new.iter().map(entry_key).collect();
        let keys: Vec<Row> = keys.into_iter().collect();
        let wanted: HashSet<LockId> = new.into_iter().collect();
        for row in self.find(&ENTRIES, &["asn", "tid", "ttc"], &keys)? {
            let entry = rows::entry(row)?;
            // Another lock of the same number that was not asked for.
            if entry.lock.is_some_and(|lock| wanted.contains(&lock)) {
                let posting = entry.posting();
                let posting =
                    posting.ok_or_else(|| StoreError::damaged("an entry moves nothing"))?;
                self.rows.book(&posting);
            }
        }
        Ok(())
    }
}

fn purse_number_keys(numbers: &[(Asn, Purse, u16)]) -> Vec<Row> {
    let key = |(asn, purse, ctc): &(Asn, Purse, u16)| rows::purse_number_key(*asn, *purse, *ctc);
    numbers.iter().map(key).collect()
}

/// How the index has entries of a lock: without its purse and CTC.
fn entry_key(lock: &LockId) -> Row {
    let mut key = vec![Value::text(lock.asn)];
    key.extend(rows::number_key(lock.tid, lock.ttc));
    key
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::database::{Clash, Database};
    use crate::place::Place;
    use crate::sheet::Sheet;
    use host::{Account, Legs, Posting, PostingReason};
    use wire::{Date, Stamp, Time};

    const ASN: Asn = Asn([0x12, 0x34, 0, 0, 0, 0, 0, 1]);

    /// All of one card, one PSAM and one TTC: at most one of them is a lock that was made.
    fn lock(ctc: u16) -> LockId {
        let (tid, ttc) = (Tid([0, 0, 0, 0, 0, 1]), Ttc(7));
        LockId { asn: ASN, purse: Purse::Ed, ctc, tid, ttc }
    }

    fn booked(database: &mut dyn Database, calls: &[&[LockId]], lock: &LockId) -> Legs {
        let mut sheet = Sheet::new(database);
        let inner = sheet.inner.get_mut();
        calls.iter().for_each(|locks| inner.fetch_locks(locks.iter().copied()).unwrap());
        inner.rows.booked(lock)
    }

    #[test]
    fn locks_of_one_number_have_each_what_was_booked_for_it_once() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Sqlite(folder.path().join("books.sqlite"));
        place.prepare().unwrap();
        let mut database = place.connect().unwrap();
        let (float, reserved) = (Account::Float(ASN, Purse::Ed), Account::Reserved(ASN, Purse::Ed));
        for (number, ctc, amount) in [(1, 3, 500), (2, 5, 40)] {
            let lines = Legs::default().transfer(float.clone(), reserved.clone(), amount).unwrap();
            let date = Date::new(2026, 1, 1).unwrap();
            let at = Stamp { date, time: Time::ZERO, utc_offset_minutes: 0 };
            let reason = PostingReason::GreyHeard;
            let lock = Some(lock(ctc));
            let posting = Posting { reason, asn: Some(ASN), lock, at, lines };
            database.put(&ENTRIES, Clash::Fail, &rows::of_posting(0, number, &posting)).unwrap();
        }
        let (first, unbooked, other) = (lock(3), lock(4), lock(5));
        let ways: [&[&[LockId]]; 4] = [
            &[&[first]],
            &[&[first, unbooked]],
            &[&[unbooked, first, other]],
            &[&[first], &[unbooked, other]],
        ];
        for calls in ways {
            let mut of = |lock, account| booked(database.as_mut(), calls, lock).amount(account);
            let amounts = [of(&first, &float), of(&first, &reserved), of(&unbooked, &float)];
            assert_eq!(amounts, [-500, 500, 0], "{calls:?}");
        }
        assert_eq!(booked(database.as_mut(), ways[2], &other).amount(&reserved), 40);
    }
}
