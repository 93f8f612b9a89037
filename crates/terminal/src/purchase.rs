//! From an unlocked card to goods that are paid for (protocol §7, §8, §9).
//!
//! ```text
//! Admitted ─ PurchaseBegun ─ PurchaseDrawn ═ PurchaseRecorded ─ answer ═ Paid ─ Goods
//!                                                        (═ a journal entry, ─ an APDU)
//! ```
//!
//! Only [`Goods`] may be given: the PSAM agreed that the card paid. What was paid without it goes
//! to the centre all the same, which checks the card's TAC.

mod progress;
mod shown;

use wire::card_command::{DebitForPurchase, InitializeAmount};
use wire::psam_command::InitPurchase;
use wire::response::{InitPurchase as Begun, InitSamPurchase, PurchaseAnswer};
use wire::{
    Amount, CardCommand, Entry, Kind, LockId, Mac, PsamCommand, PurchaseStep, PurchaseTerms, Purse,
    Stamp, StatusWord, Step, Tid,
};

use crate::exchange;
use crate::failure::Failure;
use crate::journal::Journal;
use crate::lock::{KEY_INDEX, further_levels, void_skipped};
use crate::present::{Admitted, present};
use crate::transport::Transport;

pub use progress::PurchaseProgress;
pub use shown::{PurchaseShown, shown};

/// What a customer wants to pay.
#[derive(Clone, Copy, Debug)]
pub struct Payment<'a> {
    /// Which purse pays: ED asks for the PIN.
    pub purse: Purse,
    /// BCD digits of the PIN.
    pub pin: &'a [u8],
    /// How much.
    pub amount: Amount,
}

/// The card told its number, balance and random number.
#[derive(Debug)]
pub struct PurchaseBegun {
    admitted: Admitted,
    purse: Purse,
    amount: Amount,
    tid: Tid,
    answer: Begun,
}

/// The PSAM gave TTC and MAC1; nothing is durable yet, DEBIT FOR PURCHASE has not gone out.
#[derive(Debug)]
pub struct PurchaseDrawn {
    terms: PurchaseTerms,
    mac1: Mac,
}

/// `purchase_sent` is durable: DEBIT FOR PURCHASE may go out.
#[derive(Debug)]
pub struct PurchaseRecorded {
    terms: PurchaseTerms,
    mac1: Mac,
}

/// `purchased` is durable, whatever the answer is worth.
#[derive(Debug)]
pub struct Paid {
    terms: PurchaseTerms,
    answer: PurchaseAnswer,
}

/// The PSAM agreed that the card paid: the goods may be given. Nothing else makes this permit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Goods {
    terms: PurchaseTerms,
    answer: PurchaseAnswer,
}

impl Admitted {
    /// VERIFY PIN where the purse asks for it, then INITIALIZE FOR PURCHASE.
    pub fn begin_purchase(
        self,
        card: &mut impl Transport,
        payment: &Payment<'_>,
        tid: Tid,
    ) -> Result<PurchaseBegun, Failure> {
        let Payment { purse, pin, amount } = *payment;
        if purse == Purse::Ed {
            exchange::card(card, &CardCommand::VerifyPin { digits: pin })?;
        }
        let fields = InitializeAmount { purse, key_index: KEY_INDEX, amount, tid };
        let command = CardCommand::InitializeForPurchase(fields);
        let data = exchange::card(card, &command)?;
        let answer =
            Begun::parse(data.data()).ok_or(Failure::Malformed { command: command.name() })?;
        Ok(PurchaseBegun { admitted: self, purse, amount, tid, answer })
    }
}

impl PurchaseBegun {
    /// True for a purchase of this card and purse under the number at which the card stands: it
    /// was never carried out, and this one takes its place.
    #[must_use]
    pub fn replaces(&self, other: &PurchaseTerms) -> bool {
        let LockId { asn, purse, ctc, .. } = other.id;
        (asn, purse, ctc) == (self.admitted.public.asn(), self.purse, self.answer.ctc)
    }

    /// INIT SAM PURCHASE: draws the TTC.
    pub fn draw(&self, psam: &mut impl Transport, at: Stamp) -> Result<PurchaseDrawn, Failure> {
        let public = &self.admitted.public;
        let (asn, amount, purse) = (public.asn(), self.amount, self.purse);
        let Begun { balance, ctc, limit, key, icc } = self.answer;
        let command = PsamCommand::InitPurchase(InitPurchase {
            icc,
            ctc,
            amount,
            purse,
            date: at.date,
            time: at.time,
            key,
            asn,
            dispersing: further_levels(public.levels(), public.issuer)?,
        });
        let data = exchange::psam(psam, &command)?;
        let InitSamPurchase { ttc, mac1 } = InitSamPurchase::parse(data.data())
            .ok_or(Failure::Malformed { command: command.name() })?;
        let id = LockId { asn, purse, ctc, tid: self.tid, ttc };
        let terms = PurchaseTerms { id, icc, amount, balance, limit, at, key };
        Ok(PurchaseDrawn { terms, mac1 })
    }
}

