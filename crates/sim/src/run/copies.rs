//! Epochs in which a card exists twice, or again: software alone cannot prevent it, so it must
//! be detected, named, and booked as a loss to the cent (protocol §11).

use std::collections::{BTreeMap, BTreeSet};

use host::{Account, Code};
use station::visit::NotFreed;
use wire::{Asn, LockId, Purse};

use super::dice::Dice;
use super::fault::Fault;
use super::plan::{Errand, Plan, SITES};
use super::rest::AtRest;
use super::stage::Stage;
use crate::proof;
use crate::reader::honest;
use crate::world::Fill;

/// Two locks of one purse number.
type Collisions = BTreeMap<(Asn, Purse, u16), BTreeSet<LockId>>;

impl Stage {
    /// Plays the visits with one card; somewhere on the way it is copied or put back.
    pub(super) fn play_copies(&mut self, plan: &Plan) -> Result<AtRest, String> {
        let mut dice = Dice::new(!plan.seed);
        let cloned = dice.one_in(2);
        let split = dice.index(plan.visits.len());
        let back = dice.index(plan.visits.len());
        let mut image = None;
        let mut cards = vec![0];
        for (at, visit) in plan.visits.iter().enumerate() {
            if at == split {
                image = Some(self.world.copy_of(0));
                if let Some(image) = image.clone().filter(|_| cloned) {
                    cards.push(self.world.clone_card(0, image)?);
                    self.purses.push(self.purses[0]);
                    self.tally.add(Fault::CardCloned);
                }
            }
            if let Some(image) = image.take_if(|_| !cloned && at == split.max(back)) {
                self.world.cards[0].memory = image;
                self.tally.add(Fault::CardRolledBack);
            }
            // The stations learn of the blacklist late.
            if dice.one_in(10) {
                self.world.blacklist =
                    self.world.centre.blacklist().into_iter().map(|(asn, _)| asn).collect();
            }
            let (Errand::Buy(cents) | Errand::FillUp(cents)) = visit.errand else { continue };
            let card = dice.pick(&cards);
            let fill = Fill { purse: self.purses[card], ..Fill::of(cents) };
            let outcome = self.world.refuel(visit.site, card, fill);
            self.coverage.sold(&outcome);
        }
        for site in 0..SITES {
            self.world.upload(site);
        }
        self.free_copies(&cards)?;
        Ok(self.weigh_copies())
    }

    /// No faults but the copy: no card is grey.
    fn free_copies(&mut self, cards: &[usize]) -> Result<(), String> {
        for card in cards {
            match self.world.unlock(0, *card, honest()) {
                Ok(_) | Err(NotFreed::Wait(_)) => {}
                Err(why) => return Err(format!("copied card {card}: {why:?}")),
            }
        }
        Ok(())
    }

    fn collisions(&self) -> Collisions {
        let mut by_number = Collisions::new();
        for row in self.world.centre.outcomes() {
            if let Some(lock) = row.lock.filter(|_| row.ending.is_some()) {
                by_number.entry((lock.asn, lock.purse, lock.ctc)).or_default().insert(lock);
            }
        }
        by_number.retain(|_, locks| locks.len() > 1);
        by_number
    }

    /// The copy is named, and what was debited twice is booked as a loss, to the cent.
    fn weigh_copies(&mut self) -> AtRest {
        let mut rest = AtRest::default();
        let collisions = self.collisions();
        let lost: i64 = collisions.values().map(|locks| self.lost_among(locks, &mut rest)).sum();
        let is_loss = |account: &Account| matches!(account, Account::WriteOff);
        let booked = -self.world.sum_of(is_loss);
        if booked != lost {
            rest.cents_off += booked.abs_diff(lost);
            rest.wrong.push(format!("{lost} was debited twice, {booked} is booked as a loss"));
        }
        let is_due = |account: &Account| matches!(account, Account::StationPayable(_));
        let (owed, delivered) = (self.world.sum_of(is_due), self.world.delivered());
        let claimed = self.world.claims_of_stations();
        if owed + claimed != delivered {
            rest.cents_off += delivered.abs_diff(owed + claimed);
            rest.wrong.push(format!("{delivered} flowed, {owed} is owed and {claimed} claimed"));
        }
        self.check_named(&collisions, &mut rest);
        self.coverage.copies_named += u64::from(!collisions.is_empty());
        self.coverage.cents_lost_to_copies += booked.unsigned_abs();
        rest
    }

    /// What is lost under one number: all of its locks but one.
    fn lost_among(&self, locks: &BTreeSet<LockId>, rest: &mut AtRest) -> i64 {
        let books = self.world.centre.books();
        let amount = |lock: &&LockId| -> i64 {
            let rows = self.world.centre.outcomes();
            let row = rows.iter().find(|row| row.lock == Some(**lock));
            row.and_then(|row| row.amount).map_or(0, |amount| i64::from(amount.units()))
        };
        let lost =
            |lock: &&LockId| host::Books::booked(books, lock).amount(&Account::WriteOff) != 0;
        let empty = |lock: &&LockId| amount(lock) == 0;
        let kept = locks.iter().filter(|lock| !lost(lock) && !empty(lock)).count();
        if kept > 1 {
            rest.wrong.push(format!("{kept} locks of one number are no loss: {locks:?}"));
        }
        locks.iter().filter(lost).map(|lock| amount(&lock)).sum()
    }

    /// On the blacklist, with an alarm, and found by the audit; or nothing of all that.
    fn check_named(&self, collisions: &Collisions, rest: &mut AtRest) {
        let copied = !collisions.is_empty();
        let asn = self.world.cards[0].asn;
        let centre = &self.world.centre;
        let black = centre.blacklist().iter().any(|(listed, _)| *listed == asn);
        let alarm = centre.notices().iter().any(|notice| {
            notice.code == Code::ClonedOrRolledBackCard && notice.about.asn == Some(asn)
        });
        if (black, alarm) != (copied, copied) {
            rest.wrong.push(format!(
                "numbers used twice: {copied}, blacklisted: {black}, alarm: {alarm}"
            ));
        }
        if copied && proof::verdict(&self.world).ok {
            rest.wrong.push("the audit finds nothing wrong with a copied card".to_owned());
        }
        let sum = centre.trial_balance().sum;
        if sum != 0 {
            rest.wrong.push(format!("the books sum to {sum}"));
        }
    }
}
