//! `greylock purchase`: goods paid for without a lock.

use explain::Chip;
use serde_json::{Value, json};
use station::Pump;
use station::purchase::{NoGoods, PutRight, purchase};
use station::visit::NotFreed;
use terminal::{
    Checks, Dispenser, Failure, Goods, NoReading, NotPaid, Open, Payment, PurchaseProgress,
    Terminal,
};
use wire::{Amount, PurchaseTerms, Purse};

use super::glance::Glance;
use super::refuel::{sale_terms, upload};
use super::words;
use crate::centre::open_link;
use crate::cli::PurchaseArgs;
use crate::env::{GivenPin, resolve_pin};
use crate::error::{Error, Fault};
use crate::media::{CardIn, Counted, FileNvm, PsamIn};
use crate::output::{Context, Exit, Report};
use crate::site;
use crate::trace::Trace;

/// The station's pump, at which nothing flows: open locks of the journal are ended by it.
struct Still<'a>(&'a mut Pump<FileNvm>);

impl Dispenser for Still<'_> {
    fn totalizer(&mut self) -> Result<u64, NoReading> {
        self.0.totalizer()
    }

    fn dispense(&mut self, _: &Open) -> Result<u64, NoReading> {
        self.0.totalizer()
    }
}

/// One purchase. A grey card is unlocked first where that is possible, and what an earlier
/// purchase of this station left open is ended.
///
/// # Errors
/// What could not be opened; nothing has happened then.
pub(crate) fn run(args: &PurchaseArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    if let Some(station) = args.line.at.running()? {
        return super::at_station::purchase(args, station, context);
    }
    let purse: Purse = args.payer.purse.into();
    let pin = pin_for(purse, args, context)?;
    let trace = Trace::open(&args.line.trace)?;
    let mut card = Counted::new(trace.of(CardIn::open(&args.inserted.card)?, Chip::Card));
    let mut psam = Counted::new(trace.of(PsamIn::open(&args.sam.psam)?, Chip::Psam));
    let station = site::station_name(&args.kept.journal);
    let mut link = open_link(args.line.host.as_deref(), &args.line.caller, station, context)?;
    let mut journal = site::open_or_make_journal(&args.kept.journal, context.io.random)?;
    if !journal.takes_purchases() {
        let what = "the journal is of a version that knows no purchases: begin a new one";
        return Err(Error::new(Fault::Operator, what));
    }
    let mut pump = site::open_or_make_pump(&args.kept.journal)?;
    if let Some(view) = card.slot().view() {
        link.adopt(&view)?;
    }
    let tid = terminal::psam::open(&mut psam).map_err(|failure| words::error(&failure))?;
    let before = Glance::at(card.slot_mut())?;
    let today = context.io.clock.now().date;
    let mut put_right = PutRight::default();
    let outcome = {
        let mut terminal = Terminal {
            card: &mut card,
            psam: &mut psam,
            journal: &mut journal,
            clock: &mut context.io.clock,
            dispenser: &mut Still(&mut pump),
            sale: sale_terms(),
            tid,
            alone: true,
        };
        let blacklist = &link.blacklist().to_vec();
        let checks = Checks { today, issuers: &[], blacklist: &|asn| blacklist.contains(&asn) };
        let digits = pin.as_ref().map_or(&[][..], GivenPin::digits);
        let payment = Payment { purse, pin: digits, amount: args.amount };
        purchase(&mut terminal, &mut link, &checks, &payment, &mut put_right)
    };
    upload(&mut journal, &mut link, context);
    let apdus = card.apdus() + psam.apdus();
    let visit = Visit { args, asn: before.asn, balance: before.balance(purse), put_right, apdus };
    Ok(match outcome {
        Ok(goods) => visit.paid(&goods),
        Err(NoGoods::Before(reason)) => visit.before(&reason),
        Err(NoGoods::NotPaid(NotPaid::Nothing(failure))) => {
            visit.before(&NotFreed::Failed(failure))
        }
        Err(NoGoods::NotPaid(NotPaid::Unknown { terms, failure })) => {
            visit.unknown(&terms, &failure)
        }
        Err(NoGoods::NotPaid(NotPaid::Unproved { terms, failure, answer })) => {
            visit.unproved(&terms, &failure, &answer.tac.to_string())
        }
    })
}

/// EP asks for no PIN (protocol §7).
fn pin_for(
    purse: Purse,
    args: &PurchaseArgs,
    context: &mut Context<'_>,
) -> Result<Option<GivenPin>, Error> {
    if purse == Purse::Ep {
        return Ok(None);
    }
    let pin = resolve_pin(args.payer.pin_file.as_deref(), &context.io.settings)?;
    if let Some(warning) = pin.warning() {
        context.warn(warning);
    }
    Ok(Some(pin))
}

/// What every ending says.
struct Visit<'a> {
    args: &'a PurchaseArgs,
    asn: wire::Asn,
    /// As the card stood when it was put in.
    balance: Amount,
    put_right: PutRight,
    apdus: u32,
}

