//! What a customer asks for: a refuelling, an unlock, money without fuel.

use std::sync::Arc;

use api::site::Outcome;
use logbook::Fill;
use station::purchase::{NoGoods, PutRight, purchase};
use station::transfer::{NotTransferred, transfer};
use station::visit::{self, NoSale, NotFreed};
use terminal::flow::Wish;
use terminal::transfer::{Transfer, Way};
use terminal::{Checks, Failure, Journal as _, NotPaid, Payment, Ready};
use wire::{Amount, Asn, Purse};

use crate::asked::{Pay, Refuel, What};
use crate::common::{Common, sale_terms_of};
use crate::grants::{Beginning, Granted};
use crate::inside::Session;
use crate::limits::Fuelling;
use crate::line::Line;
use crate::nozzle::{Nozzle, Trouble};
use crate::outcome;
use crate::parameters::Parameters;
use crate::refused::{NoLock, name_of};
use crate::words::failure_words;

/// How a visit ended, and what it says of the nozzle.
type Ended = (Outcome, Option<Trouble>);

/// Somebody changed the card while it was in.
const OTHER_CARD: &str =
    "another card is in than the one that was looked at: pull it and put it in again";

impl Nozzle {
    /// The card, free; or how the visit ends at once.
    fn free(
        &mut self,
        session: &mut Session,
        begun: Outcome,
    ) -> Result<(Ready, Outcome), Box<Ended>> {
        let looked_at = session.asn;
        let ready = self.begin(session);
        let begun = outcome::with_card(begun, looked_at, session.freed.take().as_ref());
        let ready = match ready {
            Ok(ready) => ready,
            Err(reason) => return Err(Box::new(self.not_freed(begun, &reason))),
        };
        if looked_at.is_some_and(|asn| asn != ready.asn()) {
            let ended = outcome::refused(begun, "other_card", OTHER_CARD.to_owned());
            return Err(Box::new((ended, None)));
        }
        Ok((ready, begun))
    }

    fn not_freed(&self, begun: Outcome, reason: &NotFreed) -> Ended {
        let trouble = match reason {
            NotFreed::Failed(failure) => self.works.trouble(failure),
            _ => None,
        };
        (outcome::not_freed(begun, reason), trouble)
    }

    /// Frees the card, or says that it was freed when it was put in.
    pub(crate) fn unlock(&mut self, session: &mut Session, begun: Outcome) -> Ended {
        let freed_before = session.freed.take();
        let ready = self.begin(session);
        match (session.freed.take().or(freed_before), ready) {
            (Some(freed), _) => (outcome::unlocked(begun, &freed), None),
            (None, Ok(ready)) => (outcome::with_card(begun, Some(ready.asn()), None), None),
            (None, Err(reason)) => {
                self.not_freed(outcome::with_card(begun, session.asn, None), &reason)
            }
        }
    }

    /// A whole refuelling.
    pub(crate) fn refuel(
        &mut self,
        session: &mut Session,
        begun: Outcome,
        asked: &Refuel,
    ) -> Ended {
        let (ready, begun) = match self.free(session, begun) {
            Ok(free) => free,
            Err(ended) => return *ended,
        };
        // Others may come into force at any moment: one fill has one set.
        let prices = self.common.prices_now();
        let common = Arc::clone(&self.common);
        // The second counts among the vehicle's fills until this one has ended.
        let (limit, _granted) = match self.ceiling(&common, &prices, ready.asn(), asked) {
            Ok(decided) => decided,
            Err(no) => return (outcome::refused(begun, no.name(), no.to_string()), None),
        };
        let sale = sale_terms_of(&prices, (self.number, self.product()), limit);
        let blacklist = |asn| common.uplink.is_blacklisted(asn);
        let checks =
            Checks { today: common.now().date, issuers: &common.issuers, blacklist: &blacklist };
        // A lock on a card that cannot pay one coin would be for nothing.
        let wish = Wish { purse: asked.purse, pin: asked.pin.as_bytes(), amount: Amount::new(1) };
        self.works.book.set_vehicle(asked.vehicle.as_deref());
        let mut terminal = self.works.terminal(&mut session.card, sale);
        let sold = visit::sell(&mut terminal, ready, &checks, &wish);
        self.works.book.set_vehicle(None);
        match sold {
            Ok(sale) => (outcome::sold(begun, &sale), None),
            Err(NoSale::Before(reason)) => self.not_freed(begun, &reason),
            Err(NoSale::After { lock, failure }) => {
                let progress = self.works.book.progress(lock.tid, lock.ttc);
                let ended = outcome::escaped(begun, &lock, progress.as_ref(), &failure);
                (ended, self.works.trouble(&failure))
            }
        }
    }

