//! `greylock unlock`: frees a grey card.

use serde_json::{Value, json};
use station::StationJournal;
use station::visit::{self, Freed, How, NotFreed};
use terminal::{Terminal, present};
use wire::{Amount, Tid};

use super::refuel::{sale_terms, upload};
use super::words;
use crate::centre::{FolderLink, open_link};
use crate::cli::UnlockArgs;
use crate::error::Error;
use crate::media::{Counted, FileNvm, Slot};
use crate::output::{Context, Exit, Report};
use crate::site;

type CardInSlot = Counted<Slot<card::Card<FileNvm>>>;

/// Local unlock from the journal's record or the centre's list, else on-line, else refused.
///
/// # Errors
/// What could not be opened; nothing has happened then.
pub(crate) fn run(args: &UnlockArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut card: CardInSlot = Counted::new(Slot::open(&args.card)?);
    let mut journal = site::open_or_make_journal(&args.journal, context.io.random)?;
    let mut link = open_link(args.host.as_deref(), site::station_name(&args.journal), context)?;
    link.adopt(&card.slot().chip().view())?;
    let before = card.slot().chip().view();
    let (tid, mut apdus) = finish_open_locks(args, &mut card, &mut journal, context)?;
    let freed = visit::unlock(&mut card, &mut journal, &mut link, tid);
    upload(&mut journal, &mut link, context);
    apdus += card.apdus();
    let purse = before.last_locked.unwrap_or_default();
    let session = Session { before: before.purse(purse).balance, asn: before.public.asn(), apdus };
    Ok(match freed {
        Ok(Some(freed)) => session.freed(&freed),
        Ok(None) => session.nothing_to_do(&link),
        Err(reason) => session.refused(&reason),
    })
}

/// With the PSAM there, what the journal left open is finished first: a delivery gets its GMAC.
/// Answers the terminal id to ask the centre with.
fn finish_open_locks(
    args: &UnlockArgs,
    card: &mut CardInSlot,
    journal: &mut StationJournal<FileNvm>,
    context: &mut Context<'_>,
) -> Result<(Tid, u32), Error> {
    let Some(place) = &args.psam else {
        return Ok((journal.tids().first().copied().unwrap_or_default(), 0));
    };
    let mut psam = Counted::new(Slot::<psam::Psam<FileNvm>>::open(place)?);
    let mut pump = site::open_or_make_pump(&args.journal)?;
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
    };
    terminal.recover(Some(&presented)).map_err(|failure| words::error(&failure))?;
    Ok((tid, psam.apdus()))
}

struct Session {
    before: Amount,
    asn: wire::Asn,
    apdus: u32,
}

impl Session {
    fn freed(&self, freed: &Freed) -> Report {
        let mut document = self.document("settled", words::freed_document(freed));
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
        Report::done(document, format!("{}\n", words::freed_text(freed)))
    }

    fn nothing_to_do(&self, _: &FolderLink) -> Report {
        let reason = "the card is not grey: there is nothing to unlock";
        let mut document = self.document("refused", json!({ "how": null, "amount": 0 }));
        document["balance_after"] = self.before.units().into();
        document["reason"] = reason.into();
        Report::done(document, "").ending(Exit::Refused, reason)
    }

    fn refused(&self, reason: &NotFreed) -> Report {
        let exit = words::exit_of(reason);
        let outcome = if exit == Exit::Lost { "card_lost" } else { "refused" };
        let why = words::not_freed(reason);
        let mut document = self.document(outcome, json!({ "how": null, "amount": 0 }));
        document["balance_after"] = self.before.units().into();
        document["reason"] = why.clone().into();
        document["status"] = words::status_of(reason).map(|status| status.to_string()).into();
        Report::done(document, "").ending(exit, why)
    }

    /// The fields of a refuelling, and what is particular to this unlock.
    fn document(&self, outcome: &str, particulars: Value) -> Value {
        let mut document = json!({
            "outcome": outcome,
            "how": null,
            "amount": 0,
            "balance_before": self.before.units(),
            "balance_after": null,
            "asn": self.asn.to_string(),
            "ctc": null,
            "tid": null,
            "ttc": null,
            "tac": null,
            "gtac": null,
            "record": null,
            "apdus": self.apdus,
            "reason": null,
        });
        if let (Some(fields), Value::Object(more)) = (document.as_object_mut(), particulars) {
            fields.extend(more);
        }
        document
    }
}
