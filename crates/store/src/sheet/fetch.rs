//! Fetching rows: each kind for many names at once, and only those that were not fetched before in this transaction.
//!
//! Nothing that was fetched outlives its transaction: other hosts may write the same books.

use std::collections::{BTreeSet, HashSet};

use host::{Books as _, PrepaidName};
use wire::{Asn, LockId, Tid, Ttc};

use super::Inner;
use super::known::PurseNumber;
use super::lookups::{
    Fetch, Keep, new_names, of_bought, of_cards, of_kept, of_listed, of_numbers, of_prepaid,
    of_psams, of_purse_numbers, of_sightings, purse_number_keys,
};
use crate::database::{Last, Sought};
use crate::error::StoreError;
use crate::rows;
use crate::table::{ENTRIES, FUNDINGS};
use crate::value::{Row, Value};

impl Inner<'_> {
    /// Fetches all of these in one round trip, those without keys left out.
    pub(super) fn fetch_all<'a>(
        &mut self,
        fetches: impl IntoIterator<Item = Fetch<'a>>,
    ) -> Result<(), StoreError> {
        let fetches = fetches.into_iter().filter(|(sought, _)| !sought.keys.is_empty());
        let (sought, keep): (Vec<Sought<'_>>, Vec<Keep>) = fetches.unzip();
        if sought.is_empty() {
            return Ok(());
        }
        let found = self.database.find_all(&sought)?;
        keep.into_iter().zip(found).try_for_each(|(keep, found)| keep(self, found))
    }

    pub(crate) fn fetch_psam(&mut self, one: Tid) -> Result<(), StoreError> {
        if self.known.last.psam != Some(one) {
            self.fetch_psams([one])?;
            self.known.last.psam = Some(one);
        }
        Ok(())
    }

    pub(crate) fn fetch_card(&mut self, one: Asn) -> Result<(), StoreError> {
        if self.known.last.card != Some(one) {
            self.fetch_cards([one])?;
            self.known.last.card = Some(one);
        }
        Ok(())
    }

    pub(crate) fn fetch_number(&mut self, one: (Tid, Ttc)) -> Result<(), StoreError> {
        if self.known.last.number != Some(one) {
            self.fetch_numbers([one])?;
            self.known.last.number = Some(one);
        }
        Ok(())
    }

    pub(crate) fn fetch_lock(&mut self, one: LockId) -> Result<(), StoreError> {
        if self.known.last.lock != Some(one) {
            self.fetch_locks([one])?;
            self.known.last.lock = Some(one);
        }
        Ok(())
    }

    /// Cases and TACs of a purse number.
    pub(crate) fn fetch_purse_number(&mut self, one: PurseNumber) -> Result<(), StoreError> {
        if self.known.last.purse_number != Some(one) {
            if !self.known.purse_numbers.contains(&one) {
                self.fetch_kept(one)?;
                self.fetch_at(&[one], &[], &[])?;
            }
            self.known.last.purse_number = Some(one);
        }
        Ok(())
    }

    pub(crate) fn fetch_bought(&mut self, one: PurseNumber) -> Result<(), StoreError> {
        if self.known.bought.contains(&one) {
            return Ok(());
        }
        self.fetch_kept(one)?;
        self.fetch_at(&[], &[one], &[])
    }

    /// Sightings of a purse from this CTC on.
    pub(crate) fn fetch_seen(&mut self, from: PurseNumber) -> Result<(), StoreError> {
        if self.known.last.seen != Some(from) {
            self.fetch_kept(from)?;
            self.fetch_at(&[], &[], &[from])?;
            self.known.last.seen = Some(from);
        }
        Ok(())
    }

    /// Which locks and purchases of a purse anything is kept of, from its CTC on.
    fn fetch_kept(&mut self, from: PurseNumber) -> Result<(), StoreError> {
        let keys = self.known.new_kept([from]);
        self.fetch_all([of_kept(&keys)])
    }

    pub(crate) fn fetch_psams(
        &mut self,
        tids: impl IntoIterator<Item = Tid>,
    ) -> Result<(), StoreError> {
        let keys = self.known.new_psams(tids);
        self.fetch_all([of_psams(&keys)])
    }

    pub(crate) fn fetch_prepaid(
        &mut self,
        names: impl IntoIterator<Item = PrepaidName>,
    ) -> Result<(), StoreError> {
        let keys = self.known.new_prepaid(names);
        self.fetch_all([of_prepaid(&keys)])
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
        let by = &["name", "reference"];
        for row in self.database.find(&FUNDINGS, by, Last::Equal, &[key])? {
            self.rows.add_funding(rows::funding(row)?);
        }
        Ok(())
    }

    pub(crate) fn fetch_cards(
        &mut self,
        asns: impl IntoIterator<Item = Asn>,
    ) -> Result<(), StoreError> {
        let keys = self.known.new_cards(asns);
        self.fetch_all(of_cards(&keys))
    }

    /// The cases of cards that are on the grey list.
    pub(crate) fn fetch_listed(
        &mut self,
        asns: impl IntoIterator<Item = Asn>,
    ) -> Result<(), StoreError> {
        let keys = self.known.new_listed(asns);
        self.fetch_all([of_listed(&keys)])
    }

    pub(crate) fn fetch_numbers(
        &mut self,
        numbers: impl IntoIterator<Item = (Tid, Ttc)>,
    ) -> Result<(), StoreError> {
        let keys = self.known.new_numbers(numbers);
        self.fetch_all(of_numbers(&keys))
    }

    /// Cases and TACs of purse numbers, purchases of others, sightings from others on, where the database has any: what
    /// is kept of them was fetched before.
    pub(super) fn fetch_at(
        &mut self,
        numbers: &[PurseNumber],
        bought: &[PurseNumber],
        seen: &[PurseNumber],
    ) -> Result<(), StoreError> {
        let known = &mut self.known;
        let at = known.new_purse_numbers(numbers.iter().copied());
        let cases = known.numbers_at(&at);
        let (at, cases) = (purse_number_keys(&at), known.new_numbers(cases));
        let bought = known.new_bought(bought.iter().copied());
        let seen = known.new_sightings(seen.iter().copied());
        let all = [of_purse_numbers(&at), of_bought(&bought), of_sightings(&seen)];
        self.fetch_all(all.into_iter().chain(of_numbers(&cases)))
    }

    /// What is booked for locks. Of a lock of which nothing is known nothing is booked ([`Self::is_known`]).
    pub(crate) fn fetch_locks(
        &mut self,
        locks: impl IntoIterator<Item = LockId>,
    ) -> Result<(), StoreError> {
        let new = new_names(&mut self.known.locks, locks);
        if new.is_empty() {
            return Ok(());
        }
        self.fetch_cards(new.iter().map(|lock| lock.asn))?;
        self.fetch_numbers(new.iter().map(|lock| (lock.tid, lock.ttc)))?;
        let wanted: HashSet<LockId> = new.into_iter().filter(|lock| self.is_known(lock)).collect();
        // Each once: locks of one number have one key, and a row is found for every key that it has.
        let keys: BTreeSet<Row> = wanted.iter().map(entry_key).collect();
        let keys: Vec<Row> = keys.into_iter().collect();
        if keys.is_empty() {
            return Ok(());
        }
        for row in self.database.find(&ENTRIES, &["asn", "tid", "ttc"], Last::Equal, &keys)? {
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

    /// Whether the fetched rows know of a lock: something under its (TID, TTC), or an answer, a wait or a ruling about its
    /// card. No such row is ever taken out, and `post` takes no posting of a lock without one: so of any other lock
    /// nothing is booked.
    pub(super) fn is_known(&self, lock: &LockId) -> bool {
        let LockId { asn, tid, ttc, .. } = *lock;
        self.rows.is_heard(tid, ttc) || self.rows.is_decided(asn)
    }
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
    use crate::database::{Clash, Database, Purpose};
    use crate::error::Kind;
    use crate::place::Place;
    use crate::sheet::{Listing, Sheet};
    use crate::table::SIGHTINGS;
    use host::{Account, Legs, Posting, PostingReason, PurchaseCase, Sighting, TacFact};
    use wire::{Amount, Date, Icc, KeyRef, Limit, Mac, PurchaseTerms, Purse, Stamp, Time};

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
            let sighting = Sighting { lock: lock(ctc), balance: Amount::ZERO, otc: None };
            database.put(&SIGHTINGS, Clash::Fail, &[rows::of_sighting(&sighting)]).unwrap();
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

    fn posting_of(lock: LockId) -> Posting {
        let (float, reserved) = (Account::Float(ASN, Purse::Ed), Account::Reserved(ASN, Purse::Ed));
        let lines = Legs::default().transfer(float, reserved, 500).unwrap();
        let date = Date::new(2026, 1, 1).unwrap();
        let at = Stamp { date, time: Time::ZERO, utc_offset_minutes: 0 };
        Posting { reason: PostingReason::GreyHeard, asn: Some(ASN), lock: Some(lock), at, lines }
    }

    /// What is booked for such a lock would not be looked for.
    #[test]
    fn nothing_is_posted_for_a_lock_of_which_nothing_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::Sqlite(folder.path().join("books.sqlite"));
        place.prepare().unwrap();
        let mut database = place.connect().unwrap();
        let mut sheet = Sheet::new(database.as_mut());
        sheet.post(posting_of(lock(3)));
        assert_eq!(sheet.failure().map_err(|error| error.kind), Err(Kind::OurBug));
        let mut sheet = Sheet::new(database.as_mut());
        sheet.add_sighting(Sighting { lock: lock(3), balance: Amount::ZERO, otc: None });
        sheet.post(posting_of(lock(3)));
        assert_eq!(sheet.failure(), Ok(()));
    }

    /// Each kind of fact alone, in books of its own, is found by its purse number in a later transaction.
    #[test]
    fn whatever_is_kept_at_a_purse_number_is_found_there() {
        let (date, time) = (Date::new(2026, 1, 1).unwrap(), Time::ZERO);
        let at = Stamp { date, time, utc_offset_minutes: 0 };
        let key = KeyRef { version: 1, algorithm: 0 };
        let (icc, balance, limit, tac) = (Icc([1; 4]), Amount::ZERO, Limit::ZERO, Mac([1; 4]));
        let terms = PurchaseTerms { id: lock(3), icc, amount: balance, balance, limit, at, key };
        let bought = PurchaseCase { terms, paid: None, mac2_proved: false, open: false };
        let told: [&dyn Fn(&mut Sheet<'_>); 3] = [
            &|sheet| assert!(sheet.add_sighting(Sighting { lock: lock(3), balance, otc: None })),
            &|sheet| {
                assert!(sheet.add_tac(TacFact { lock: lock(3), amount: balance, date, time, tac }));
            },
            &|sheet| sheet.put_purchase(bought),
        ];
        for (kind, tell) in told.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let place = Place::Sqlite(folder.path().join("books.sqlite"));
            place.prepare().unwrap();
            let mut database = place.connect().unwrap();
            database.begin(Purpose::Write).unwrap();
            let mut sheet = Sheet::new(database.as_mut());
            tell(&mut sheet);
            sheet.flush(&Listing::new(), 0).unwrap();
            database.commit().unwrap();
            let sheet = Sheet::new(database.as_mut());
            let count = |ctc| {
                [
                    sheet.sightings_from(ASN, Purse::Ed, ctc).len(),
                    sheet.tacs_at(ASN, Purse::Ed, ctc).len(),
                    sheet.purchases_at(ASN, Purse::Ed, ctc).len(),
                ]
            };
            // From above downwards, so that each is asked for after one that is farther.
            assert_eq!(count(4), [0, 0, 0]);
            let mut one = [0, 0, 0];
            one[kind] = 1;
            assert_eq!(count(3), one);
            assert_eq!(count(2), [one[0], 0, 0]);
            assert_eq!(sheet.failure(), Ok(()));
        }
    }
}
