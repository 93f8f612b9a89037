//! `greylock unlock`: frees a grey card.

use explain::Chip;
use serde_json::{Value, json};
use station::Records as _;
use station::StationJournal;
use station::visit::{self, Freed, How, NotFreed};
use terminal::flow::give_up;
use terminal::{Journal, Progress, Terminal, present};
use wire::record::encode;
use wire::{ClaimedRecord, Tid};

use super::glance::Glance;
use super::refuel::{sale_terms, upload};
use super::words;
use crate::centre::open_link;
use crate::cli::UnlockArgs;
use crate::error::Error;
use crate::media::{CardIn, Counted, FileNvm, PsamIn};
use crate::output::{Context, Exit, Report};
use crate::site;
use crate::trace::{Trace, Traced};

type CardInSlot = Counted<Traced<CardIn>>;

/// Local unlock from the journal's record or the centre's list, else on-line, else refused.
///
/// # Errors
/// What could not be opened; nothing has happened then.
pub(crate) fn run(args: &UnlockArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    if let Some(station) = args.line.at.running()? {
        return super::at_station::unlock(args, station, context);
    }
    let trace = Trace::open(&args.line.trace)?;
    let mut card: CardInSlot =
        Counted::new(trace.of(CardIn::open(&args.inserted.card)?, Chip::Card));
    let station = site::station_name(&args.kept.journal);
    let mut link = open_link(args.line.host.as_deref(), &args.line.caller, station, context)?;
    let mut journal = site::open_or_make_journal(&args.kept.journal, context.io.random)?;
    if let Some(view) = card.slot().view() {
        link.adopt(&view)?;
    }
    let before = Glance::at(card.slot_mut())?;
    let (tid, psam_apdus) =
        finish_open_locks(args, &before, &mut card, &mut journal, &trace, context)?;
    let freed = visit::unlock(&mut card, &mut journal, &mut link, tid);
    upload(&mut journal, &mut link, context);
    let lock = before.grey.map(|(lock, _)| lock).or_else(|| found(&freed).map(|freed| freed.lock));
    let record = lock.and_then(|lock| journal.record_of(&lock));
    if freed == Err(NotFreed::NoRecordNoLink) && journal.records() == 0 {
        context.warn(&format!("the journal in {} is new and empty", args.kept.journal.display()));
    }
    let session = Session { before, record, apdus: psam_apdus + card.apdus() };
    Ok(match freed {
        Ok(Some(freed)) => session.freed(freed),
        Ok(None) => session.nothing_to_do(),
        Err(reason) => session.refused(&reason),
    })
}

fn found(freed: &Result<Option<Freed>, NotFreed>) -> Option<&Freed> {
    freed.as_ref().ok()?.as_ref()
}

/// With the PSAM there, what the journal left open is finished first: a delivery gets its GMAC.
/// Without it, the lock that the card is under is given up if the totalizer shows that nothing
/// flowed on it.
/// Answers the terminal id to ask the centre with, and the number of commands to the PSAM.
fn finish_open_locks(
    args: &UnlockArgs,
    before: &Glance,
    card: &mut CardInSlot,
    journal: &mut StationJournal<FileNvm>,
    trace: &Trace,
    context: &mut Context<'_>,
) -> Result<(Tid, u32), Error> {
    let Some(place) = &args.psam else {
        give_up_unmoved(args, before, journal)?;
        return Ok((journal.tids().first().copied().unwrap_or_default(), 0));
    };
    let mut psam = Counted::new(trace.of(PsamIn::open(place)?, Chip::Psam));
    let mut pump = site::open_or_make_pump(&args.kept.journal)?;
    let tid = terminal::psam::open(&mut psam).map_err(|failure| words::error(&failure))?;
    let presented = present(card).map_err(|failure| words::error(&failure))?;
    let mut terminal = Terminal {
        card,
        psam: &mut psam,
        journal,
        clock: &mut context.io.clock,
        dispenser: &mut pump,
        sale: sale_terms(),
        tid,
        alone: true,
    };
    terminal.recover(Some(&presented)).map_err(|failure| words::error(&failure))?;
    Ok((tid, psam.apdus()))
}

