//! `greylock card show` and `greylock psam show` of a chip in a reader: what it says itself. What only
//! its memory knows is null.

use std::fmt::Write as _;

use keys_file::scheme_name;
use serde_json::{Value, json};
use terminal::{CardIs, Transport, present};
use wire::apdu::split_response;
use wire::files::{LOG_SFI, LogRecord, PSAM_SERIAL_SFI};
use wire::{Amount, CardCommand, GreyState, GreyStatus, PsamCommand, Purse, StatusWord};

use super::blank;
use super::card_issue::shown_date;
use super::card_show::{log_document, write_record};
use super::glance::{balance, status};
use super::words;
use crate::error::{Error, Fault};
use crate::media::ReaderSlot;
use crate::output::Report;

/// What a card says.
struct Said {
    is: CardIs,
    application_locked: bool,
    balances: [Amount; 2],
    log: Vec<LogRecord>,
}

/// A card in a reader. Its TAC stays unread.
pub(crate) fn card(part: &str) -> Result<Report, Error> {
    let mut card = ReaderSlot::open_card(part)?;
    let is = match present(&mut card) {
        Ok(is) => is,
        Err(failure) => return blank::answered(&mut card).ok_or_else(|| words::error(&failure)),
    };
    let application_locked = match &is {
        CardIs::Ready(ready) => ready.application_locked(),
        CardIs::Grey(grey) => grey.application_locked(),
        CardIs::TacUnread(unread) => unread.kept().application_locked(),
    };
    let mut balances = [Amount::ZERO; 2];
    for purse in Purse::ALL {
        balances[purse.index()] = balance(&mut card, purse)?;
    }
    let said = Said { is, application_locked, balances, log: log(&mut card)? };
    Ok(Report::done(said.document(), said.text()))
}

/// The records up to the first that is not there (6A83).
fn log(card: &mut impl Transport) -> Result<Vec<LogRecord>, Error> {
    let mut records = Vec::new();
    for number in 1..=10 {
        let command = CardCommand::ReadRecord { sfi: LOG_SFI, number };
        let answer = card.transmit(&command.encode()).ok();
        match answer.as_ref().and_then(|answer| split_response(answer)) {
            Some((data, StatusWord::DONE)) => match LogRecord::parse(data) {
                Some(record) => records.push(record),
                None => break,
            },
            Some(_) => break,
            None => return Err(Error::new(Fault::Lost, "the card gave no answer to READ RECORD")),
        }
    }
    Ok(records)
}

impl Said {
    const fn status(&self) -> &GreyStatus {
        status(&self.is)
    }

    fn state(&self) -> &'static str {
        match self.status().state {
            _ if self.application_locked => "app_locked",
            GreyState::Grey => "grey",
            GreyState::Debited | GreyState::UnlockedOnline => "tac_unread",
            GreyState::Unlocked => "unlocked",
        }
    }

    fn document(&self) -> Value {
        let (status, public) = (self.status(), self.is.public());
        let unread = matches!(status.state, GreyState::Debited | GreyState::UnlockedOnline);
        json!({
            "asn": public.asn().to_string(),
            "state": self.state(),
            "purses": Purse::ALL.map(|purse| self.purse(purse)),
            "lock": self.lock(),
            "log": self.log.iter().map(log_document).collect::<Vec<_>>(),
            "tac_unread": unread,
            "application": if self.application_locked { "locked" } else { "open" },
            "issuer": hex::encode(public.issuer),
            "start": public.start.to_string(),
            "expiry": public.expiry.to_string(),
            "levels": public.levels(),
            "scheme": public.scheme().map(scheme_name),
        })
    }

    /// The status shows the off-line number of one purse; the limit is told to who gave the PIN.
    fn purse(&self, purse: Purse) -> Value {
        let status = self.status();
        json!({
            "purse": purse.to_string(),
            "balance": self.balances[purse.index()].units(),
            "overdraft": null,
            "money": null,
            "ctc": (status.purse == purse).then_some(status.ctc),
            "otc": null,
        })
    }

    fn lock(&self) -> Value {
        let CardIs::Grey(grey) = &self.is else { return Value::Null };
        let (status, more) = (grey.status(), grey.more());
        json!({
            "tid": status.tid.to_string(),
            "ttc": more.ttc.0,
            "date": status.date.to_string(),
            "time": status.time.to_string(),
            "balance": status.balance.units(),
            "gtac": status.b.to_string(),
            "mac2": status.mac2().to_string(),
            "purse": status.purse.to_string(),
            "ctc": status.ctc.wrapping_sub(1),
            "icc": more.icc.to_string(),
            "trn": more.trn.to_string(),
        })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        self.write_text(&mut text).unwrap_or_default();
        text
    }

    fn write_text(&self, out: &mut String) -> std::fmt::Result {
        let public = self.is.public();
        writeln!(out, "card {}, {}", public.asn(), self.state().replace('_', " "))?;
        writeln!(out, "  valid {} to {}", shown_date(public.start), shown_date(public.expiry))?;
        for purse in Purse::ALL {
            writeln!(out, "  {purse}  can spend {}", self.balances[purse.index()])?;
        }
        if let CardIs::Grey(grey) = &self.is {
            let (status, ttc) = (grey.status(), grey.more().ttc);
            writeln!(
                out,
                "  grey lock of {} by terminal {}, number {ttc}",
                status.purse, status.tid
            )?;
        }
        self.log.iter().try_for_each(|record| write_record(out, record))
    }
}

/// A PSAM in a reader. Its locks are known to itself alone.
pub(crate) fn psam(part: &str) -> Result<Report, Error> {
    let mut psam = ReaderSlot::open_psam(part)?;
    let tid = match terminal::psam::open(&mut psam) {
        Ok(tid) => tid,
        Err(failure) => return blank::answered(&mut psam).ok_or_else(|| words::error(&failure)),
    };
    let read = PsamCommand::ReadBinary { sfi: PSAM_SERIAL_SFI, offset: 0, le: Some(0) };
    let answer = psam.transmit(&read.encode()).map_err(|_| psam.why_lost())?;
    let serial = match split_response(&answer) {
        Some((serial, StatusWord::DONE)) => hex::encode(serial),
        Some((_, status)) => return Err(Error::refused(Fault::Psam, read.name(), status)),
        None => return Err(psam.why_lost()),
    };
    let text = format!("PSAM {tid}\n  serial number            {serial}\n");
    let document = json!({
        "tid": tid.to_string(),
        "serial": serial,
        "next_ttc": null,
        "pending": null,
    });
    Ok(Report::done(document, text))
}
