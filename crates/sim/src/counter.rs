//! A counter: purchases, loads and unloads (protocol §7).

use nvm::memory::Tear;
use station::purchase::{NoGoods, PutRight, purchase};
use station::transfer::{NotTransferred, Transferred, transfer};
use station::visit::{self, NotFreed};
use terminal::transfer::{Transfer, Way};
use terminal::{Checks, Clock, Failure, Goods, Payment, Terminal};
use wire::Purse;

use crate::forecourt::Forecourt;
use crate::reader::{Shim, honest};
use crate::world::{NO_CARD, PIN, World, cents, sale_terms};

/// One purchase: how much, from which purse, and what goes wrong.
pub struct Buy {
    /// Cents.
    pub amount: u32,
    /// Which purse pays.
    pub purse: Purse,
    /// Who is on the card's wire.
    pub shim: Shim,
    /// The card's power fails in one of its writes.
    pub card_torn: Option<Tear>,
}

impl Buy {
    /// An honest purchase from ED.
    #[must_use]
    pub fn of(amount: u32) -> Self {
        Self::through(amount, honest())
    }

    /// With somebody on the wire.
    #[must_use]
    pub fn through(amount: u32, shim: Shim) -> Self {
        Self { amount, purse: Purse::Ed, shim, card_torn: None }
    }
}

impl World {
    /// A card comes to a site to pay for goods.
    pub fn purchase(
        &mut self,
        site: usize,
        card: usize,
        buy: Buy,
        put_right: &mut PutRight,
    ) -> Result<Goods, NoGoods> {
        let before = |failure: Failure| NoGoods::Before(NotFreed::Failed(failure));
        let mut reader = self.insert(card, buy.shim).map_err(before)?;
        if let Some(tear) = buy.card_torn {
            reader.arm(tear);
        }
        let now = self.clock.now();
        let line = self.line();
        let place = self.sites.get_mut(site).ok_or(before(NO_CARD))?;
        let mut forecourt = Forecourt::idle(&mut place.pump, &mut place.flows, &place.power);
        let mut link = line.to(&mut self.centre, place.station, now);
        let mut terminal = Terminal {
            card: &mut reader,
            psam: &mut place.psam,
            journal: &mut place.journal,
            clock: &mut self.clock,
            dispenser: &mut forecourt,
            sale: sale_terms(self.station_limit),
            tid: place.tid,
            alone: true,
        };
        let checks = Checks {
            today: now.date,
            issuers: &[],
            blacklist: &|asn| self.blacklist.contains(&asn),
        };
        let payment = Payment { purse: buy.purse, pin: &PIN, amount: cents(buy.amount) };
        let outcome = purchase(&mut terminal, &mut link, &checks, &payment, put_right);
        if place.power.get() {
            let _ = visit::upload(&mut place.journal, &mut link);
        }
        self.pocket(card, reader);
        outcome
    }

    /// A card comes to a site to be loaded or unloaded; `buy` says how much and what goes wrong.
    pub fn transfer(
        &mut self,
        site: usize,
        card: usize,
        way: Way,
        buy: Buy,
    ) -> Result<Transferred, NotTransferred> {
        let mut reader = self.insert(card, buy.shim)?;
        if let Some(tear) = buy.card_torn {
            reader.arm(tear);
        }
        let (now, line) = (self.clock.now(), self.line());
        let place = self.sites.get_mut(site).ok_or(NO_CARD)?;
        let mut link = line.to(&mut self.centre, place.station, now);
        let checks = Checks {
            today: now.date,
            issuers: &[],
            blacklist: &|asn| self.blacklist.contains(&asn),
        };
        let wish = Transfer { way, purse: buy.purse, pin: &PIN, amount: cents(buy.amount) };
        let outcome = transfer(&mut reader, &mut link, &checks, &wish, place.tid);
        self.pocket(card, reader);
        outcome
    }
}
