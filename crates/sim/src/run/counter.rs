//! Visits at the counter: purchases, loads and unloads, with everything that goes wrong in them.

use station::purchase::{NoGoods, PutRight, purchase};
use station::transfer::{NotTransferred, transfer};
use station::visit;
use terminal::transfer::{Transfer, Way};
use terminal::{Checks, Clock as _, NotPaid, Payment, PurchaseProgress, Terminal};
use wire::Amount;

use super::courier::Weather;
use super::operators::Needs;
use super::plan::Visit;
use super::stage::{Parts, Stage};
use crate::reader::CardReader;
use crate::world::{Forecourt, PIN, sale_terms};

impl Stage {
    /// A purchase: whether its goods were given, and what the card waits for.
    pub(super) fn pay(
        &mut self,
        planned: &Visit,
        card: usize,
        cents: u32,
        mut reader: CardReader,
        weather: &mut Weather,
    ) -> (bool, Needs) {
        let purse = self.purses[card];
        let Some(Parts { place, mut link, mut clock, blacklist }) =
            self.parts(planned.site, weather)
        else {
            return (false, Needs::Nothing);
        };
        let today = clock.now().date;
        let power = std::rc::Rc::clone(&place.power);
        let mut forecourt = Forecourt::idle(&mut place.pump, &mut place.flows, &power);
        let mut terminal = Terminal {
            card: &mut reader,
            psam: &mut place.psam,
            journal: &mut place.journal,
            clock: &mut clock,
            dispenser: &mut forecourt,
            sale: sale_terms(Amount::MAX),
            tid: place.tid,
            alone: true,
        };
        let checks = Checks { today, issuers: &[], blacklist: &|asn| blacklist.contains(&asn) };
        let amount = Amount::new(cents).unwrap_or(Amount::MAX);
        let payment = Payment { purse, pin: &PIN, amount };
        let mut put_right = PutRight::default();
        let outcome = purchase(&mut terminal, &mut link, &checks, &payment, &mut put_right);
        if power.get() {
            let _ = visit::upload(&mut place.journal, &mut link);
        }
        self.take_out(card, reader);
        self.coverage.freed(put_right.freed.as_ref());
        self.paid(&outcome, &put_right);
        let needs = match &outcome {
            Err(NoGoods::Before(why)) => Needs::of(why),
            _ => Needs::Nothing,
        };
        (outcome.is_ok(), needs)
    }

    fn paid(&mut self, outcome: &Result<terminal::Goods, NoGoods>, put_right: &PutRight) {
        let reached = &mut self.coverage;
        match outcome {
            Ok(goods) => {
                reached.purchases += 1;
                self.goods.push(goods.terms().id);
            }
            Err(NoGoods::Before(_) | NoGoods::NotPaid(NotPaid::Nothing(_))) => {
                reached.refused_purchases += 1;
            }
            Err(NoGoods::NotPaid(_)) => reached.open_purchases += 1,
        }
        let void = |progress: &&PurchaseProgress| matches!(progress, PurchaseProgress::Void(_));
        reached.void += put_right.purchases.iter().filter(void).count() as u64;
    }

    /// A load or unload.
    pub(super) fn transfer(
        &mut self,
        planned: &Visit,
        card: usize,
        (way, cents): (Way, u32),
        mut reader: CardReader,
        weather: &mut Weather,
    ) -> (bool, Needs) {
        let purse = self.purses[card];
        let Some(Parts { place, mut link, mut clock, blacklist }) =
            self.parts(planned.site, weather)
        else {
            return (false, Needs::Nothing);
        };
        let checks = Checks {
            today: clock.now().date,
            issuers: &[],
            blacklist: &|asn| blacklist.contains(&asn),
        };
        let amount = Amount::new(cents).unwrap_or(Amount::MAX);
        let wish = Transfer { way, purse, pin: &PIN, amount };
        let outcome = transfer(&mut reader, &mut link, &checks, &wish, place.tid);
        self.take_out(card, reader);
        let reached = &mut self.coverage;
        match &outcome {
            Ok(done) => {
                reached.transfers += 1;
                reached.unproved_transfers += u64::from(!done.confirmed);
            }
            Err(NotTransferred::Unknown { .. }) => reached.open_transfers += 1,
            Err(_) => reached.refused_transfers += 1,
        }
        (outcome.is_ok(), Needs::Nothing)
    }
}
