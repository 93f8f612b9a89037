//! `greylock load` and `greylock unload`: money onto a card and off it, with the centre's word.

use explain::Chip;
use serde_json::{Value, json};
use station::transfer::{NotTransferred, Transferred, transfer};
use station::visit::{self, Freed, NotFreed};
use terminal::transfer::{Transfer, TransferAsked, Way};
use terminal::{Checks, Failure};
use wire::{Amount, Purse, Tid};

use super::glance::Glance;
use super::refuel::upload;
use super::words;
use crate::centre::{StationLink, open_link};
use crate::cli::TransferArgs;
use crate::env::resolve_pin;
use crate::error::{Error, Fault};
use crate::media::{CardIn, Counted};
use crate::output::{Context, Exit, Report};
use crate::site;
use crate::trace::{Trace, Traced};

type CardInSlot = Counted<Traced<CardIn>>;

/// One load or unload. With a journal a grey card is unlocked first where that is possible.
///
/// # Errors
/// What could not be opened; nothing has happened then.
pub(crate) fn run(
    way: Way,
    args: &TransferArgs,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    if let Some(station) = args.at.running()? {
        return super::at_station::transfer(way, args, station, context);
    }
    let pin = resolve_pin(args.payer.pin_file.as_deref(), &context.io.settings)?;
    let trace = Trace::open(&args.trace)?;
    let mut card: CardInSlot =
        Counted::new(trace.of(CardIn::open(&args.inserted.card)?, Chip::Card));
    let station = args.journal.as_deref().map_or_else(|| COUNTER.to_owned(), site::station_name);
    let mut link = open_link(Some(&args.host), &args.caller, station, context)?;
    if !link.is_up() {
        return Err(Error::new(Fault::Lost, "the centre is out of reach: nothing was done"));
    }
    link.charge(args.account);
    if let Some(view) = card.slot().view() {
        link.adopt(&view)?;
    }
    if let Some(warning) = pin.warning() {
        context.warn(warning);
    }
    let before = Glance::at(card.slot_mut())?;
    let (tid, freed) = free_first(args, &mut card, &mut link, context)?;
    let (freed, stuck) = match freed {
        Ok(freed) => (freed, None),
        Err(reason) => (None, Some(reason)),
    };
    let purse: Purse = args.payer.purse.into();
    let visit =
        |apdus| Visit { way, args, asn: before.asn, balance: before.balance(purse), freed, apdus };
    if let Some(reason) = stuck {
        return Ok(visit(card.apdus()).not_freed(&reason));
    }
    let today = context.io.clock.now().date;
    let blacklist = link.blacklist().to_vec();
    let checks = Checks { today, issuers: &[], blacklist: &|asn| blacklist.contains(&asn) };
    let wish = Transfer { way, purse, pin: pin.digits(), amount: args.amount };
    let outcome = transfer(&mut card, &mut link, &checks, &wish, tid);
    for remark in link.take_remarks() {
        context.warn(&remark);
    }
    let visit = visit(card.apdus());
    Ok(match outcome {
        Ok(done) => visit.done(&done, context),
        Err(NotTransferred::Unknown { asked, failure }) => visit.unknown(&asked, &failure),
        Err(reason) => visit.refused(&reason),
    })
}

/// A counter without a journal.
const COUNTER: &str = "counter";

/// The terminal id to ask the centre with, and how a grey card was freed: that needs a journal.
fn free_first(
    args: &TransferArgs,
    card: &mut CardInSlot,
    link: &mut StationLink,
    context: &mut Context<'_>,
) -> Result<(Tid, Result<Option<Freed>, NotFreed>), Error> {
    let own = args.tid;
    let Some(folder) = &args.journal else { return Ok((own.unwrap_or_default(), Ok(None))) };
    let mut journal = site::open_or_make_journal(folder, context.io.random)?;
    let tid = own.or_else(|| journal.tids().first().copied()).unwrap_or_default();
    let freed = visit::unlock(card, &mut journal, link, tid);
    upload(&mut journal, link, context);
    Ok((tid, freed))
}

/// What every ending says.
struct Visit<'a> {
    way: Way,
    args: &'a TransferArgs,
    asn: wire::Asn,
    /// As the card stood when it was put in.
    balance: Amount,
    freed: Option<Freed>,
    apdus: u32,
}

