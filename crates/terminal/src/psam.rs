//! The PSAM as the terminal meets it.

use wire::files::{APPLICATION_FILE, PSAM_TID_SFI};
use wire::psam_command::{DebitGreyUnlock, End};
use wire::{Amount, LockTerms, PsamCommand, StatusWord, Tid, Ttc};

use crate::exchange;
use crate::failure::Failure;
use crate::transport::Transport;

/// Selects the PSAM's application and reads its terminal id.
pub fn open(psam: &mut impl Transport) -> Result<Tid, Failure> {
    let file = APPLICATION_FILE.to_be_bytes();
    exchange::psam(psam, &PsamCommand::Select { name: &file, by_id: true, le: Some(0) })?;
    let read = PsamCommand::ReadBinary { sfi: PSAM_TID_SFI, offset: 0, le: Some(6) };
    let answer = exchange::psam(psam, &read)?;
    let tid = answer.data().try_into().map_err(|_| Failure::Malformed { command: read.name() })?;
    Ok(Tid(tid))
}

/// Tells the PSAM that a lock given up needs no slot: a certified lock would keep its slot for
/// ever, so its GMAC is drawn for the amount 0 and thrown away. It could do no more than what
/// `no_dispense` says already. An uncertified or unknown lock answers an error, which is as good.
pub fn retire(psam: &mut impl Transport, terms: &LockTerms) -> Result<(), Failure> {
    let command = PsamCommand::DebitGreyUnlock(DebitGreyUnlock {
        purse: terms.id.purse,
        asn: terms.id.asn,
        ctc: terms.id.ctc.wrapping_add(1),
        amount: Amount::ZERO,
        end: Some(End { date: terms.at.date, time: terms.at.time }),
        ttc: Some(terms.id.ttc),
    });
    match exchange::psam(psam, &command) {
        Ok(_) | Err(Failure::PsamRefused { .. }) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// True when the PSAM holds this number as drawn and never claimed. A number that a restored
/// journal has forgotten was claimed, or is not held any more.
pub(crate) fn was_never_claimed(psam: &mut impl Transport, ttc: Ttc) -> Result<bool, Failure> {
    match exchange::psam(psam, &PsamCommand::GetGmac(ttc)) {
        Ok(_) => Ok(false),
        Err(Failure::PsamRefused { status, .. }) => Ok(status == StatusWord::CONDITIONS),
        Err(failure) => Err(failure),
    }
}
