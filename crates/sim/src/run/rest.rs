//! The faults stop: the world comes to rest, and everything must add up to the cent.

use card::{Application, View};
use host::{Ending, Outcome, Ruling};
use station::visit::NotFreed;
use wire::{GreyState, LockId};

use super::courier::Weather;
use super::plan::SITES;
use super::stage::Stage;
use super::{attack, watch};
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
        sale.map(drop).map_err(|why| format!("an honest refuelling afterwards: {why:?}"))
    }

    /// Protocol §11, to the cent.
    fn weigh(&self, rest: &mut AtRest) {
        let verdict = proof::verdict(&self.world);
        for problem in &verdict.problems {
            rest.cents_off += problem.cents.unsigned_abs();
            rest.wrong.push(format!("{}: {}", problem.what, problem.evidence));
        }
        let totals = verdict.totals;
        let paid = totals.openings - totals.money_on_cards;
        let (delivered, owed) = (self.world.delivered(), totals.owed_to_stations);
        if paid != delivered {
            rest.cents_off += paid.abs_diff(delivered);
            rest.wrong.push(format!("{delivered} flowed, the cards paid {paid}"));
        }
        if owed != delivered {
            rest.cents_off += owed.abs_diff(delivered);
            rest.wrong.push(format!("{delivered} flowed, the stations are owed {owed}"));
        }
        let black = self.world.centre.blacklist();
        if let Some((asn, code)) = black.first() {
            rest.wrong.push(format!("{asn} is on the blacklist and was never copied: {code}"));
        }
    }

    pub(super) fn count_endings(&mut self) {
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
