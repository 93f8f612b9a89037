//! TACs and MAC3s that a card showed in state 10: whoever saw them may report them.

use crypto::Debit;
use seeded::Bug;
use wire::{Asn, GreyState, GreyStatus, LockId, Ttc};

use crate::books::Books;
use crate::case::Case;
use crate::centre::Centre;
use crate::codes::Codes;
use crate::facts::TacFact;
use crate::hear::{Heard, Sender};
use crate::notice::{About, Code};
use crate::refusal::Refusal;
use crate::verify;

impl<B: Books, V: Codes> Centre<B, V> {
    /// A card showed state 10: whoever saw it may report it.
    pub(crate) fn hear_status(
        &mut self,
        sender: &Sender<'_>,
        asn: Asn,
        status: &GreyStatus,
    ) -> Result<Heard, Refusal> {
        self.card(asn)?;
        match status.state {
            GreyState::Debited => self.hear_tac(sender, asn, status),
            GreyState::UnlockedOnline => self.hear_mac3(asn, status, sender.now),
            GreyState::Unlocked | GreyState::Grey => Err(Refusal::StatusShowsNoTac),
        }
    }

    fn hear_tac(
        &mut self,
        sender: &Sender<'_>,
        asn: Asn,
        status: &GreyStatus,
    ) -> Result<Heard, Refusal> {
        let more = status.more.ok_or(Refusal::StatusTooShort)?;
        let amount = status.amount().ok_or(Refusal::StatusShowsNoTac)?;
        let ctc = status.ctc.checked_sub(2).ok_or(Refusal::StatusShowsNoTac)?;
        let (purse, tid, ttc) = (status.purse, status.tid, more.ttc);
        let (date, time) = (status.date, status.time);
        let debit = Debit { purse, amount, tid, ttc, date, time };
        let trusted = seeded::is(Bug::SeenTacTrusted);
        if !verify::is_tac(&self.vault, asn, &debit, status.b) && !trusted {
            let about = About { asn: Some(asn), ..About::number(tid, ttc).by(sender.station) };
            self.tell(Code::TacWrong, about, sender.now, status.b.to_string());
            return Err(Refusal::TacWrong);
        }
        let lock = lock_of(asn, status, ctc, ttc);
        let case = self.books.case(tid, ttc).unwrap_or(Case::new(tid, ttc));
        let before = self.outcome_of(&case);
        self.card_lives(asn);
        let changed = self.books.add_tac(TacFact { lock, amount, date, time, tac: status.b });
        self.tell_void_belied(tid, ttc, sender.now);
        self.settle(lock, sender.now)?;
        let stranger = case.claimed_lock().is_some_and(|own| own.asn != asn);
        if stranger {
            let about = About::lock(lock);
            self.tell(Code::TacDisagreesWithRecord, about, sender.now, asn.to_string());
        }
        Ok(self.heard(&case, before, changed, sender.now))
    }
}

/// The lock id of a status, given CTC n.
pub(crate) const fn lock_of(asn: Asn, status: &GreyStatus, ctc: u16, ttc: Ttc) -> LockId {
    LockId { asn, purse: status.purse, ctc, tid: status.tid, ttc }
}
