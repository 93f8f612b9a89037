//! From the open nozzle to the settled debit (claims 3, 5, 8).

use seeded::Bug;
use wire::card_command::DebitForRefuel;
use wire::psam_command::{DebitGreyUnlock, End};
use wire::{
    CardCommand, Certified, Claim, ClaimedRecord, Delivery, Entry, GreyState, GreyStatus, LockId,
    LockTerms, Mac, PsamCommand, Scheme, Stamp, StatusMore, StatusWord, Step,
};

use crate::exchange;
use crate::failure::{Failure, Refusal};
use crate::journal::Journal;
use crate::lock::append;
use crate::present::{clear_tac, read_status};
use crate::price::amount_of;
use crate::psam::ask_selected;
use crate::transport::Transport;

/// `locked` is durable: the nozzle may open, up to the ceiling. Nothing else gives this permit.
#[derive(Debug)]
pub struct Open {
    terms: LockTerms,
    certified: Certified,
}

/// `delivered` is durable: the GMAC may be asked for.
#[derive(Debug)]
pub struct Delivered {
    terms: LockTerms,
    certified: Certified,
    delivery: Delivery,
}

/// `claimed` is durable: the grey record is whole, DEBIT may go out.
#[derive(Debug)]
pub struct Claimed {
    record: ClaimedRecord,
}

/// `settled` is durable: receipt, clearing TACUF.
#[derive(Debug)]
pub struct Settled {
    record: ClaimedRecord,
    tac: Mac,
}

impl Open {
    pub(crate) const fn new(terms: LockTerms, certified: Certified) -> Self {
        Self { terms, certified }
    }

    /// The lock's terms.
    #[must_use]
    pub const fn terms(&self) -> &LockTerms {
        &self.terms
    }

    /// What was certified: ceiling, price, totalizer before.
    #[must_use]
    pub const fn certified(&self) -> &Certified {
        &self.certified
    }

    /// The nozzle closed with this totalizer: makes `delivered` durable. A totalizer that ran
    /// backwards counts as nothing delivered.
    pub fn close(
        self,
        journal: &mut impl Journal,
        totalizer_after: u64,
        at: Stamp,
    ) -> Result<Delivered, Failure> {
        let Certified { unit_price, rounding, ceiling, totalizer_before, .. } = self.certified;
        let quantity = totalizer_after.saturating_sub(totalizer_before);
        let amount = amount_of(quantity, unit_price, rounding, ceiling);
        let delivery = Delivery { quantity, amount, at, totalizer_after };
        append(journal, &self.terms, Step::Delivered(delivery))?;
        Ok(Delivered::new(self.terms, self.certified, delivery))
    }
}

impl Delivered {
    pub(crate) const fn new(terms: LockTerms, certified: Certified, delivery: Delivery) -> Self {
        Self { terms, certified, delivery }
    }

    /// DEBIT SAM GREY UNLOCK, then `claimed`. Asked again after a power cut, the PSAM gives
    /// the same GMAC.
    pub fn claim(
        self,
        psam: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<Claimed, Failure> {
        let claim = self.ask_gmac(psam)?;
        append(journal, &self.terms, Step::Claimed(claim))?;
        Ok(Claimed::new(ClaimedRecord {
            terms: self.terms,
            certified: self.certified,
            delivery: self.delivery,
            claim,
        }))
    }

    fn ask_gmac(&self, psam: &mut impl Transport) -> Result<Claim, Failure> {
        let id = &self.terms.id;
        let Stamp { date, time, .. } = self.delivery.at;
        let command = PsamCommand::DebitGreyUnlock(DebitGreyUnlock {
            purse: id.purse,
            asn: id.asn,
            ctc: id.ctc.wrapping_add(1),
            amount: self.delivery.amount,
            end: Some(End { date, time }),
            ttc: Some(id.ttc),
        });
        let answer = match ask_selected(psam, id.tid, &command) {
            // Whatever it says no with once it is selected, this PSAM gives no GMAC for this delivery any more.
            Err(Failure::PsamRefused { .. }) => return Err(Refusal::PsamForgot.into()),
            result => result?,
        };
        match *answer.data() {
            [a, b, c, d, e, f, g, h] => {
                Ok(Claim { gmac: Mac([a, b, c, d]), sam_tac: Mac([e, f, g, h]) })
            }
            _ => Err(Failure::Malformed { command: command.name() }),
        }
    }
}

impl Claimed {
    pub(crate) const fn new(record: ClaimedRecord) -> Self {
        Self { record }
    }

