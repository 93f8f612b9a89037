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

/// Sends a command to the PSAM with this TID. One that lost its power for a moment answers 6985 to everything: so a
/// refusal with 6985 is believed only from one that was selected, and it is asked once more. What is not that PSAM
/// any more counts as lost.
pub(crate) fn ask_selected(
    psam: &mut impl Transport,
    tid: Tid,
    command: &PsamCommand<'_>,
) -> Result<exchange::Answer, Failure> {
    match exchange::psam(psam, command) {
        Err(Failure::PsamRefused { status: StatusWord::CONDITIONS, .. }) => {
            if open(psam) != Ok(tid) {
                return Err(Failure::PsamLost { during: command.name() });
            }
            exchange::psam(psam, command)
        }
        result => result,
    }
}

/// Tells the PSAM that a lock given up needs no slot: a certified lock would keep its slot for
/// ever, so its GMAC is drawn for the amount 0 and thrown away. It could do no more than what
/// `no_dispense` says already. An uncertified or unknown lock answers an error, which is as good.
pub fn retire(psam: &mut impl Transport, terms: &LockTerms) -> Result<(), Failure> {
    match exchange::psam(psam, &debit_over(terms, Amount::ZERO)) {
        Ok(_) | Err(Failure::PsamRefused { .. }) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// What the PSAM that made a lock knows of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PsamSays {
    /// It is not here, or does not answer.
    Absent,
    /// It is here, and nobody asked it about this lock.
    Unasked,
    /// It holds no such lock: none was made, or its slot was given away.
    Unknown,
    /// It never certified the lock: no nozzle opened on it.
    Uncertified,
    /// It certified the lock and gave no GMAC.
    Certified,
    /// It gave the GMAC: somebody asked for it, and only a journal with `delivered` does.
    Claimed,
}

/// Asks the PSAM how far a lock got. Nothing changes: an amount above every balance tells a
/// certified lock (9401) from one that is not (6985), and never gets a GMAC. A PSAM that lost its
/// power answers 6985 too, to everything: so it is selected first, and must be the one that is meant.
pub(crate) fn ask(psam: &mut impl Transport, terms: &LockTerms) -> PsamSays {
    if open(psam) != Ok(terms.id.tid) {
        return PsamSays::Absent;
    }
    match exchange::psam(psam, &PsamCommand::GetGmac(terms.id.ttc)) {
        Ok(_) => PsamSays::Claimed,
        Err(Failure::PsamRefused { status: StatusWord::CONDITIONS, .. }) => probe(psam, terms),
        Err(Failure::PsamRefused { .. }) => PsamSays::Unknown,
        Err(_) => PsamSays::Absent,
    }
}

/// Asks the PSAM, selected anew, only whether it gave the GMAC of a lock.
pub(crate) fn ask_if_claimed(psam: &mut impl Transport, tid: Tid, ttc: Ttc) -> PsamSays {
    if open(psam) != Ok(tid) {
        return PsamSays::Absent;
    }
    match exchange::psam(psam, &PsamCommand::GetGmac(ttc)) {
        Ok(_) => PsamSays::Claimed,
        _ => PsamSays::Unasked,
    }
}

fn probe(psam: &mut impl Transport, terms: &LockTerms) -> PsamSays {
    // No amount is above this balance, so a certified lock would give its GMAC.
    if terms.balance == Amount::MAX {
        return PsamSays::Certified;
    }
    match exchange::psam(psam, &debit_over(terms, Amount::MAX)) {
        Err(Failure::PsamRefused { status: StatusWord::CONDITIONS, .. }) => PsamSays::Uncertified,
        Err(Failure::PsamRefused { status: StatusWord::UNKNOWN_LOCK, .. }) => PsamSays::Unknown,
        Err(Failure::PsamLost { .. }) => PsamSays::Absent,
        _ => PsamSays::Certified,
    }
}

/// DEBIT SAM GREY UNLOCK over an amount that nobody delivered.
fn debit_over(terms: &LockTerms, amount: Amount) -> PsamCommand<'static> {
    PsamCommand::DebitGreyUnlock(DebitGreyUnlock {
        purse: terms.id.purse,
        asn: terms.id.asn,
        ctc: terms.id.ctc.wrapping_add(1),
        amount,
        end: Some(End { date: terms.at.date, time: terms.at.time }),
        ttc: Some(terms.id.ttc),
    })
}

/// True when the PSAM holds this number as drawn and never claimed. A number that a restored
/// journal has forgotten was claimed, or is not held any more.
pub(crate) fn was_never_claimed(
    psam: &mut impl Transport,
    tid: Tid,
    ttc: Ttc,
) -> Result<bool, Failure> {
    // Without its selection it would answer 6985, as if it had drawn the number and no more.
    if open(psam)? != tid {
        return Ok(false);
    }
    match exchange::psam(psam, &PsamCommand::GetGmac(ttc)) {
        Ok(_) => Ok(false),
        Err(Failure::PsamRefused { status, .. }) => Ok(status == StatusWord::CONDITIONS),
        Err(failure) => Err(failure),
    }
}