impl Visit<'_> {
    fn paid(&self, goods: &Goods) -> Report {
        let terms = goods.terms();
        let after = terms.balance.checked_sub(terms.amount).unwrap_or_default();
        let mut document = self.document("purchased", Some(terms));
        document["balance_after"] = after.units().into();
        document["tac"] = goods.tac().to_string().into();
        let text = format!(
            "{}purchased: {} paid, {} before, {after} after (TAC {}, {} APDUs)\n",
            self.text(),
            terms.amount,
            terms.balance,
            goods.tac(),
            self.apdus,
        );
        Report::done(document, text)
    }

    /// Nobody knows whether the card paid.
    fn unknown(&self, terms: &PurchaseTerms, failure: &Failure) -> Report {
        let mut document = self.document("unknown", Some(terms));
        document["balance_after"] = Value::Null;
        let reason = format!(
            "{failure}; give no goods: put the card in again and repeat, which shows whether it paid"
        );
        document["reason"] = reason.clone().into();
        let text = format!("{}unknown: the purchase is in the journal\n", self.text());
        Report::done(document, text).ending(Exit::Lost, reason)
    }

    /// The PSAM does not agree that it was the card that answered.
    fn unproved(&self, terms: &PurchaseTerms, failure: &Failure, tac: &str) -> Report {
        let mut document = self.document("unproved", Some(terms));
        document["balance_after"] = Value::Null;
        document["tac"] = tac.into();
        let lost = matches!(failure, Failure::PsamLost { .. } | Failure::CardLost { .. });
        let exit = if lost { Exit::Lost } else { Exit::Refused };
        let reason =
            format!("{failure}; give no goods: the centre finds out whether the card paid");
        document["reason"] = reason.clone().into();
        let text = format!("{}unproved: the answer is in the journal\n", self.text());
        Report::done(document, text).ending(exit, reason)
    }

    fn before(&self, reason: &NotFreed) -> Report {
        let why = words::not_freed(reason);
        let exit = words::exit_of(reason);
        let outcome = if exit == Exit::Lost { "card_lost" } else { "refused" };
        let mut document = self.document(outcome, None);
        document["reason"] = why.clone().into();
        document["status"] = words::status_of(reason).map(|status| status.to_string()).into();
        let text = format!("{}{outcome}: nothing was paid\n", self.text());
        Report::done(document, text).ending(exit, why)
    }

    fn document(&self, outcome: &str, terms: Option<&PurchaseTerms>) -> Value {
        let purse: Purse = self.args.payer.purse.into();
        let balance = match (terms, self.put_right.freed) {
            (Some(terms), _) => terms.balance,
            (None, Some(freed)) if freed.lock.purse == purse => freed.balance_after,
            (None, _) => self.balance,
        };
        json!({
            "outcome": outcome,
            "amount": terms.map_or(0, |terms| terms.amount.units()),
            "balance_before": balance.units(),
            "balance_after": balance.units(),
            "asn": self.asn.to_string(),
            "purse": purse.to_string(),
            "ctc": terms.map(|terms| terms.id.ctc),
            "tid": terms.map(|terms| terms.id.tid.to_string()),
            "ttc": terms.map(|terms| terms.id.ttc.0),
            "tac": null,
            "apdus": self.apdus,
            "reason": null,
            "status": null,
            "unlocked": self.put_right.freed.as_ref().map(words::freed_document),
            "ended": self.put_right.purchases.iter().map(ended).collect::<Vec<Value>>(),
            "card": self.args.inserted.card.to_string(),
            "psam": self.args.sam.psam.to_string(),
        })
    }

    /// What was put right before.
    fn text(&self) -> String {
        let freed = self.put_right.freed.iter().map(words::freed_text);
        let ended = self.put_right.purchases.iter().map(|progress| {
            let terms = progress.terms();
            let (amount, at) = (terms.amount, format!("{} {}", terms.at.date, terms.at.time));
            match progress {
                PurchaseProgress::Paid(..) => {
                    format!("an earlier purchase, {amount} at {at}, was paid: its goods are owed")
                }
                _ => format!("an earlier purchase, {amount} at {at}, was not paid"),
            }
        });
        freed.chain(ended).map(|line| format!("{line}\n")).collect()
    }
}

/// An earlier purchase whose end the card has shown.
fn ended(progress: &PurchaseProgress) -> Value {
    let terms = progress.terms();
    let (outcome, tac) = match progress {
        PurchaseProgress::Paid(_, answer, _) => ("purchased", Some(answer.tac.to_string())),
        PurchaseProgress::Sent(_) => ("unknown", None),
        PurchaseProgress::Void(_) => ("void", None),
    };
    json!({
        "outcome": outcome,
        "amount": terms.amount.units(),
        "purse": terms.id.purse.to_string(),
        "ctc": terms.id.ctc,
        "tid": terms.id.tid.to_string(),
        "ttc": terms.id.ttc.0,
        "tac": tac,
    })
}