    /// The most that this fill may cost, or why it does not begin.
    fn ceiling<'c>(
        &self,
        common: &'c Common,
        prices: &Parameters,
        asn: Asn,
        asked: &Refuel,
    ) -> Result<(Amount, Option<Granted<'c>>), NoLock> {
        common.may_lock()?;
        let (logbook, day) = (&common.logbook, common.now().date);
        let today = logbook.fills(asn, day);
        let vehicle = asked.vehicle.as_deref();
        let (nozzle, product) = (self.number, self.product());
        let decide = |vehicle_today: &[Fill]| {
            let fuelling = Fuelling { asn, nozzle, product, vehicle, today: &today, vehicle_today };
            let ceiling = prices.ceiling(&fuelling)?;
            match asked.amount {
                Some(Amount::ZERO) => Err(NoLock::AboveLimit("that was asked for")),
                Some(amount) => Ok(ceiling.min(amount)),
                None => Ok(ceiling),
            }
        };
        let Some(plate) = vehicle else { return Ok((decide(&[])?, None)) };
        let beginning = Beginning { vehicle: logbook.vehicle(plate), day, nozzle, product };
        let price = prices.product(product).map_or(0, |product| product.terms.unit_price);
        let (amount, granted) = common.grants.decide(logbook, beginning, price, decide)?;
        Ok((amount, Some(granted)))
    }

    /// A load, an unload or a purchase.
    pub(crate) fn pay(&mut self, session: &mut Session, begun: Outcome, asked: &Pay) -> Ended {
        match asked.what {
            What::Purchase => self.purchase(session, begun, asked),
            What::Transfer(way) => self.transfer(session, begun, (way, asked)),
        }
    }

    fn purchase(&mut self, session: &mut Session, begun: Outcome, asked: &Pay) -> Ended {
        if let Err(no) = self.common.may_lock() {
            return (outcome::refused(begun, no.name(), no.to_string()), None);
        }
        let sale = self.sale_terms(Amount::MAX);
        let common = Arc::clone(&self.common);
        let blacklist = |asn| common.uplink.is_blacklisted(asn);
        let checks =
            Checks { today: common.now().date, issuers: &common.issuers, blacklist: &blacklist };
        let pin = asked.pin.as_ref().map_or(&[][..], |pin| pin.as_bytes());
        let payment = Payment { purse: asked.purse, pin, amount: asked.amount };
        let mut put_right = PutRight::default();
        let mut line = Line::new(&*common.uplink);
        let mut terminal = self.works.terminal(&mut session.card, sale);
        let paid = purchase(&mut terminal, &mut line, &checks, &payment, &mut put_right);
        let freed =
            put_right.freed.map(|freed| outcome::WasFreed { freed, how: line.how(freed.how) });
        let freed = freed.or(session.freed.take());
        let mut ended = outcome::with_card(begun, session.asn, freed.as_ref());
        match paid {
            Ok(goods) => {
                let terms = goods.terms();
                ended.outcome = "done".to_owned();
                ended.amount = terms.amount.units();
                ended.balance_before = Some(terms.balance.units());
                ended.balance_after = terms.balance.checked_sub(terms.amount).map(Amount::units);
                ended.lock = Some(crate::words::lock_document(&terms.id));
                ended.tac = Some(goods.tac().to_string());
                (ended, None)
            }
            Err(NoGoods::Before(reason)) => self.not_freed(ended, &reason),
            Err(NoGoods::NotPaid(NotPaid::Nothing(failure))) => self.failed(ended, &failure),
            Err(NoGoods::NotPaid(NotPaid::Unknown { terms, failure })) => {
                ended.lock = Some(crate::words::lock_document(&terms.id));
                let words = format!(
                    "{}; give no goods: whether the card paid is shown when it is put in again",
                    failure_words(&failure)
                );
                (outcome::refused(ended, "unknown", words), self.works.trouble(&failure))
            }
            Err(NoGoods::NotPaid(NotPaid::Unproved { terms, failure, .. })) => {
                ended.lock = Some(crate::words::lock_document(&terms.id));
                let words = format!(
                    "{}; give no goods: something answered, the PSAM does not prove that the card paid, and the centre finds out",
                    failure_words(&failure)
                );
                (outcome::refused(ended, "unproved", words), self.works.trouble(&failure))
            }
        }
    }

    fn failed(&self, begun: Outcome, failure: &Failure) -> Ended {
        let ended = outcome::refused(begun, name_of(failure), failure_words(failure));
        (ended, self.works.trouble(failure))
    }

    fn transfer(
        &mut self,
        session: &mut Session,
        begun: Outcome,
        (way, asked): (Way, &Pay),
    ) -> Ended {
        let (_, mut ended) = match self.free(session, begun) {
            Ok(free) => free,
            Err(ended) => return *ended,
        };
        let common = Arc::clone(&self.common);
        let blacklist = |asn| common.uplink.is_blacklisted(asn);
        let checks =
            Checks { today: common.now().date, issuers: &common.issuers, blacklist: &blacklist };
        let pin = asked.pin.as_ref().map_or(&[][..], |pin| pin.as_bytes());
        let wish = Transfer { way, purse: asked.purse, pin, amount: asked.amount };
        let mut line = Line::waiting(&*common.uplink);
        match transfer(&mut session.card, &mut line, &checks, &wish, self.works.tid) {
            Ok(done) => {
                ended.outcome = "done".to_owned();
                ended.amount = done.asked.amount.units();
                ended.balance_before = Some(done.asked.init.balance.units());
                ended.balance_after = Some(done.balance_after.units());
                ended.tac = Some(done.tac.to_string());
                (ended, None)
            }
            Err(NotTransferred::Failed(failure)) => self.failed(ended, &failure),
            Err(other) => {
                let (name, words) = no_transfer(&other, asked.purse);
                (outcome::refused(ended, name, words), None)
            }
        }
    }
}

fn no_transfer(reason: &NotTransferred, purse: Purse) -> (&'static str, String) {
    match reason {
        NotTransferred::Failed(failure) => (name_of(failure), failure_words(failure)),
        NotTransferred::Refused(words) => {
            ("centre_refuses", format!("the centre refuses: {words}"))
        }
        NotTransferred::NoLink => {
            ("no_link", format!("the centre is out of reach: {purse} stays as it is"))
        }
        NotTransferred::Grey => ("card_grey", "the card is grey: free it first".to_owned()),
        NotTransferred::Unread => (
            "code_unread",
            "the card shows a code that the centre has not taken yet, and this would wipe it"
                .to_owned(),
        ),
        NotTransferred::Unknown { failure, .. } => (
            "unknown",
            format!("{failure}; whether it was done is shown when the card is put in again"),
        ),
    }
}
