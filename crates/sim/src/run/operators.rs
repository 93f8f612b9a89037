//! What people at the centre do while things break: two operators rule, an application is unblocked.

use host::{Answer, Approval, Input, Proposal, Ruling};
use station::visit::{self, NoSale, NotFreed};
use terminal::Clock;

use super::courier::Weather;
use super::dice::Dice;
use super::rest::shown_lock;
use super::stage::{Parts, Stage};
use crate::deeds::unblock;
use crate::reader::honest;

/// What a card that was not freed waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Needs {
    Nothing,
    Ruling,
    Unblocking,
}

impl Needs {
    pub(super) const fn of(why: &NotFreed) -> Self {
        match why {
            NotFreed::Wait(_) => Self::Ruling,
            NotFreed::ApplicationLocked => Self::Unblocking,
            _ => Self::Nothing,
        }
    }

    pub(super) const fn of_sale<T>(outcome: &Result<T, NoSale>) -> Self {
        match outcome {
            Err(NoSale::Before(why)) => Self::of(why),
            _ => Self::Nothing,
        }
    }
}

impl Stage {
    /// Somebody helps the card that just was at a site, or has no time.
    pub(super) fn help(
        &mut self,
        needs: Needs,
        site: usize,
        card: usize,
        weather: &mut Weather,
        dice: &mut Dice,
    ) {
        let helped = match needs {
            Needs::Ruling if dice.one_in(2) => self.rule(card),
            Needs::Unblocking if dice.one_in(2) => self.unblock(site, card, weather),
            _ => return,
        };
        match (needs, helped) {
            (_, None) => {}
            (Needs::Unblocking, Some(())) => self.coverage.unblocked += 1,
            (_, Some(())) => self.coverage.rulings_amid_faults += 1,
        }
    }

    /// Two operators read the totalizer and rule what an unlock of this card debits. `None` when
    /// it is dark, when the centre did not take it, or when nobody heard its answer.
    fn rule(&mut self, card: usize) -> Option<()> {
        let lock = shown_lock(&self.world.look(card)?)?;
        if self.world.site_of(&lock).is_some_and(|site| self.is_down(site)) {
            return None;
        }
        let ruling = Ruling::Unlock(self.world.delivered_under(&lock));
        let lock = self.world.lock_to_rule(&lock);
        let (maker, checker) = ("Mona".to_owned(), "Karl".to_owned());
        let (reason, now) = ("totalizer read".to_owned(), self.now());
        let proposal = Input::Propose(Proposal { lock, ruling, maker, reason, now });
        let approval = Input::Approve(Approval { lock, ruling, checker, now: self.now() });
        for input in [proposal, approval] {
            self.office.apply(&mut self.world.centre, &input)?.ok()?;
        }
        Some(())
    }

    /// The centre unblocks the application over the card's challenge, and then unlocks the card,
    /// in one session (protocol §10).
    fn unblock(&mut self, site: usize, card: usize, weather: &mut Weather) -> Option<()> {
        let asn = self.world.cards.get(card)?.asn;
        let mut reader = self.world.insert(card, honest()).ok()?;
        let parts = self.parts(site, weather);
        let done = parts.and_then(|Parts { place, mut link, mut clock, .. }| {
            let now = clock.now();
            let unblock_over = |challenge| Input::Unblock { asn, version: None, challenge, now };
            let ask = |challenge| match link.centre_does(&unblock_over(challenge)) {
                Some(Ok(Answer::Unblocked(mac))) => Ok(mac),
                other => Err(format!("{other:?}")),
            };
            unblock(&mut reader, ask).ok()?;
            let _ = visit::unlock(&mut reader, &mut place.journal, &mut link, place.tid);
            Some(())
        });
        self.world.pocket(card, reader);
        done
    }
}