impl PurchaseDrawn {
    /// Makes `purchase_sent` durable, after the TTCs that this journal finds skipped.
    pub fn record(
        self,
        psam: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<PurchaseRecorded, Failure> {
        let LockId { tid, ttc, .. } = self.terms.id;
        void_skipped(psam, journal, tid, ttc)?;
        append(journal, &self.terms, PurchaseStep::Sent(self.terms))?;
        Ok(PurchaseRecorded { terms: self.terms, mac1: self.mac1 })
    }

    /// The card went before DEBIT went out: the number is void.
    pub fn void(
        self,
        psam: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<(), Failure> {
        let LockId { tid, ttc, .. } = self.terms.id;
        void_skipped(psam, journal, tid, ttc)?;
        Ok(journal.append(&Entry::Lock { tid, ttc, step: Step::Void })?)
    }
}

impl PurchaseRecorded {
    /// The terms.
    #[must_use]
    pub const fn terms(&self) -> &PurchaseTerms {
        &self.terms
    }

    /// DEBIT FOR PURCHASE. When the answer is lost, [`PurchaseRecorded::prove`] asks for it.
    pub fn debit(&self, card: &mut impl Transport) -> Result<PurchaseAnswer, Failure> {
        let command = CardCommand::DebitForPurchase(DebitForPurchase {
            ttc: self.terms.id.ttc,
            date: self.terms.at.date,
            time: self.terms.at.time,
            mac1: self.mac1,
        });
        let data = exchange::card(card, &command)?;
        PurchaseAnswer::parse(data.data()).ok_or(Failure::Malformed { command: command.name() })
    }

    /// What the card answered, from GET TRANSACTION PROVE; `None` when it did not carry the
    /// purchase out and, since any command ends its pre-purchase state, never will. A card that
    /// lost its power for a moment is selected anew.
    pub fn prove(&self, card: &mut impl Transport) -> Result<Option<PurchaseAnswer>, Failure> {
        match prove(card, &self.terms) {
            Err(failure @ Failure::CardRefused { .. }) => {
                if present(card)?.asn() == self.terms.id.asn {
                    prove(card, &self.terms)
                } else {
                    Err(failure)
                }
            }
            result => result,
        }
    }

    /// Makes the answer durable.
    pub fn keep(self, answer: PurchaseAnswer, journal: &mut impl Journal) -> Result<Paid, Failure> {
        append(journal, &self.terms, PurchaseStep::Paid(answer))?;
        Ok(Paid { terms: self.terms, answer })
    }

    /// The card certainly did not carry it out.
    pub fn void(self, journal: &mut impl Journal) -> Result<(), Failure> {
        append(journal, &self.terms, PurchaseStep::Void)
    }
}

impl Paid {
    /// The terms and the answer that is kept.
    #[must_use]
    pub const fn kept(&self) -> (&PurchaseTerms, &PurchaseAnswer) {
        (&self.terms, &self.answer)
    }

    /// CREDIT SAM PURCHASE. A MAC2 that was altered on its way is read again from the card once;
    /// the other answer is kept beside the first.
    pub fn credit(
        &mut self,
        psam: &mut impl Transport,
        card: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<Goods, Failure> {
        let refused = match self.credit_once(psam) {
            Err(failure @ Failure::PsamRefused { status: StatusWord::WRONG_MAC, .. }) => failure,
            result => return result,
        };
        match prove(card, &self.terms) {
            Ok(Some(other)) if other != self.answer => {
                append(journal, &self.terms, PurchaseStep::Paid(other))?;
                self.answer = other;
                self.credit_once(psam)
            }
            _ => Err(refused),
        }
    }

    fn credit_once(&self, psam: &mut impl Transport) -> Result<Goods, Failure> {
        exchange::psam(psam, &PsamCommand::CreditPurchase { mac2: self.answer.mac2 })?;
        Ok(Goods { terms: self.terms, answer: self.answer })
    }
}

impl Goods {
    /// The purchase.
    #[must_use]
    pub const fn terms(&self) -> &PurchaseTerms {
        &self.terms
    }

    /// The card's receipt for the centre.
    #[must_use]
    pub const fn tac(&self) -> Mac {
        self.answer.tac
    }
}

impl Goods {
    /// Asks the card once more, when the goods may be given already: a TAC that was altered on its
    /// way would pay nobody before succession. Another answer is kept beside the first.
    pub fn confirm(
        self,
        card: &mut impl Transport,
        journal: &mut impl Journal,
    ) -> Result<Self, Failure> {
        match prove(card, &self.terms) {
            Ok(Some(other)) if other != self.answer => {
                append(journal, &self.terms, PurchaseStep::Paid(other))?;
                Ok(Self { answer: other, ..self })
            }
            // The first answer is durable: a card that is gone by now is as good as one that agrees.
            _ => Ok(self),
        }
    }
}

/// GET TRANSACTION PROVE for this purchase; `None` when the last purchase of the purse has
/// another number (9406).
pub(crate) fn prove(
    card: &mut impl Transport,
    terms: &PurchaseTerms,
) -> Result<Option<PurchaseAnswer>, Failure> {
    let LockId { purse, ctc, .. } = terms.id;
    let proof = exchange::prove(card, Kind::Purchase.of(purse), ctc)?;
    Ok(proof.map(|proof| PurchaseAnswer { tac: proof.tac, mac2: proof.mac2 }))
}

/// Appends a step of the purchase with these terms.
pub(crate) fn append(
    journal: &mut impl Journal,
    terms: &PurchaseTerms,
    step: PurchaseStep,
) -> Result<(), Failure> {
    let LockId { tid, ttc, .. } = terms.id;
    Ok(journal.append(&Entry::Purchase { tid, ttc, step })?)
}
