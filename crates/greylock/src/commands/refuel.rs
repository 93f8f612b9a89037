//! `greylock refuel`: one refuelling at a terminal with a simulated pump.

use explain::Chip;
use serde_json::{Value, json};
use station::visit::{self, Freed, NoSale, NotFreed, Sale};
use station::{Pump, StationJournal};
use terminal::flow::Wish;
use terminal::price::amount_of;
use terminal::{Checks, Dispenser, Failure, NoReading, Open, Progress, SaleTerms, Terminal};
use wire::record::{Rounding, encode};
use wire::{Amount, Certified, LockId, Purse};

use super::glance::Glance;
use super::words;
use crate::centre::{StationLink, open_link};
use crate::cli::RefuelArgs;
use crate::env::resolve_pin;
use crate::error::Error;
use crate::media::{CardIn, Counted, FileNvm, Hand, Place, PsamIn};
use crate::output::{Context, Exit, Report};
use crate::trace::Trace;
use crate::{hold, site};

/// A litre, a kilowatt-hour: 7.89.
const UNIT_PRICE: u32 = 789;

/// The pump, and the hand that pulls the card while it runs.
struct Forecourt<'a> {
    pump: &'a mut Pump<FileNvm>,
    wanted: Amount,
    escape_at: Option<Amount>,
    hand: Hand,
}

impl Dispenser for Forecourt<'_> {
    fn totalizer(&mut self) -> Result<u64, NoReading> {
        self.pump.totalizer()
    }

    fn dispense(&mut self, permit: &Open) -> Result<u64, NoReading> {
        let stop_at = self.escape_at.map_or(self.wanted, |escape| escape.min(self.wanted));
        self.pump.set_flow(station::pump::Flow { stop_at });
        let after = self.pump.dispense(permit)?;
        if self.escape_at.is_some() {
            self.hand.pull();
        }
        Ok(after)
    }
}

/// One refuelling: lock, deliver, debit. A grey card is unlocked first where that is possible.
///
/// # Errors
/// What could not be opened; nothing has happened then.
pub(crate) fn run(args: &RefuelArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    if let Some(station) = station_of(args)? {
        return super::at_station::refuel(args, station, context);
    }
    let pin = resolve_pin(args.payer.pin_file.as_deref(), &context.io.settings)?;
    let trace = Trace::open(&args.line.trace)?;
    let mut card = Counted::new(trace.of(CardIn::open(&args.inserted.card)?, Chip::Card));
    let mut psam = Counted::new(trace.of(PsamIn::open(&args.sam.psam)?, Chip::Psam));
    let station = site::station_name(&args.kept.journal);
    let mut link = open_link(args.line.host.as_deref(), &args.line.caller, station, context)?;
    let mut journal = site::open_or_make_journal(&args.kept.journal, context.io.random)?;
    let mut pump = site::open_or_make_pump(&args.kept.journal)?;
    let image = card.slot().view();
    if let Some(view) = &image {
        link.adopt(view)?;
    }
    if let Some(warning) = pin.warning() {
        context.warn(warning);
    }
    journal.watch(hold::watcher(args.hold_at));

    let tid = terminal::psam::open(&mut psam).map_err(|failure| words::error(&failure))?;
    let purse = args.payer.purse.into();
    let (wanted, escape_at, hand) = (args.amount, args.escape_at, card.hand());
    let mut forecourt = Forecourt { pump: &mut pump, wanted, escape_at, hand };
    let today = context.io.clock.now().date;
    let mut freed = None;
    let outcome = {
        let mut terminal = Terminal {
            card: &mut card,
            psam: &mut psam,
            journal: &mut journal,
            clock: &mut context.io.clock,
            dispenser: &mut forecourt,
            sale: sale_terms(),
            tid,
            alone: true,
        };
        let blacklist = &link.blacklist().to_vec();
        let checks = Checks { today, issuers: &[], blacklist: &|asn| blacklist.contains(&asn) };
        let wish = Wish { purse, pin: pin.digits(), amount: Some(args.amount) };
        visit::refuel(&mut terminal, &mut link, &checks, &wish, &mut freed)
    };
    upload(&mut journal, &mut link, context);
    let before = image.map(|view| Glance::of(&view));
    let glance = before.or_else(|| look_afterwards(&outcome, card.slot_mut()));
    let visit = Visit {
        apdus: card.apdus() + psam.apdus(),
        freed,
        purse,
        balance_before: glance.map(|glance| glance.balance(purse)),
        asn: glance.map(|glance| glance.asn),
        places: [&args.inserted.card, &args.sam.psam],
    };
    Ok(match outcome {
        Ok(sale) => visit.settled(&sale),
        Err(NoSale::After { lock, failure }) => visit.escaped(&journal, &mut pump, &lock, &failure),
        Err(NoSale::Before(reason)) => visit.before(&reason),
    })
}

/// The running station, if one is meant; only it has limits of vehicles.
fn station_of(args: &RefuelArgs) -> Result<Option<&str>, Error> {
    match args.line.at.running()? {
        None if args.vehicle.is_some() => {
            Err(Error::usage("--vehicle is for the limits of a running station")
                .advice("give --station URL, and no --journal"))
        }
        station => Ok(station),
    }
}

/// A chip in a reader is asked what it is and holds only where its lock does not tell: that takes commands, which are
/// none of the refuelling's.
fn look_afterwards(outcome: &Result<Sale, NoSale>, card: &mut CardIn) -> Option<Glance> {
    match outcome {
        Err(NoSale::Before(_)) => Glance::at(card).ok(),
        Ok(_) | Err(NoSale::After { .. }) => None,
    }
}

