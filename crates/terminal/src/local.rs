//! Local unlock (claim 5): a grey card, a record from the journal or from the centre's list,
//! no key and no link.

use wire::{ClaimedRecord, Entry, GreyState, LockId, LockTerms, Mac, Step};

use crate::failure::{Failure, Refusal};
use crate::journal::Journal;
use crate::present::{Grey, read_status};
use crate::progress::Progress;
use crate::sale::{Settled, debit_once};
use crate::transport::Transport;

/// A record that agrees in everything with what the grey card shows.
#[derive(Clone, Copy, Debug)]
pub struct Agreed {
    record: ClaimedRecord,
}

impl Grey {
    /// The lock id that the card shows; the record to unlock it is looked up by its
    /// (TID, TTC), and [`Grey::agree`] then holds the rest against it.
    #[must_use]
    pub const fn lock_id(&self) -> LockId {
        let status = self.status();
        LockId {
            asn: self.asn(),
            purse: status.purse,
            ctc: status.ctc.wrapping_sub(1),
            tid: status.tid,
            ttc: self.more().ttc,
        }
    }

    /// Lock id, date, time and balance are those of these terms.
    #[must_use]
    pub fn shows(&self, terms: &LockTerms) -> bool {
        let status = self.status();
        terms.id == self.lock_id()
            && (terms.at.date, terms.at.time) == (status.date, status.time)
            && terms.balance == status.balance
    }

    /// Lock id, date, time, balance, MAC2 and GTAC must all agree.
    pub fn agree(&self, record: &ClaimedRecord) -> Result<Agreed, Refusal> {
        let status = self.status();
        let agrees = self.shows(&record.terms)
            && record.certified.mac2 == status.mac2()
            && record.certified.gtac == status.b;
        if agrees { Ok(Agreed { record: *record }) } else { Err(Refusal::RecordDisagrees) }
    }
}

impl Agreed {
    /// DEBIT FOR REFUEL with the record, the TAC made durable. After 9302 the record is noted
    /// as refused and never tried again from this station.
    pub fn debit(
        self,
        card: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<Settled, Failure> {
        if journal.is_refused(&self.record) {
            return Err(Refusal::RecordRefused.into());
        }
        let tac = debit_once(&self.record, card, journal)?;
        keep_tac(&self.record, tac, card, journal)?;
        Ok(Settled::new(self.record, tac))
    }
}

/// Makes the TAC durable: as the settlement of the station's own claimed lock, otherwise as the
/// status that the card now shows. A TAC that a settled lock holds is never replaced: whoever
/// owns the wire could take a right one out of the reports.
fn keep_tac(
    record: &ClaimedRecord,
    tac: Mac,
    card: &mut impl Transport,
    journal: &mut impl Journal,
) -> Result<(), Failure> {
    let LockId { tid, ttc, asn, .. } = record.terms.id;
    match journal.progress(tid, ttc) {
        Some(Progress::Claimed(own)) if own.claim == record.claim => {
            return Ok(journal.append(&Entry::Lock { tid, ttc, step: Step::Settled(tac) })?);
        }
        Some(Progress::Settled(own, known)) if own.claim == record.claim && known == tac => {
            return Ok(());
        }
        _ => {}
    }
    let (status, _) = read_status(card)?;
    if status.state != GreyState::Debited || status.b != tac {
        return Err(Refusal::UnexpectedState.into());
    }
    Ok(journal.append(&Entry::TacSeen { asn, status })?)
}
