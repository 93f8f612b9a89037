//! The receipt of an on-line unlock: MAC3, from the card's answer or from its status
//! (state 10, tag 95) when that answer was lost.

use crypto::check;
use crypto::online::Unlock;
use seeded::{Bug, instead};
use wire::{Amount, Asn, GreyStatus, LockId, Mac, Purse, Stamp};

use crate::books::Books;
use crate::case::Case;
use crate::centre::Centre;
use crate::codes::Codes;
use crate::facts::DecisionRow;
use crate::hear::{Heard, News};
use crate::refusal::Refusal;

/// A MAC3 fitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Confirmed {
    /// The lock that the card has left.
    pub lock: LockId,
    /// What it was debited.
    pub amount: Amount,
    /// It was confirmed before.
    pub repeat: bool,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Takes a MAC3. It must fit exactly one decision of this card and OTC.
    pub fn confirm(
        &mut self,
        asn: Asn,
        purse: Option<Purse>,
        otc: u16,
        mac3: Mac,
        now: Stamp,
    ) -> Result<Confirmed, Refusal> {
        self.card(asn)?;
        let rows = self.books.decisions_of(asn).into_iter();
        let asked = rows.filter(|row| row.otc == otc && purse.is_none_or(|p| p == row.purse()));
        let mut fitting: Vec<DecisionRow> = asked.filter(|row| self.fits(row, mac3)).collect();
        let row = fitting.pop().ok_or(Refusal::Mac3FitsNoDecision)?;
        if !fitting.is_empty() {
            return Err(Refusal::Mac3FitsSeveral);
        }
        self.card_lives(asn);
        let (lock, amount, repeat) = (row.lock, row.amount, row.mac3.is_some());
        self.books.put_decision(DecisionRow { mac3: Some(mac3), ..row });
        self.settle(lock, now)?;
        Ok(Confirmed { lock, amount, repeat })
    }

    /// `balance after || OTC || amount || 95 || TID || date || time` under the TAC key.
    fn fits(&self, row: &DecisionRow, mac3: Mac) -> bool {
        let Some(after) = row.balance.checked_sub(row.amount) else { return false };
        let (purse, amount, tid) = (row.purse(), row.amount, row.tid);
        let unlock = Unlock { purse, amount, tid, date: row.date, time: row.time };
        let versions = self.vault.versions().into_iter();
        let mut own = versions
            .filter_map(|v| self.vault.unlock_mac3(v, row.lock.asn, &unlock, (after, row.otc)));
        own.any(|own| check(own, instead(Bug::Mac3NotCompared, mac3, own)).is_some())
    }

    /// A status in state 10 after tag 95: the OTC stands in the place of TTC.
    pub(crate) fn hear_mac3(
        &mut self,
        asn: Asn,
        status: &GreyStatus,
        now: Stamp,
    ) -> Result<Heard, Refusal> {
        let more = status.more.ok_or(Refusal::StatusTooShort)?;
        let otc = u16::try_from(more.ttc.0).map_err(|_| Refusal::Mac3FitsNoDecision)?;
        let confirmed = self.confirm(asn, Some(status.purse), otc, status.b, now)?;
        let (tid, ttc) = (confirmed.lock.tid, confirmed.lock.ttc);
        let case = self.books.case(tid, ttc).unwrap_or(Case::new(tid, ttc));
        let news = if confirmed.repeat { News::Repeat } else { News::Upgrade };
        Ok(Heard { number: Some((tid, ttc)), outcome: self.outcome_of(&case), news })
    }
}
