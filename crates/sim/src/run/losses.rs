//! Epochs in which stations lose their journals, or get older copies back (protocol §10): the holes
//! stay. What the centre never heard is named by them and owed to nobody; what operators ruled
//! from the totalizers is booked to the cent.

use audit::Finding;
use host::{Account, Books, Code, Ruling};
use terminal::Journal;
use wire::{Amount, LockId};

use super::courier::Weather;
use super::fault::Fault;
use super::plan::{Plan, SITES, Visit};
use super::rest::AtRest;
use super::stage::Stage;
use crate::forecourt::Flow;
use crate::proof;
use crate::world::Fill;

/// How the audit names what a journal no longer tells. Anything else is wrong here too.
const NAMED: &[Finding] = &[
    Finding::BalanceDoesNotFollow,
    Finding::DebitWithoutRecord,
    Finding::GreyCardWithoutRecord,
    Finding::OutcomeDisagreesWithJournal,
    Finding::OutcomeWithoutRecord,
    Finding::PsamLockWithoutRecord,
];

impl Stage {
    pub(super) fn play_losses(&mut self, plan: &Plan) -> Result<AtRest, String> {
        for visit in &plan.visits {
            self.play(visit)?;
        }
        let mut rest = self.free_all()?;
        self.show_holes()?;
        self.rule_open()?;
        self.weigh_losses(&mut rest);
        self.count_endings();
        Ok(rest)
    }

    /// Loses the journal of a site, or puts its copy back where there is one.
    pub(super) fn lose_journals(
        &mut self,
        planned: &Visit,
        weather: &mut Weather,
    ) -> Result<(), String> {
        let site = planned.site;
        if planned.faults.contains(&Fault::JournalLost) {
            self.world.burn_journal(site)?;
            self.tally.add(Fault::JournalLost);
            self.restart(site, weather)?;
        }
        if planned.faults.contains(&Fault::JournalRestored) {
            match self.copies[site].take() {
                Some(copy) => {
                    self.world.restore_journal(site, copy)?;
                    self.tally.add(Fault::JournalRestored);
                    self.restart(site, weather)?;
                }
                None => self.copies[site] = self.copy_journal(site),
            }
        }
        Ok(())
    }

    /// Copies are made when nothing is open: a copy of an open lock would read the totalizer anew.
    fn copy_journal(&mut self, site: usize) -> Option<nvm::memory::Ram> {
        let journal = &mut self.world.sites[site].journal;
        journal.next_open(None).is_none().then(|| journal.medium_mut().medium.clone())
    }

    /// A hole shows below the highest number heard: every site sells once more.
    fn show_holes(&mut self) -> Result<(), String> {
        for site in 0..SITES {
            let fill = Fill { purse: self.purses[0], check: false, ..Fill::of(0) };
            let sale = self.world.refuel(site, 0, fill);
            sale.map_err(|why| format!("a sale at terminal {}: {why:?}", site + 1))?;
        }
        Ok(())
    }

    /// Operators rule from the totalizers on all that stays open.
    fn rule_open(&mut self) -> Result<(), String> {
        let without_record = self.world.centre.notices().into_iter();
        let without_record = without_record
            .filter(|notice| notice.code == Code::TacWithoutRecord)
            .filter_map(|notice| notice.about.lock);
        let mut open: Vec<LockId> = without_record.collect();
        let rows = self.world.centre.outcomes();
        let rows = rows.iter().filter(|row| row.ending.is_none() && row.amount.is_some());
        open.extend(rows.filter_map(|row| row.lock));
        open.sort_unstable();
        open.dedup();
        for lock in open {
            let owed = self.world.delivered_under(&lock);
            if owed > Amount::ZERO && self.paid_for(&lock) == 0 {
                self.world.rule(&lock, Ruling::Debited(owed), "totalizer read")?;
                self.coverage.rulings += 1;
            }
        }
        Ok(())
    }

    /// What stations are owed for a lock.
    fn paid_for(&self, lock: &LockId) -> i64 {
        let booked = self.world.centre.books().booked(lock);
        let to_stations =
            booked.iter().filter(|(account, _)| matches!(account, Account::StationPayable(_)));
        to_stations.map(|(_, amount)| amount).sum()
    }

    /// Each delivery is owed exactly, or in a hole; and the books hold the money of the holes.
    fn weigh_losses(&mut self, rest: &mut AtRest) {
        let mut in_holes = 0;
        for flow in self.flows() {
            let amount = i64::from(flow.amount().units());
            let paid = self.paid_for(&flow.lock);
            if paid == amount {
                continue;
            }
            in_holes += amount;
            self.coverage.sales_in_holes += 1;
            if paid != 0 || !self.is_hole(&flow.lock) {
                rest.cents_off += amount.abs_diff(paid);
                let lock = flow.lock;
                rest.wrong.push(format!("{lock}: {amount} flowed, {paid} is owed, and no hole"));
            }
        }
        self.coverage.cents_in_holes += in_holes.unsigned_abs();
        let verdict = proof::verdict(&self.world);
        let unnamed = verdict.problems.iter().filter(|problem| !NAMED.contains(&problem.what));
        rest.wrong.extend(unnamed.map(|problem| format!("{}: {}", problem.what, problem.evidence)));
        let totals = verdict.totals;
        let delivered = self.world.delivered();
        // At rest every card is loaded once more.
        let issued = totals.openings + totals.loads - totals.unloads;
        let of_cards =
            |account: &Account| matches!(account, Account::Float(..) | Account::Reserved(..));
        let is_due = |account: &Account| matches!(account, Account::StationPayable(_));
        let sums = [
            ("the cards paid", issued - totals.money_on_cards, delivered),
            (
                "the books hold for cards",
                self.world.sum_of(of_cards),
                totals.money_on_cards + in_holes,
            ),
            ("stations are owed", self.world.sum_of(is_due), delivered - in_holes),
            (
                "the books sum to",
                i64::try_from(self.world.centre.trial_balance().sum).unwrap_or(i64::MAX),
                0,
            ),
        ];
        for (what, found, due) in sums.into_iter().filter(|(_, found, due)| found != due) {
            rest.cents_off += found.abs_diff(due);
            rest.wrong.push(format!(
                "{what} {found}, not {due}; {delivered} flowed, {in_holes} in holes"
            ));
        }
    }

    fn flows(&self) -> Vec<Flow> {
        self.world.sites.iter().flat_map(|site| &site.flows).copied().collect()
    }

    fn is_hole(&self, lock: &LockId) -> bool {
        let missing = self.world.centre.holes(lock.tid).missing;
        missing.iter().any(|range| range.contains(&lock.ttc.0))
    }
}
