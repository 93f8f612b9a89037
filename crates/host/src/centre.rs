//! The door: registering cards and PSAMs, and the lists that stations and operators read.

use std::collections::BTreeSet;

use seeded::{Bug, instead};
use wire::{Amount, Asn, ClaimedRecord, LockId, Purse, Scheme, Stamp, Tid, Ttc};

use crate::books::{Books, Card, CardOpening, StationId};
use crate::case::{Case, Outcome};
use crate::codes::Codes;
use crate::facts::{DecisionRow, OnlineChange};
use crate::filed::has_tac;
use crate::holes::Holes;
use crate::ledger::{Account, Legs, Posting, PostingReason, TrialBalance};
use crate::life::{Chip, Life};
use crate::notice::{About, Code, Notice};
use crate::position::{Ending, Position, is_left};
use crate::purchase::{PurchaseEnd, PurchaseRow};
use crate::refusal::Refusal;

/// The central computer: its books and its keys.
#[derive(Clone, Debug)]
pub struct Centre<B, V> {
    pub(crate) books: B,
    pub(crate) vault: V,
}

/// A registration was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Registered {
    /// It was registered just so before.
    pub repeat: bool,
}

/// One lock in the list of outcomes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutcomeRow {
    /// The terminal.
    pub tid: Tid,
    /// Its PSAM's number.
    pub ttc: Ttc,
    /// The owner of the TID.
    pub station: Option<StationId>,
    /// The whole lock id, where it is known.
    pub lock: Option<LockId>,
    /// The outcome; `None` while all that was heard is quarantined.
    pub outcome: Option<Outcome>,
    /// What the station says it is owed.
    pub amount: Option<Amount>,
    /// How the card's debit was proved, and what it was.
    pub ending: Option<Ending>,
    /// False in the *field* scheme: no code proves date' and time'.
    pub times_proved: bool,
    /// Reports that were kept aside.
    pub quarantined: usize,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// A centre over these books and keys.
    pub const fn new(books: B, vault: V) -> Self {
        Self { books, vault }
    }

    /// The books, to read.
    pub const fn books(&self) -> &B {
        &self.books
    }

    /// The books, when nothing more is to be asked of the rules.
    #[must_use]
    pub fn into_books(self) -> B {
        self.books
    }

    /// The vault.
    pub const fn vault(&self) -> &V {
        &self.vault
    }

    /// Takes a card into the books with its opening balances, begun on no chip that is named.
    pub fn register_card(
        &mut self,
        opening: &CardOpening,
        now: Stamp,
    ) -> Result<Registered, Refusal> {
        self.begin_card(opening, None, now)
    }

    pub(crate) fn new_card(
        &mut self,
        opening: &CardOpening,
        chip: Option<Chip>,
        now: Stamp,
    ) -> Result<Registered, Refusal> {
        let asn = opening.asn;
        if !asn.is_bcd() || asn.complement_is_bcd() {
            return Err(Refusal::AsnNotIssuable);
        }
        self.books.put_card(Card::new(*opening, Life::begun(chip)));
        for purse in Purse::ALL {
            let [ed, ep] = opening.openings;
            let opened = if purse == Purse::Ed { ed } else { ep };
            let money = wire::amount::money(opened.balance, opened.limit);
            self.transfer(asn, purse, PostingReason::Opening, money, now)?;
        }
        Ok(Registered { repeat: false })
    }

    /// Gives a TID to a station: only it may report outcomes of this TID.
    pub fn register_psam(&mut self, tid: Tid, station: &str) -> Result<Registered, Refusal> {
        self.begin_psam(tid, station, None, None)
    }

    /// Takes a load, an unload or a change of the limit that the card's TAC has confirmed: it
    /// belongs to the chain of balances by which locks are settled.
    pub fn change(&mut self, change: OnlineChange, now: Stamp) -> Result<Registered, Refusal> {
        self.card(change.asn)?;
        self.card_lives(change.asn);
        let taken = self.take_change(change, Account::Issued, now)?;
        if !taken.repeat {
            self.settle_open(change.asn, now)?;
        }
        Ok(taken)
    }

    /// The float of a replaced card is paid out: a load heard later is still the cardholder's,
    /// an unload was paid out twice.
    pub(crate) fn book_change(
        &mut self,
        change: OnlineChange,
        from: Account,
        now: Stamp,
    ) -> Result<(), Refusal> {
        let OnlineChange { asn, purse, otc, by, .. } = change;
        let reason = PostingReason::OnlineChange;
        if self.card(asn)?.replaced.is_none() {
            return self.post_from(from, asn, Account::Float(asn, purse), reason, by, now);
        }
        let to = if by > 0 { Account::CardholderClaims(asn) } else { Account::WriteOff };
        self.post_from(from, asn, to, reason, by, now)?;
        let detail = format!("{purse} OTC {otc}: {by}");
        self.tell(Code::ChangeAfterReplacement, About::card(asn), now, detail);
        Ok(())
    }

    /// Every lock of which something was heard.
    pub fn outcomes(&self) -> Vec<OutcomeRow> {
        self.books.cases().iter().map(|case| self.outcome_row(case)).collect()
    }

    /// The same of one lock.
    pub fn outcome_at(&self, tid: Tid, ttc: Ttc) -> Option<OutcomeRow> {
        self.books.case(tid, ttc).map(|case| self.outcome_row(&case))
    }

    /// The records that the stations get for local unlocks (claim 5): every grey one, with the
    /// GTAC that the centre recomputed. Only a card's proof takes one off the list, or its
    /// replacement: operators may rule that a card was debited, and it may be grey all the same.
    pub fn grey_list(&self) -> Vec<ClaimedRecord> {
        self.books.cases().iter().filter_map(|case| self.listed(case)).collect()
    }

    /// The entry of the grey list under just this lock id.
    pub fn grey_record(&self, lock: &LockId) -> Option<ClaimedRecord> {
        let listed = self.listed(&self.books.case(lock.tid, lock.ttc)?)?;
        (listed.terms.id == *lock).then_some(listed)
    }

    fn listed(&self, case: &Case) -> Option<ClaimedRecord> {
        let held = case.record?;
        let mut record = held.record;
        let stored = record.certified.gtac;
        record.certified.gtac = instead(Bug::ListsStoredGtac, held.gtac, stored);
        (!is_left(&self.books, record.terms.id)).then_some(record)
    }

    /// Everything told to operators, oldest first.
    pub fn notices(&self) -> Vec<Notice> {
        self.books.notices()
    }

    /// TTCs of a PSAM of which nothing was heard, or only what the card belies.
    pub fn holes(&self, tid: Tid) -> Holes {
        let cases = self.books.cases_of(tid);
        let told = |case: &&Case| case.is_heard() && !self.is_belied(case);
        let purchases = self.books.purchases().into_iter().map(|case| case.number());
        let purchases = purchases.filter(|(of, _)| *of == tid).map(|(_, ttc)| ttc.0);
        let heard = cases.iter().filter(told).map(|case| case.ttc.0).chain(purchases);
        Holes::new(heard.collect::<BTreeSet<u32>>())
    }

    /// Every answer to an on-line unlock.
    pub fn decisions(&self) -> Vec<DecisionRow> {
        self.books.decisions()
    }

    /// Whether a lock or purchase has ended: what a notice says is to be done about it may be past.
    pub fn is_over(&self, lock: &LockId) -> bool {
        let decided = self.books.decisions_of(lock.asn);
        let of_lock = |row: OutcomeRow| row.lock == Some(*lock) && row.ending.is_some();
        let bought = |row: PurchaseRow| row.terms.id == *lock && row.end != PurchaseEnd::Open;
        decided.iter().any(|row| row.lock == *lock && row.mac3.is_some())
            || self.outcome_at(lock.tid, lock.ttc).is_some_and(of_lock)
            || self.purchase_at(lock.tid, lock.ttc).is_some_and(bought)
    }

    /// Whether a card is in the books.
    pub fn is_registered(&self, asn: Asn) -> bool {
        self.books.card(asn).is_some()
    }

    /// Cards that get no new lock.
    pub fn blacklist(&self) -> Vec<(Asn, Code)> {
        self.books.blacklist()
    }

    /// All postings, oldest first.
    pub fn postings(&self) -> Vec<Posting> {
        self.books.postings()
    }

    /// Every account, and their sum.
    pub fn trial_balance(&self) -> TrialBalance {
        TrialBalance::new(self.books.accounts())
    }

    pub(crate) fn card(&self, asn: Asn) -> Result<Card, Refusal> {
        self.books.card(asn).ok_or(Refusal::CardUnknown)
    }

    pub(crate) fn tell(&mut self, code: Code, about: About, at: Stamp, detail: String) {
        self.books.add_notice(Notice { code, about, at, detail });
    }

    /// Moves money between the outside and a purse: openings, loads, the rest of a lost card.
    pub(crate) fn transfer(
        &mut self,
        asn: Asn,
        purse: Purse,
        reason: PostingReason,
        money: i64,
        at: Stamp,
    ) -> Result<(), Refusal> {
        self.post_from(Account::Issued, asn, Account::Float(asn, purse), reason, money, at)
    }

    pub(crate) fn post_from(
        &mut self,
        from: Account,
        asn: Asn,
        to: Account,
        reason: PostingReason,
        money: i64,
        at: Stamp,
    ) -> Result<(), Refusal> {
        let lines = Legs::default().transfer(from, to, money);
        let lines = lines.ok_or(Refusal::LedgerOverflow)?;
        if !lines.is_empty() {
            self.books.post(Posting { reason, asn: Some(asn), lock: None, at, lines });
        }
        Ok(())
    }

    /// The card's own word, if any, that a lock of this number was made: it was sighted, or a TAC
    /// was seen.
    pub(crate) fn proved_lock(&self, tid: Tid, ttc: Ttc) -> Option<LockId> {
        let tacs = self.books.tacs_of(tid, ttc).into_iter().map(|fact| fact.lock);
        self.books.sighted(tid, ttc).into_iter().chain(tacs).next()
    }

    /// True when all that was heard is that LOCK never went out, and the card proves that it did.
    fn is_belied(&self, case: &Case) -> bool {
        case.outcome(false) == Some(Outcome::Void) && self.proved_lock(case.tid, case.ttc).is_some()
    }

    fn outcome_row(&self, case: &Case) -> OutcomeRow {
        let lock = case.lock_id();
        let ending = lock.and_then(|lock| Position::load(&self.books, lock).ending);
        OutcomeRow {
            tid: case.tid,
            ttc: case.ttc,
            station: self.books.station_of(case.tid),
            lock,
            outcome: self.outcome_of(case),
            amount: case.claimed_amount(),
            ending,
            times_proved: case
                .terms()
                .is_some_and(|terms| self.vault.scheme(terms.key.version) == Some(Scheme::Seed)),
            quarantined: case.quarantined.len(),
        }
    }

    /// The outcome of a case, given the TACs held.
    pub(crate) fn outcome_of(&self, case: &Case) -> Option<Outcome> {
        let lock = case.claimed_lock();
        let held = lock.is_some_and(|lock| has_tac(&self.books, lock));
        case.outcome(held)
    }
}
