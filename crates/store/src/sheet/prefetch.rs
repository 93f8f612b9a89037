//! What calls will ask for, fetched for all of them at once: a round trip for each table, not for each call.

use std::collections::BTreeSet;

use host::{Books as _, Input, PrepaidName, Subject};
use wire::{Asn, LockId, Purse, Report, Tid, Ttc};

use super::{Inner, Sheet};
use crate::error::StoreError;

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
        let mut wanted = Wanted::default();
        inputs.iter().for_each(|input| wanted.add(input));
        let inner = self.inner.get_mut();
        inner.fetch_psams(wanted.psams)?;
        inner.fetch_prepaid(wanted.prepaid)?;
        inner.fetch_cards(wanted.cards.iter().copied())?;
        inner.fetch_listed(wanted.cards.iter().copied())?;
        let mut locks = wanted.locks;
        locks.extend(inner.open_locks(&wanted.cards));
        wanted.numbers.extend(locks.iter().map(|lock| (lock.tid, lock.ttc)));
        inner.fetch_numbers(wanted.numbers)?;
        let purse_number = |lock: &LockId| (lock.asn, lock.purse, lock.ctc);
        let purse_numbers: BTreeSet<(Asn, Purse, u16)> = locks.iter().map(purse_number).collect();
        inner.fetch_purse_numbers(purse_numbers.iter().copied())?;
        // A lock at n ends at n + 1: a purchase of either number is looked for.
        let next = |(asn, purse, ctc): &(Asn, Purse, u16)| (*asn, *purse, ctc.saturating_add(1));
        let after = purse_numbers.iter().map(next);
        inner.fetch_bought(purse_numbers.iter().copied().chain(after).collect::<BTreeSet<_>>())?;
        // From the lowest CTC of each purse: one fetch serves all.
        inner.fetch_sightings(lowest(&purse_numbers))?;
        inner.fetch_locks(locks)
    }
}

fn lowest(numbers: &BTreeSet<(Asn, Purse, u16)>) -> Vec<(Asn, Purse, u16)> {
    let mut lowest: Vec<(Asn, Purse, u16)> = Vec::new();
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