/// Sends up what the journal holds back, and says what the centre had against it.
pub(super) fn upload(
    journal: &mut StationJournal<FileNvm>,
    link: &mut StationLink,
    context: &mut Context<'_>,
) {
    // Out of reach: the journal keeps it for the next time.
    let _ = visit::upload(journal, link);
    for remark in link.take_remarks() {
        context.warn(&remark);
    }
}

pub(super) fn sale_terms() -> SaleTerms {
    SaleTerms {
        nozzle: 1,
        product: 1,
        unit_price: UNIT_PRICE,
        rounding: Rounding::Down,
        limit: Amount::MAX,
    }
}

/// What has flowed on a lock: by the journal, else by the totalizer.
fn delivered(progress: &Progress, pump: &mut Pump<FileNvm>) -> Amount {
    match progress {
        Progress::Locked(_, certified) => {
            let Certified { unit_price, rounding, ceiling, totalizer_before, .. } = *certified;
            let quantity = pump.shown().saturating_sub(totalizer_before);
            amount_of(quantity, unit_price, rounding, ceiling)
        }
        Progress::Delivered(_, _, delivery) => delivery.amount,
        other => other.record().map_or(Amount::ZERO, |record| record.delivery.amount),
    }
}

/// What every ending says.
struct Visit<'a> {
    apdus: u32,
    freed: Option<Freed>,
    purse: Purse,
    /// What an image or a look afterwards says; a lock says it too.
    balance_before: Option<Amount>,
    asn: Option<wire::Asn>,
    places: [&'a Place; 2],
}

impl Visit<'_> {
    fn settled(&self, sale: &Sale) -> Report {
        let record = &sale.record;
        let (amount, before) = (record.delivery.amount, record.terms.balance);
        let after = before.checked_sub(amount).unwrap_or_default();
        let mut document = self.document("settled", amount, Some(&record.terms.id));
        document["balance_before"] = before.units().into();
        document["balance_after"] = after.units().into();
        document["tac"] = sale.tac.to_string().into();
        document["gtac"] = record.certified.gtac.to_string().into();
        document["record"] = hex::encode(encode(record).as_slice()).into();
        if sale.confirmed {
            let text = format!(
                "{}settled: {amount} delivered and debited, {before} before, {after} after (TAC {}, {} APDUs)\n",
                self.freed_text(),
                sale.tac,
                self.apdus,
            );
            return Report::done(document, text);
        }
        document["outcome"] = "escaped".into();
        document["balance_after"] = before.units().into();
        let reason = "the card is still grey: something else answered the debit in its place";
        document["reason"] = reason.into();
        Report::done(document, "").ending(Exit::Lost, reason)
    }

    fn escaped(
        &self,
        journal: &StationJournal<FileNvm>,
        pump: &mut Pump<FileNvm>,
        lock: &LockId,
        failure: &Failure,
    ) -> Report {
        let progress = terminal::Journal::progress(journal, lock.tid, lock.ttc);
        let record = progress.as_ref().and_then(Progress::record);
        let delivered = progress.as_ref().map_or(Amount::ZERO, |got| delivered(got, pump));
        let mut document = self.document("escaped", delivered, Some(lock));
        if let Some(record) = record {
            document["gtac"] = record.certified.gtac.to_string().into();
            document["record"] = hex::encode(encode(record).as_slice()).into();
        }
        if let Some(terms) = progress.as_ref().and_then(Progress::terms) {
            document["balance_before"] = terms.balance.units().into();
            document["balance_after"] = terms.balance.units().into();
        }
        let reason = format!("{failure}; {delivered} was delivered");
        document["reason"] = reason.clone().into();
        let text = format!(
            "{}escaped: {delivered} delivered, the lock is in the journal\n",
            self.freed_text()
        );
        Report::done(document, text).ending(Exit::Lost, reason)
    }

    fn before(&self, reason: &NotFreed) -> Report {
        let why = words::not_freed(reason);
        let exit = words::exit_of(reason);
        let outcome = if exit == Exit::Lost { "card_lost" } else { "refused" };
        let mut document = self.document(outcome, Amount::ZERO, None);
        document["reason"] = why.clone().into();
        document["status"] = words::status_of(reason).map(|status| status.to_string()).into();
        let text = format!("{}{outcome}: nothing was delivered\n", self.freed_text());
        Report::done(document, text).ending(exit, why)
    }

    fn document(&self, outcome: &str, amount: Amount, lock: Option<&LockId>) -> Value {
        // What was freed before may have been the other purse.
        let balance = match self.freed {
            Some(freed) if freed.lock.purse == self.purse => Some(freed.balance_after),
            _ => self.balance_before,
        };
        let asn = self.asn.or(lock.map(|lock| lock.asn));
        let balance = balance.map(Amount::units);
        json!({
            "outcome": outcome,
            "amount": amount.units(),
            "balance_before": balance,
            "balance_after": balance,
            "asn": asn.map(|asn| asn.to_string()),
            "ctc": lock.map(|lock| lock.ctc),
            "tid": lock.map(|lock| lock.tid.to_string()),
            "ttc": lock.map(|lock| lock.ttc.0),
            "tac": null,
            "gtac": null,
            "record": null,
            "apdus": self.apdus,
            "reason": null,
            "unlocked": self.freed.as_ref().map(words::freed_document),
            "card": self.places[0].to_string(),
            "psam": self.places[1].to_string(),
        })
    }

    fn freed_text(&self) -> String {
        self.freed
            .as_ref()
            .map(|freed| format!("{}\n", words::freed_text(freed)))
            .unwrap_or_default()
    }
}
