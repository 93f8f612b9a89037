//! Look-ups: which table is asked by which columns, and what keeps the rows; and the keys of what is not known yet.
#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a method is of one lifetime of Inner, a pointer of any"
)]

use std::collections::HashSet;
use std::hash::Hash;

use host::PrepaidName;
use wire::{Asn, LockId, Tid, Ttc};

use super::Inner;
use super::known::{Known, PurseNumber, farther};
use crate::database::{Last, Sought};
use crate::error::StoreError;
use crate::rows;
use crate::table::{
    CARDS, CASES, CHANGES, DECISIONS, KNOWN_LOCKS, OPEN_LOCKS, PREPAID, PSAMS, PURCHASES, RULINGS,
    SIGHTINGS, TACS, TRANSFERS, Table, WAITING,
};
use crate::value::{Row, Value};

const BY_CARD: &[&str] = &["asn"];
const BY_NUMBER: &[&str] = &["tid", "ttc"];
const BY_PURSE_NUMBER: &[&str] = &["asn", "purse", "ctc"];

/// The names that are not known yet; they are from now on.
pub(super) fn new_names<T: Eq + Hash + Copy>(
    known: &mut HashSet<T>,
    names: impl IntoIterator<Item = T>,
) -> Vec<T> {
    names.into_iter().filter(|name| known.insert(*name)).collect()
}

/// A look-up, and what keeps its rows.
pub(super) type Fetch<'a> = (Sought<'a>, Keep);

pub(super) type Keep = for<'d> fn(&mut Inner<'d>, Vec<Row>) -> Result<(), StoreError>;

const fn equal<'a>(
    table: &'static Table,
    by: &'static [&'static str],
    keys: &'a [Row],
    keep: Keep,
) -> Fetch<'a> {
    (Sought { table, by, last: Last::Equal, keys }, keep)
}

const fn those<'a>(
    table: &'static Table,
    holds: &'static str,
    keys: &'a [Row],
    keep: Keep,
) -> Fetch<'a> {
    (Sought { table, by: BY_CARD, last: Last::EqualWhere(holds), keys }, keep)
}

/// All that is kept by card.
pub(super) fn of_cards(keys: &[Row]) -> [Fetch<'_>; 8] {
    [
        equal(&CARDS, BY_CARD, keys, |inner, found| inner.keep_cards(found)),
        equal(&CHANGES, BY_CARD, keys, |inner, found| inner.keep_changes(found)),
        equal(&DECISIONS, BY_CARD, keys, |inner, found| inner.keep_decisions(found)),
        equal(&TRANSFERS, BY_CARD, keys, |inner, found| inner.keep_transfers(found)),
        those(&PURCHASES, "open = 1", keys, |inner, found| inner.keep_purchases(found)),
        equal(&WAITING, BY_CARD, keys, |inner, found| inner.keep_waiting(found)),
        equal(&RULINGS, BY_CARD, keys, |inner, found| inner.keep_rulings(found)),
        equal(&OPEN_LOCKS, BY_CARD, keys, |inner, found| inner.keep_open_locks(found)),
    ]
}

/// The cases of cards that are on the grey list.
pub(super) fn of_listed(keys: &[Row]) -> Fetch<'_> {
    those(&CASES, "listed IS NOT NULL", keys, |inner, found| inner.keep_cases(found))
}

/// All that is kept under a (TID, TTC).
pub(super) fn of_numbers(keys: &[Row]) -> [Fetch<'_>; 4] {
    [
        equal(&CASES, BY_NUMBER, keys, |inner, found| inner.keep_cases(found)),
        equal(&PURCHASES, BY_NUMBER, keys, |inner, found| inner.keep_purchases(found)),
        equal(&SIGHTINGS, BY_NUMBER, keys, |inner, found| inner.keep_sightings(found)),
        equal(&TACS, BY_NUMBER, keys, |inner, found| inner.keep_tacs(found)),
    ]
}

/// TACs of purse numbers.
pub(super) fn of_purse_numbers(keys: &[Row]) -> Fetch<'_> {
    equal(&TACS, BY_PURSE_NUMBER, keys, |inner, found| inner.keep_tacs(found))
}

/// Locks and purchases of purses of which anything is kept, each from its CTC on.
pub(super) fn of_kept(keys: &[Row]) -> Fetch<'_> {
    let last = Last::AtLeast;
    let sought = Sought { table: &KNOWN_LOCKS, by: BY_PURSE_NUMBER, last, keys };
    (sought, |inner, found| inner.keep_found(found))
}