fn give_up_unmoved(
    args: &UnlockArgs,
    before: &Glance,
    journal: &mut StationJournal<FileNvm>,
) -> Result<(), Error> {
    let Some((lock, _)) = before.grey else { return Ok(()) };
    if !matches!(journal.progress(lock.tid, lock.ttc), Some(Progress::LockSent(_))) {
        return Ok(());
    }
    let mut pump = site::open_or_make_pump(&args.kept.journal)?;
    let given_up = give_up(&lock, journal, &mut pump, sale_terms().nozzle);
    given_up.map_err(|failure| words::error(&failure))
}

/// The card as it was put in, what the journal knows of its lock, and the commands sent.
struct Session {
    before: Glance,
    record: Option<ClaimedRecord>,
    apdus: u32,
}

impl Session {
    fn freed(&self, freed: Freed) -> Report {
        // A lock that the journal had left open was debited on the way.
        let was_grey = self.before.grey.is_some();
        let how = if was_grey && freed.how == How::TacRead { How::Local } else { freed.how };
        let freed = Freed { how, ..freed };
        let mut document = self.document("settled", words::freed_document(&freed));
        let code = freed.code.to_string();
        document["tac"] = if freed.how == How::Online { Value::Null } else { code.into() };
        if freed.how == How::TacRead {
            document["balance_before"] = freed
                .balance_after
                .checked_add(freed.amount)
                .unwrap_or(freed.balance_after)
                .units()
                .into();
        }
        Report::done(document, format!("{}\n", words::freed_text(&freed)))
    }

    fn nothing_to_do(&self) -> Report {
        let reason = "the card is not grey: there is nothing to unlock";
        let mut document = self.document("refused", json!({}));
        document["reason"] = reason.into();
        Report::done(document, self.refused_text()).ending(Exit::Refused, reason)
    }

    fn refused(&self, reason: &NotFreed) -> Report {
        let exit = words::exit_of(reason);
        let outcome = if exit == Exit::Lost { "card_lost" } else { "refused" };
        let why = words::not_freed(reason);
        let mut document = self.document(outcome, json!({}));
        document["reason"] = why.clone().into();
        document["status"] = words::status_of(reason).map(|status| status.to_string()).into();
        Report::done(document, self.refused_text()).ending(exit, why)
    }

    fn refused_text(&self) -> String {
        match self.before.grey {
            Some((lock, _)) => {
                format!("refused: the card stays grey under lock {}/{}\n", lock.tid, lock.ttc)
            }
            None => "refused: nothing was changed\n".to_owned(),
        }
    }

    /// The fields of a refuelling, and what is particular to this unlock.
    fn document(&self, outcome: &str, particulars: Value) -> Value {
        let lock = self.before.grey.map(|(lock, _)| lock);
        let gtac = self.record.map(|record| record.certified.gtac);
        let gtac = self.before.grey.map(|(_, gtac)| gtac).or(gtac);
        let record = self.record.map(|record| hex::encode(encode(&record).as_slice()));
        let balance = self.before.balance(self.before.purse);
        let mut document = json!({
            "outcome": outcome,
            "how": null,
            "amount": 0,
            "balance_before": balance.units(),
            "balance_after": balance.units(),
            "asn": self.before.asn.to_string(),
            "purse": lock.map(|lock| lock.purse.to_string()),
            "ctc": lock.map(|lock| lock.ctc),
            "tid": lock.map(|lock| lock.tid.to_string()),
            "ttc": lock.map(|lock| lock.ttc.0),
            "tac": null,
            "gtac": gtac.map(|gtac| gtac.to_string()),
            "record": record,
            "apdus": self.apdus,
            "reason": null,
        });
        if let (Some(fields), Value::Object(more)) = (document.as_object_mut(), particulars) {
            fields.extend(more);
        }
        document
    }
}
