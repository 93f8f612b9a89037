//! What calls will ask for, fetched for all of them at once: a round trip for most transactions, not for each call.

use std::collections::BTreeSet;

use host::{Books as _, Input, PrepaidName, Subject};
use wire::{Asn, LockId, Purse, Report, Tid, Ttc};

use super::known::PurseNumber;
use super::lookups::{of_cards, of_kept, of_listed, of_numbers, of_prepaid, of_psams};
use super::{Inner, Sheet};
use crate::error::StoreError;

/// What so many calls will ask for is one statement: it has to be done while the database has patience.
const AT_ONCE: usize = 512;

#[derive(Default)]
struct Wanted {
    psams: BTreeSet<Tid>,
    prepaid: BTreeSet<PrepaidName>,
    cards: BTreeSet<Asn>,
    numbers: BTreeSet<(Tid, Ttc)>,
    locks: BTreeSet<LockId>,
}

impl Sheet<'_> {
    /// Draws numbers of postings for calls that write while others are judged.
    pub(crate) fn draw_numbers(&mut self, count: usize) -> Result<(), StoreError> {
        let inner = self.inner.get_mut();
        inner.numbers = inner.database.posting_numbers(count)?;
        inner.numbers.reverse();
        Ok(())
    }

    /// Fetches ahead. What is missing after it, the rules fetch when they ask.
    pub(crate) fn prefetch(&mut self, inputs: &[&Input]) -> Result<(), StoreError> {
        inputs.chunks(AT_ONCE).try_for_each(|inputs| self.prefetch_at_once(inputs))
    }

    fn prefetch_at_once(&mut self, inputs: &[&Input]) -> Result<(), StoreError> {
        let mut wanted = Wanted::default();
        inputs.iter().for_each(|input| wanted.add(input));
        let inner = self.inner.get_mut();
        inner.fetch_wanted(&wanted)?;
        // What open locks are about, unless it is there already.
        let open = inner.open_locks(&wanted.cards);
        let more = Wanted { locks: open.into_iter().collect(), ..Wanted::default() };
        inner.fetch_wanted(&more)?;
        inner.fetch_locks(wanted.locks.into_iter().chain(more.locks))
    }
}

impl Inner<'_> {
    /// All that is kept by card, (TID, TTC) and purse number: in one round trip where nothing is by purse number.
    fn fetch_wanted(&mut self, wanted: &Wanted) -> Result<(), StoreError> {
        let numbers = wanted.locks.iter().map(|lock| (lock.tid, lock.ttc));
        let numbers: BTreeSet<(Tid, Ttc)> = numbers.chain(wanted.numbers.iter().copied()).collect();
        let purse_number = |lock: &LockId| (lock.asn, lock.purse, lock.ctc);
        let purse_numbers: BTreeSet<PurseNumber> = wanted.locks.iter().map(purse_number).collect();
        // A lock at n ends at n + 1: a purchase of either number is looked for.
        let next = |(asn, purse, ctc): &PurseNumber| (*asn, *purse, ctc.saturating_add(1));
        let bought: BTreeSet<PurseNumber> =
            purse_numbers.iter().flat_map(|number| [*number, next(number)]).collect();
        // From the lowest CTC of each purse: one fetch serves all.
        let lowest = lowest(&purse_numbers);
        let known = &mut self.known;
        let psams = known.new_psams(wanted.psams.iter().copied());
        let prepaid = known.new_prepaid(wanted.prepaid.iter().copied());
        let cards = known.new_cards(wanted.cards.iter().copied());
        let listed = known.new_listed(wanted.cards.iter().copied());
        let numbers = known.new_numbers(numbers);
        let kept = known.new_kept(lowest.iter().copied());
        let all = [of_psams(&psams), of_prepaid(&prepaid), of_listed(&listed), of_kept(&kept)];
        let all = all.into_iter().chain(of_cards(&cards)).chain(of_numbers(&numbers));
        self.fetch_all(all)?;
        // What the database has of these purses at all; of a card's newest lock nothing, so that all is there by now.
        let (purse_numbers, bought): (Vec<_>, Vec<_>) =
            (purse_numbers.into_iter().collect(), bought.into_iter().collect());
        self.fetch_at(&purse_numbers, &bought, &lowest)
    }
}

fn lowest(numbers: &BTreeSet<PurseNumber>) -> Vec<PurseNumber> {
    let mut lowest: Vec<PurseNumber> = Vec::new();
    for number in numbers {
        if lowest.last().is_none_or(|last| (last.0, last.1) != (number.0, number.1)) {
            lowest.push(*number);
        }
    }
    lowest
}

impl Inner<'_> {
    fn open_locks(&self, cards: &BTreeSet<Asn>) -> Vec<LockId> {
        let of_card = |asn: &Asn| Purse::ALL.map(|purse| self.rows.open_locks(*asn, purse));
        cards.iter().flat_map(of_card).flatten().collect()
    }
}

impl Wanted {
    fn card(&mut self, asn: Asn) {
        self.cards.insert(asn);
    }

    fn lock(&mut self, lock: LockId) {
        self.cards.insert(lock.asn);
        self.locks.insert(lock);
    }

    fn subject(&mut self, subject: Subject) {
        match subject {
            Subject::Card(asn) => self.card(asn),
            Subject::Psam(tid) => drop(self.psams.insert(tid)),
        }
    }

    fn add(&mut self, input: &Input) {
        match input {
            Input::RegisterCard { card, .. } => self.card(card.asn),
            Input::RegisterPsam { tid, .. } => self.psams.extend([*tid]),
            Input::Hear { report, .. } => self.add_report(report),
            Input::Unlock(request) => {
                self.cards.insert(request.asn);
                self.psams.extend([request.status.tid, request.tid]);
            }
            Input::Propose(proposal) => self.lock(proposal.lock),
            Input::Approve(approval) => self.lock(approval.lock),
            Input::Transfer(request) => {
                self.card(request.asn);
                self.psams.insert(request.tid);
                self.prepaid.extend(request.account);
            }
            Input::ConfirmIssue { subject, .. } => self.subject(*subject),
            Input::OpenPrepaid(account) => self.prepaid.extend([account.name]),
            Input::FundPrepaid(funding) => self.prepaid.extend([funding.name]),
            Input::Act(order) => self.subject(order.subject),
            Input::ApproveAct(approval) => self.subject(approval.subject),
            Input::Switch(request) => self.card(request.asn),
            Input::Replace(order) => self.card(order.asn),
            Input::ConfirmTransfer { asn, .. }
            | Input::Confirm { asn, .. }
            | Input::Unblock { asn, .. }
            | Input::Change { asn, .. } => {
                self.card(*asn);
            }
        }
    }

    fn add_report(&mut self, report: &Report) {
        if let Some((tid, ttc)) = report.lock() {
            self.psams.insert(tid);
            self.numbers.insert((tid, ttc));
        }
        if let Some(lock) = report.lock_id() {
            self.lock(lock);
        }
        if let Report::TacSeen(asn, ..) = report {
            self.cards.insert(*asn);
        }
    }
}