    /// The grey record.
    #[must_use]
    pub const fn record(&self) -> &ClaimedRecord {
        &self.record
    }

    /// DEBIT FOR REFUEL, then `settled`. After 9302 the record is never tried again here.
    pub fn debit(
        self,
        card: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<Settled, Failure> {
        let tac = debit_once(&self.record, card, journal)?;
        if seeded::is(Bug::ClearsBeforeKeeping) {
            let _ = clear_tac(card);
        }
        append(journal, &self.record.terms, Step::Settled(tac))?;
        Ok(Settled { record: self.record, tac })
    }
}

/// DEBIT FOR REFUEL of a claimed record: with the lock's TID and TTC, the stored amount,
/// date', time' and GMAC, whichever terminal sends it. The answer is the TAC, which only the
/// centre can check.
fn debit_for(record: &ClaimedRecord, card: &mut impl Transport) -> Result<Mac, Failure> {
    let id = &record.terms.id;
    let command = CardCommand::DebitForRefuel(DebitForRefuel {
        purse: id.purse,
        amount: record.delivery.amount,
        ctc: id.ctc.wrapping_add(1),
        tid: id.tid,
        ttc: id.ttc,
        date: record.delivery.at.date,
        time: record.delivery.at.time,
        gmac: record.claim.gmac,
    });
    let answer = exchange::card(card, &command)?;
    let tac =
        answer.data().try_into().map_err(|_| Failure::Malformed { command: command.name() })?;
    Ok(Mac(tac))
}

/// [`debit_for`], and after 9302 the record is noted as refused: another try would only count
/// on the card once more (protocol §9).
pub(crate) fn debit_once(
    record: &ClaimedRecord,
    card: &mut impl Transport,
    journal: &mut impl Journal,
) -> Result<Mac, Failure> {
    let outcome = debit_for(record, card);
    if let Err(Failure::CardRefused { status: StatusWord::WRONG_MAC, .. }) = outcome {
        let (lock, tried) = (record.terms.id, record.tried());
        journal.append(&Entry::RefusedRecord { lock, tried })?;
    }
    outcome
}

impl Settled {
    pub(crate) const fn new(record: ClaimedRecord, tac: Mac) -> Self {
        Self { record, tac }
    }

    /// The sale.
    #[must_use]
    pub const fn record(&self) -> &ClaimedRecord {
        &self.record
    }

    /// What the card answered.
    #[must_use]
    pub const fn tac(&self) -> Mac {
        self.tac
    }

    /// The scheme in which the sale was proved: *field* does not prove date' and time'.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.record.terms.scheme
    }

    /// Looks whether the card agrees that it was debited, and then clears TACUF. What it shows
    /// otherwise than DEBIT was answered is kept before, so that the centre gets the card's own
    /// TAC even when power fails straight after the clearing.
    pub fn clear(
        self,
        card: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<Confirmation, Failure> {
        let (status, _) = read_status(card)?;
        if seeded::is(Bug::DebitBelieved) {
            return Ok(Confirmation::Debited(self.tac));
        }
        if status.state != GreyState::Debited || status.tid != self.record.terms.id.tid {
            return Ok(Confirmation::NotDebited);
        }
        self.keep_other(status, journal)?;
        // A TACUF that stays set costs nothing: the next visit reads the same TAC.
        if let Ok(cleared) = clear_tac(card)
            && cleared.state == GreyState::Debited
        {
            self.keep_other(cleared, journal)?;
        }
        Ok(Confirmation::Debited(status.b))
    }

    /// Makes durable what the card shows, unless it is what DEBIT was answered.
    fn keep_other(&self, status: GreyStatus, journal: &mut impl Journal) -> Result<(), Failure> {
        let at = &self.record.delivery.at;
        let as_answered = status.b == self.tac
            && status.amount() == Some(self.record.delivery.amount)
            && (status.date, status.time) == (at.date, at.time);
        if as_answered {
            return Ok(());
        }
        let LockId { asn, ttc, .. } = self.record.terms.id;
        let more = Some(StatusMore { ttc, ..StatusMore::default() });
        Ok(journal.append(&Entry::TacSeen { asn, status: GreyStatus { more, ..status } })?)
    }
}

/// What the card shows after its debit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Confirmation {
    /// It was debited, and this is its TAC.
    Debited(Mac),
    /// It was not: somebody else had answered the DEBIT.
    NotDebited,
}