pub(super) fn of_bought(keys: &[Row]) -> Fetch<'_> {
    equal(&PURCHASES, BY_PURSE_NUMBER, keys, |inner, found| inner.keep_purchases(found))
}

/// Sightings of purses, each from its CTC on.
pub(super) fn of_sightings(keys: &[Row]) -> Fetch<'_> {
    let last = Last::AtLeast;
    let sought = Sought { table: &SIGHTINGS, by: BY_PURSE_NUMBER, last, keys };
    (sought, |inner, found| inner.keep_sightings(found))
}

pub(super) fn of_psams(keys: &[Row]) -> Fetch<'_> {
    equal(&PSAMS, &["tid"], keys, |inner, found| inner.keep_psams(found))
}

pub(super) fn of_prepaid(keys: &[Row]) -> Fetch<'_> {
    equal(&PREPAID, &["name"], keys, |inner, found| inner.keep_prepaid(found))
}

impl Known {
    /// The keys of those that are not known yet; they are from now on.
    pub(super) fn new_psams(&mut self, tids: impl IntoIterator<Item = Tid>) -> Vec<Row> {
        let new = new_names(&mut self.psams, tids);
        new.iter().map(|tid| vec![Value::text(tid)]).collect()
    }

    pub(super) fn new_prepaid(&mut self, names: impl IntoIterator<Item = PrepaidName>) -> Vec<Row> {
        let new = new_names(&mut self.prepaid, names);
        new.iter().map(|name| vec![Value::text(name)]).collect()
    }

    pub(super) fn new_cards(&mut self, asns: impl IntoIterator<Item = Asn>) -> Vec<Row> {
        let new = new_names(&mut self.cards, asns);
        new.iter().map(|asn| vec![Value::text(asn)]).collect()
    }

    pub(super) fn new_listed(&mut self, asns: impl IntoIterator<Item = Asn>) -> Vec<Row> {
        let new = new_names(&mut self.listed, asns);
        new.iter().map(|asn| vec![Value::text(asn)]).collect()
    }

    pub(super) fn new_numbers(&mut self, of: impl IntoIterator<Item = (Tid, Ttc)>) -> Vec<Row> {
        let new = new_names(&mut self.numbers, of);
        new.iter().map(|(tid, ttc)| rows::number_key(*tid, *ttc)).collect()
    }

    /// Locks and purchases from these CTCs on.
    pub(super) fn new_kept(&mut self, from: impl IntoIterator<Item = PurseNumber>) -> Vec<Row> {
        purse_number_keys(&farther(&mut self.kept, from))
    }

    /// Once what is kept of them is fetched: those of which nothing is have nothing to fetch.
    pub(super) fn new_purse_numbers(
        &mut self,
        of: impl IntoIterator<Item = PurseNumber>,
    ) -> Vec<PurseNumber> {
        let mut new = new_names(&mut self.purse_numbers, of);
        new.retain(|number| self.has_at(*number));
        new
    }

    /// As for [`Self::new_purse_numbers`].
    pub(super) fn new_bought(&mut self, of: impl IntoIterator<Item = PurseNumber>) -> Vec<Row> {
        let mut new = new_names(&mut self.bought, of);
        new.retain(|number| self.has_at(*number));
        purse_number_keys(&new)
    }

    /// As for [`Self::new_purse_numbers`].
    pub(super) fn new_sightings(
        &mut self,
        from: impl IntoIterator<Item = PurseNumber>,
    ) -> Vec<Row> {
        let mut new = farther(&mut self.sightings, from);
        new.retain(|number| self.has_from(*number));
        purse_number_keys(&new)
    }

    /// The numbers of locks that the database has at purse numbers.
    pub(super) fn numbers_at(&self, of: &[PurseNumber]) -> Vec<(Tid, Ttc)> {
        let at = |(asn, purse, ctc): &PurseNumber| {
            let first =
                LockId { asn: *asn, purse: *purse, ctc: *ctc, tid: Tid::default(), ttc: Ttc(0) };
            let here = (*asn, *purse, *ctc);
            self.found
                .range(first..)
                .take_while(move |lock| (lock.asn, lock.purse, lock.ctc) == here)
        };
        of.iter().flat_map(at).map(|lock| (lock.tid, lock.ttc)).collect()
    }
}

pub(super) fn purse_number_keys(numbers: &[PurseNumber]) -> Vec<Row> {
    let key = |(asn, purse, ctc): &PurseNumber| rows::purse_number_key(*asn, *purse, *ctc);
    numbers.iter().map(key).collect()
}
