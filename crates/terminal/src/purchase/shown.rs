//! A purchase whose answer was lost, and its card is back: every case is one row.

use wire::card_command::StatusMode;
use wire::files::{LOG_SFI, LogRecord};
use wire::response::PurchaseAnswer;
use wire::{CardCommand, GreyState, GreyStatus, Kind, LockId, PurchaseTerms};

use super::prove;
use crate::exchange;
use crate::failure::Failure;
use crate::transport::Transport;

/// What the card shows of a purchase.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PurchaseShown {
    /// It paid, and this is what it answered then.
    Paid(PurchaseAnswer),
    /// It did not, and will not: any command ended its pre-purchase state.
    NotPaid,
    /// It went on since, and keeps no trace: the centre finds out by succession.
    Unknown,
}

/// How many records the log of a card has, at least and with us at most.
const LOG_RECORDS: u8 = 10;

/// Asks a card for a purchase of another visit.
///
/// | GET TRANSACTION PROVE | what else the card shows | |
/// |---|---|---|
/// | an answer | its log has this purchase, or no longer any of that number | paid |
/// | an answer | its log has a purchase of that number elsewhere: this one never reached it | not paid |
/// | 9406 | the purse stands at n, or is grey under a lock n | not paid |
/// | 9406, or refused | anything else | not known |
pub fn shown(card: &mut impl Transport, terms: &PurchaseTerms) -> Result<PurchaseShown, Failure> {
    let answer = match prove(card, terms) {
        Ok(answer) => answer,
        Err(Failure::CardRefused { .. }) => return Ok(PurchaseShown::Unknown),
        Err(failure) => return Err(failure),
    };
    Ok(match answer {
        Some(answer) => match logged(card, terms)? {
            Some(false) => PurchaseShown::NotPaid,
            _ => PurchaseShown::Paid(answer),
        },
        None if stands_at(&status(card)?, &terms.id) => PurchaseShown::NotPaid,
        None => PurchaseShown::Unknown,
    })
}

/// Whether the log record of this purchase's number is of this very purchase; `None` when the log
/// holds none of that number.
fn logged(card: &mut impl Transport, terms: &PurchaseTerms) -> Result<Option<bool>, Failure> {
    let LockId { purse, ctc, tid, .. } = terms.id;
    let tag = Kind::Purchase.of(purse);
    for number in 1..=LOG_RECORDS {
        let command = CardCommand::ReadRecord { sfi: LOG_SFI, number };
        let data = match exchange::card(card, &command) {
            Ok(data) => data,
            Err(Failure::CardRefused { .. }) => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let record =
            LogRecord::parse(data.data()).ok_or(Failure::Malformed { command: command.name() })?;
        if (record.tag, record.sequence) == (tag, ctc) {
            let this = (terms.amount, tid, terms.at.date, terms.at.time);
            return Ok(Some((record.amount, record.tid, record.date, record.time) == this));
        }
    }
    Ok(None)
}

fn status(card: &mut impl Transport) -> Result<GreyStatus, Failure> {
    let command = CardCommand::GetGreyStatus(StatusMode::Read);
    let data = exchange::card(card, &command)?;
    GreyStatus::parse(data.data()).ok_or(Failure::Malformed { command: command.name() })
}

/// True when the number is still unused, or a lock used it.
fn stands_at(status: &GreyStatus, id: &LockId) -> bool {
    let number = match status.state {
        GreyState::Grey => status.ctc.wrapping_sub(1),
        _ => status.ctc,
    };
    (status.purse, number) == (id.purse, id.ctc)
}
