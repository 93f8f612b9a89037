//! Endings of a visit in words, documents and exit codes.

use serde_json::{Value, json};
use station::visit::{Freed, How, NotFreed};
use terminal::{Failure, Lost};
use wire::StatusWord;

use crate::error::{Error, Fault};
use crate::output::Exit;

/// Why a card was not freed, one sentence.
pub(super) fn not_freed(reason: &NotFreed) -> String {
    match reason {
        NotFreed::Failed(failure) => failure_words(failure),
        NotFreed::Wait(words) => format!("the centre does not unlock it now: {words}"),
        NotFreed::NoRecordNoLink => {
            "the card is grey, no record here fits it and the centre is not in reach".to_owned()
        }
        NotFreed::ApplicationLocked => {
            "the application on the card is locked; free it with `greylock card unblock --card CARD --host URL`".to_owned()
        }
    }
}

fn failure_words(failure: &Failure) -> String {
    match failure {
        Failure::CardRefused { command: "VERIFY PIN", status } => {
            format!("the card refused the PIN: {status} {}", status.words())
        }
        Failure::Journal => {
            "the journal could not be written: check the disk's free space and health".to_owned()
        }
        Failure::DispenserSilent => {
            "the dispenser gives no reading: see that it is switched on and connected".to_owned()
        }
        other => other.to_string(),
    }
}

/// The exit code.
pub(super) const fn exit_of(reason: &NotFreed) -> Exit {
    match reason {
        NotFreed::Failed(Failure::CardLost { .. } | Failure::PsamLost { .. }) => Exit::Lost,
        NotFreed::Failed(Failure::Journal) => Exit::WrongUse,
        _ => Exit::Refused,
    }
}

/// The status word of card or PSAM, where one of them said no.
pub(super) const fn status_of(reason: &NotFreed) -> Option<StatusWord> {
    match reason {
        NotFreed::Failed(
            Failure::CardRefused { status, .. } | Failure::PsamRefused { status, .. },
        ) => Some(*status),
        _ => None,
    }
}

/// A failure before anything happened, as an error of the command.
pub(super) fn error(failure: &Failure) -> Error {
    match failure {
        Failure::CardRefused { command, status } => Error::refused(Fault::Card, command, *status),
        Failure::PsamRefused { command, status } => Error::refused(Fault::Psam, command, *status),
        Failure::CardLost { lost: Lost::NotSent | Lost::Unknown, .. }
        | Failure::PsamLost { .. } => Error::new(Fault::Lost, failure.to_string()),
        other => Error::new(Fault::Terminal, other.to_string()),
    }
}

const fn how_name(how: How) -> &'static str {
    match how {
        How::Local => "local",
        How::Online => "online",
        How::TacRead => "tac_read",
    }
}

/// A card freed, as a document.
pub(super) fn freed_document(freed: &Freed) -> Value {
    json!({
        "how": how_name(freed.how),
        "amount": freed.amount.units(),
        "asn": freed.lock.asn.to_string(),
        "purse": freed.lock.purse.to_string(),
        "ctc": freed.lock.ctc,
        "tid": freed.lock.tid.to_string(),
        "ttc": freed.lock.ttc.0,
        "code": freed.code.to_string(),
        "balance_after": freed.balance_after.units(),
    })
}

/// A card freed, in a line.
pub(super) fn freed_text(freed: &Freed) -> String {
    let how = match freed.how {
        How::Local => "unlocked with the grey record",
        How::Online => "unlocked by the centre",
        How::TacRead => "was free already; its unread code is now in the journal",
    };
    format!(
        "card {} {how}: {} debited, {} after",
        freed.lock.asn, freed.amount, freed.balance_after
    )
}
