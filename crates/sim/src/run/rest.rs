//! The faults stop: the world comes to rest, and everything must add up to the cent.

use card::{Application, View};
use host::{Account, Ending, Outcome, PurchaseEnd, PurchaseRow, Ruling};
use station::visit::NotFreed;
use terminal::transfer::Way;
use wire::{GreyState, LockId};

use super::courier::Weather;
use super::plan::SITES;
use super::stage::Stage;
use super::{attack, till, watch};
use crate::counter::Buy;
use crate::proof;
use crate::reader::honest;
use crate::world::{Fill, World};

/// What is left at rest that should not be.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct AtRest {
    pub(super) stuck_cards: u64,
    pub(super) cents_off: u64,
    /// In words; nothing when all is well.
    pub(super) wrong: Vec<String>,
}

/// The lock that a card is grey under, as the card has it.
pub(super) fn shown_lock(view: &View) -> Option<LockId> {
    let terms = view.lock()?.terms;
    let asn = view.public.asn();
    Some(LockId { asn, purse: terms.purse, ctc: terms.ctc, tid: terms.tid, ttc: terms.ttc })
}

impl Stage {
    /// Everything is honest and works: the centre and the sites start again, what was on its
    /// way arrives, every card is freed and buys once more, which proves where it stands.
    pub(super) fn come_to_rest(&mut self) -> Result<AtRest, String> {
        attack::on_copies(&mut self.world)?;
        let mut rest = self.free_all()?;
        rest.wrong.extend(watch::unrecorded_flow(&self.world));
        self.weigh(&mut rest);
        self.count_endings();
        Ok(rest)
    }

    /// The faults stop, and every card is freed.
    pub(super) fn free_all(&mut self) -> Result<AtRest, String> {
        self.office.restart(&mut self.world.centre)?;
        self.coverage.centre_restarts += 1;
        self.drifts.fill(0);
        let mut clear = Weather::clear(u64::MAX);
        for site in 0..SITES {
            self.restart(site, &mut clear)?;
            if self.world.sites[site].psam.dead {
                self.replace_psam(site, &mut clear)?;
            }
        }
        self.deliver_late(u64::MAX);
        let mut rest = AtRest::default();
        for card in 0..self.world.cards.len() {
            if let Err(why) = self.settle_card(card) {
                rest.stuck_cards += 1;
                rest.wrong.push(format!("card {card} is stuck: {why}"));
            }
        }
        for site in 0..SITES {
            self.world.upload(site);
        }
        Ok(rest)
    }

    /// Frees a card, by operators where the centre does not decide alone, and sells once more.
    fn settle_card(&mut self, card: usize) -> Result<(), String> {
        let world = &mut self.world;
        let view = |world: &World| world.look(card).ok_or("it does not start");
        let mut now = view(world)?;
        for _ in 0..4 {
            let Some(lock) = shown_lock(&now) else { break };
            match world.unlock(0, card, honest()) {
                Err(NotFreed::Wait(_)) => {
                    let owed = world.delivered_under(&lock);
                    let lock = world.lock_to_rule(&lock);
                    world.rule(&lock, Ruling::Unlock(owed), "totalizer read")?;
                    self.coverage.rulings += 1;
                }
                Err(NotFreed::ApplicationLocked) => drop(world.unblock_and_unlock(0, card)),
                _ => {}
            }
            now = view(world)?;
        }
        if now.status.state == GreyState::Grey {
            return Err(format!("grey, {:?}", world.unlock(0, card, honest())));
        }
        if now.application != Application::Open {
            let _ = world.unblock_and_unlock(0, card);
        }
        let _ = world.unlock(0, card, honest());
        let purse = self.purses[card];
        let cents = now.purse(purse).balance.units().min(100);
        let fill = Fill { purse, ..Fill::of(cents) };
        let sale = world.refuel(0, card, fill);
        sale.map_err(|why| format!("an honest refuelling afterwards: {why:?}"))?;
        // The next on-line number proves what became of those before it.
        let load = Buy { purse, ..Buy::of(1) };
        let load = world.transfer(0, card, Way::Load, load);
        load.map(drop).map_err(|why| format!("an honest load afterwards: {why:?}"))
    }

