//! Books divided by card ([`partition`](crate::partition)), seen as one; and the row of a prepaid account, which one
//! transaction may take from the books where it is into those of a card.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::MemoryBooks;
use crate::books::{Books, Psam};
use crate::case::Case;
use crate::centre::Centre;
use crate::facts::Number;
use crate::ledger::Account;
use crate::life::Life;
use crate::prepaid::{PrepaidAccount, PrepaidName};

/// The row of a prepaid account, out of its books for the length of one transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lent {
    account: Option<PrepaidAccount>,
    name: PrepaidName,
    balance: i128,
}

impl Lent {
    /// What is on it.
    #[must_use]
    pub const fn balance(&self) -> i128 {
        self.balance
    }
}

impl MemoryBooks {
    /// All books as one, postings and notices in an order of their own: two joins of the same facts are equal, in
    /// however many books and in whatever order they were kept.
    ///
    /// A case of which several books know has what each was told; of two proved records under one (TID, TTC) the one
    /// of the first books is shown, and [`MemoryBooks::claimed_twice`] names the number.
    #[must_use]
    pub fn joined<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut whole = Self::default();
        for part in parts {
            whole.join(part.clone());
        }
        whole.postings.sort_by_cached_key(|posting| format!("{posting:?}"));
        whole.notices.sort_by_cached_key(|notice| format!("{notice:?}"));
        whole
    }

    /// The numbers of PSAMs that more than one of these books has a claim for: one of the records comes from a copied
    /// or broken PSAM.
    #[must_use]
    pub fn claimed_twice<'a>(parts: impl IntoIterator<Item = &'a Self>) -> Vec<Number> {
        let mut claims: BTreeMap<Number, u32> = BTreeMap::new();
        for part in parts {
            let claimed = part.cases.iter().filter(|(_, case)| case.claimed_lock().is_some());
            claimed.for_each(|(number, _)| *claims.entry(*number).or_default() += 1);
        }
        claims.into_iter().filter(|(_, times)| *times > 1).map(|(number, _)| number).collect()
    }

    fn join(&mut self, part: Self) {
        self.cards.extend(part.cards);
        for (tid, psam) in part.psams {
            let known = self.psams.remove(&tid);
            self.psams.insert(tid, known.map_or(psam.clone(), |known| both_psams(known, psam)));
        }
        self.prepaid.extend(part.prepaid);
        self.fundings.extend(part.fundings);
        for (number, case) in part.cases {
            let known = self.cases.remove(&number);
            let whole = known.map_or_else(|| case.clone(), |known| both_cases(&known, &case));
            self.cases.insert(number, whole);
        }
        for (key, members) in part.numbers {
            self.numbers.entry(key).or_default().extend(members);
        }
        self.purchases.extend(part.purchases);
        self.purchase_numbers.extend(part.purchase_numbers);
        self.open_purchases.extend(part.open_purchases);
        self.sightings.extend(part.sightings);
        for (key, members) in part.sighted {
            self.sighted.entry(key).or_default().extend(members);
        }
        for (key, members) in part.tacs {
            self.tacs.entry(key).or_default().extend(members);
        }
        self.tac_numbers.extend(part.tac_numbers);
        self.changes.extend(part.changes);
        self.transfers.extend(part.transfers);
        self.decisions.extend(part.decisions);
        self.waiting.extend(part.waiting);
        self.proposals.extend(part.proposals);
        self.open.extend(part.open);
        self.booked.extend(part.booked);
        self.booked_purchases.extend(part.booked_purchases);
        for (account, amount) in part.accounts {
            self.add_to(account, amount);
        }
        self.postings.extend(part.postings);
        part.notices.into_iter().for_each(|notice| self.add_notice(notice));
    }

    fn add_to(&mut self, account: Account, amount: i128) {
        let balance = self.accounts.get(&account).copied().unwrap_or(0) + amount;
        match balance {
            0 => drop(self.accounts.remove(&account)),
            some => drop(self.accounts.insert(account, some)),
        }
    }

    /// The prepaid accounts on which these books have booked something and whose rows are elsewhere.
    #[must_use]
    pub fn strange_accounts(&self) -> Vec<PrepaidName> {
        let named = self.accounts.keys().filter_map(|account| match account {
            Account::Prepaid(name) => Some(*name),
            _ => None,
        });
        named.filter(|name| !self.prepaid.contains_key(name)).collect()
    }
}

impl<V> Centre<MemoryBooks, V> {
    /// Takes the row of a prepaid account out of these books, for one transaction in others.
    #[must_use]
    pub fn lend(&mut self, name: PrepaidName) -> Lent {
        let balance = self.books.accounts.remove(&Account::Prepaid(name)).unwrap_or(0);
        Lent { account: self.books.prepaid.remove(&name), name, balance }
    }

    /// Puts it into these books, or back.
    pub fn take(&mut self, lent: Lent) {
        self.books.add_to(Account::Prepaid(lent.name), lent.balance);
        self.books.prepaid.extend(lent.account.map(|account| (lent.name, account)));
    }
}

/// What either knows: a PSAM is active in the books that heard a code of it.
fn both_psams(one: Psam, other: Psam) -> Psam {
    let mut alarms = one.life.alarms;
    alarms.extend(other.life.alarms);
    let active = one.life.active || other.life.active;
    Psam { life: Life { active, alarms, ..one.life }, ..one }
}

fn both_cases(one: &Case, other: &Case) -> Arc<Case> {
    let mut quarantined = one.quarantined.clone();
    quarantined.extend(other.quarantined.iter().filter(|kept| !one.quarantined.contains(kept)));
    Arc::new(Case {
        record: one.record.or(other.record),
        unproved: one.unproved.or(other.unproved),
        no_dispense: one.no_dispense.or(other.no_dispense),
        void: one.void || other.void,
        quarantined,
        ..one.clone()
    })
}
