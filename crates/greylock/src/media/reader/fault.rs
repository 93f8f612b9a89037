//! What the PC/SC service says, in words: whose fault it is and what to do.

use std::ffi::CStr;

use pcsc::Error as Pcsc;
use terminal::Lost;

use super::find::shown;
use crate::error::{Error, Fault};

/// The service itself.
pub(super) fn of_service(error: Pcsc) -> Error {
    let what = format!("the PC/SC service cannot be reached: {error}");
    Error::new(Fault::Lost, what).advice("start pcscd, then try again")
}

/// A reader and what is in it.
pub(super) fn at_reader(name: &CStr, error: Pcsc) -> Error {
    let name = shown(name);
    let (what, advice) = match error {
        Pcsc::NoSmartcard | Pcsc::RemovedCard => {
            (format!("nothing is in the reader `{name}`"), "put the card in")
        }
        Pcsc::SharingViolation => {
            (format!("the reader `{name}` is in use by another program"), "wait until it has ended")
        }
        Pcsc::UnresponsiveCard
        | Pcsc::UnpoweredCard
        | Pcsc::UnsupportedCard
        | Pcsc::ProtoMismatch => (
            format!("what is in the reader `{name}` does not answer: {error}"),
            "put the card in the right way round, and clean its contacts",
        ),
        Pcsc::UnknownReader | Pcsc::ReaderUnavailable => {
            (format!("the reader `{name}` is gone"), "plug it in again")
        }
        other => return of_service(other),
    };
    Error::new(Fault::Lost, what).advice(advice)
}

/// The chip gave no answer.
pub(super) fn lost(name: &CStr) -> Error {
    Error::new(Fault::Lost, format!("pcsc:{} gave no answer", shown(name)))
        .advice("what was sent last may have been done: put the card in again and read its state")
}

/// What failed before a command went out: a chip that was taken out got no command. Whatever
/// else it is, nothing is known of the chip.
pub(super) const fn before_sending(error: Pcsc) -> Lost {
    match error {
        Pcsc::RemovedCard | Pcsc::NoSmartcard => Lost::NotSent,
        _ => Lost::Unknown,
    }
}

/// What the first command of an exchange failed with. Of the chip that was taken out the service of Linux says
/// `RemovedCard` before it hands the command to the reader, and something else when the reader had it.
pub(super) const fn in_sending(error: Pcsc) -> Lost {
    match error {
        Pcsc::RemovedCard => Lost::NotSent,
        _ => Lost::Unknown,
    }
}