    /// Protocol §11, to the cent.
    fn weigh(&self, rest: &mut AtRest) {
        let verdict = proof::verdict(&self.world);
        for problem in &verdict.problems {
            rest.cents_off += problem.cents.unsigned_abs();
            rest.wrong.push(format!("{}: {}", problem.what, problem.evidence));
        }
        let totals = verdict.totals;
        let (goods, claimed) = self.weigh_counter(rest);
        let paid =
            totals.openings + totals.loads - totals.unloads - totals.money_on_cards - claimed;
        let (delivered, owed) = (self.world.delivered() + goods, totals.owed_to_stations);
        if paid != delivered {
            rest.cents_off += paid.abs_diff(delivered);
            rest.wrong.push(format!("{delivered} flowed, the cards paid {paid}"));
        }
        if owed != delivered {
            rest.cents_off += owed.abs_diff(delivered);
            rest.wrong.push(format!("{delivered} flowed, the stations are owed {owed}"));
        }
        rest.wrong.extend(till::weigh(&self.world.centre));
        let black = self.world.centre.blacklist();
        if let Some((asn, code)) = black.first() {
            rest.wrong.push(format!("{asn} is on the blacklist and was never copied: {code}"));
        }
    }

    /// What purchases are owed, and what of them cardholders claim. Goods that were given are owed,
    /// and nothing is in flight any more.
    fn weigh_counter(&self, rest: &mut AtRest) -> (i64, i64) {
        let rows = self.world.centre.purchases();
        let owed: Vec<LockId> =
            rows.iter().filter(|row| row.owed).map(|row| row.terms.id).collect();
        for goods in self.goods.iter().filter(|goods| !owed.contains(goods)) {
            rest.wrong.push(format!("{goods}: goods were given, and nobody is owed them"));
        }
        let amount = |row: &PurchaseRow| i64::from(row.terms.amount.units());
        let paid = rows.iter().filter(|row| row.owed).map(amount).sum();
        let by_card = |row: &&PurchaseRow| !row.owed && row.end == PurchaseEnd::Succession;
        let claimed = rows.iter().filter(by_card).map(amount).sum();
        let accounts = self.world.centre.trial_balance().accounts;
        let in_flight = |account: &Account| matches!(account, Account::InFlight(..));
        for (account, sum) in accounts.iter().filter(|(account, _)| in_flight(account)) {
            rest.wrong.push(format!("{account:?}: {sum} is in flight for ever"));
        }
        (paid, claimed)
    }

    pub(super) fn count_endings(&mut self) {
        let ends = self.world.centre.purchases().into_iter().map(|row| row.end);
        let charged = self.world.centre.transfers().into_iter().filter(|row| row.charged);
        self.coverage.charged_to_accounts += charged.count() as u64;
        let by_succession = ends.filter(|end| *end == PurchaseEnd::Succession).count();
        self.coverage.purchases_by_succession += by_succession as u64;
        for row in self.world.centre.outcomes() {
            let reached = &mut self.coverage;
            match row.ending {
                Some(Ending::Tac(_)) => reached.settled_by_tac += 1,
                Some(Ending::Mac3(_)) => reached.settled_by_mac3 += 1,
                Some(Ending::Succession(_)) => reached.settled_by_succession += 1,
                Some(Ending::Operators(_) | Ending::Replaced(_)) => {
                    reached.settled_by_operators += 1;
                }
                None => {}
            }
            match row.outcome {
                Some(Outcome::NoDispense) => reached.no_dispense += 1,
                Some(Outcome::Void) => reached.void += 1,
                Some(Outcome::Unproved) => reached.unproved += 1,
                _ => {}
            }
            reached.quarantined += row.quarantined as u64;
        }
    }
}