impl Visit<'_> {
    const fn words(&self) -> [&'static str; 2] {
        match self.way {
            Way::Load => ["load", "loaded"],
            Way::Unload => ["unload", "unloaded"],
        }
    }

    fn done(&self, done: &Transferred, context: &mut Context<'_>) -> Report {
        let [name, did] = self.words();
        let (asked, after) = (&done.asked, done.balance_after);
        let mut document = self.document(did, Some(asked));
        document["balance_after"] = after.units().into();
        document["tac"] = done.tac.to_string().into();
        document["confirmed"] = done.confirmed.into();
        if !done.confirmed {
            context.warn(&format!(
                "the centre has not taken the card's proof: the next visit at any terminal brings it, and until then the {name} is open there"
            ));
        }
        let text = format!(
            "{}{did}: {}, {} before, {after} after (TAC {}, {} APDUs)\n",
            self.freed_text(),
            asked.amount,
            asked.init.balance,
            done.tac,
            self.apdus,
        );
        Report::done(document, text)
    }

    /// Nobody knows whether the card did it.
    fn unknown(&self, asked: &TransferAsked, failure: &Failure) -> Report {
        let mut document = self.document("unknown", Some(asked));
        document["balance_after"] = Value::Null;
        let reason = format!(
            "{failure}; the next visit of the card at any terminal shows whether it did it"
        );
        document["reason"] = reason.clone().into();
        let text = format!("{}unknown: the centre waits for the card's proof\n", self.freed_text());
        Report::done(document, text).ending(Exit::Lost, reason)
    }

    fn refused(&self, reason: &NotTransferred) -> Report {
        let [name, did] = self.words();
        match reason {
            NotTransferred::Failed(failure) => self.not_freed(&NotFreed::Failed(*failure)),
            NotTransferred::Refused(words) => {
                self.ending(Exit::Refused, format!("the centre does not {name} it: {words}"))
            }
            NotTransferred::NoLink => {
                self.ending(Exit::Lost, format!("the centre is out of reach: nothing was {did}"))
            }
            NotTransferred::Grey => self.ending(Exit::Refused, GREY.to_owned()),
            NotTransferred::Unread => self.ending(Exit::Refused, UNREAD.to_owned()),
            NotTransferred::Unknown { asked, failure } => self.unknown(asked, failure),
        }
    }

    fn not_freed(&self, reason: &NotFreed) -> Report {
        let mut report = self.ending(words::exit_of(reason), words::not_freed(reason));
        report.document["status"] =
            words::status_of(reason).map(|status| status.to_string()).into();
        report
    }

    fn ending(&self, exit: Exit, why: String) -> Report {
        let [_, did] = self.words();
        let outcome = if exit == Exit::Lost { "card_lost" } else { "refused" };
        let mut document = self.document(outcome, None);
        document["reason"] = why.clone().into();
        let text = format!("{}{outcome}: nothing was {did}\n", self.freed_text());
        Report::done(document, text).ending(exit, why)
    }

    fn document(&self, outcome: &str, asked: Option<&TransferAsked>) -> Value {
        let purse: Purse = self.args.payer.purse.into();
        let balance = match (asked, self.freed) {
            (Some(asked), _) => asked.init.balance,
            (None, Some(freed)) if freed.lock.purse == purse => freed.balance_after,
            (None, _) => self.balance,
        };
        json!({
            "outcome": outcome,
            "amount": asked.map_or(0, |asked| asked.amount.units()),
            "balance_before": balance.units(),
            "balance_after": balance.units(),
            "asn": self.asn.to_string(),
            "purse": purse.to_string(),
            "otc": asked.map(|asked| asked.init.otc),
            "tid": asked.map(|asked| asked.tid.to_string()),
            "tac": null,
            "confirmed": false,
            "apdus": self.apdus,
            "reason": null,
            "status": null,
            "unlocked": self.freed.as_ref().map(words::freed_document),
            "card": self.args.inserted.card.to_string(),
        })
    }

    fn freed_text(&self) -> String {
        self.freed
            .as_ref()
            .map(|freed| format!("{}\n", words::freed_text(freed)))
            .unwrap_or_default()
    }
}

const GREY: &str = "the card is grey: free it with `greylock unlock --card CARD --journal DIR --host URL`, or give --journal here";
const UNREAD: &str = "the card shows a code of its last debit that the centre does not take, and this would wipe it: bring the card to its station";
