//! The order of a purchase and of its recovery, over the states of [`crate::purchase`].

use wire::PurchaseStep;
use wire::response::PurchaseAnswer;
use wire::{PurchaseTerms, Stamp};

use crate::failure::Failure;
use crate::flow::Terminal;
use crate::journal::Journal;
use crate::present::{Admitted, CardIs};
use crate::purchase::{
    Goods, Payment, PurchaseBegun, PurchaseProgress, PurchaseRecorded, PurchaseShown, append, shown,
};
use crate::transport::{Clock, Dispenser, Lost, Transport};

/// Why no goods may be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotPaid {
    /// The card paid nothing.
    Nothing(Failure),
    /// Nobody knows whether it paid: the purchase stays open in the journal, until the card comes
    /// back or the centre sees it go on.
    Unknown {
        /// The purchase.
        terms: PurchaseTerms,
        /// What broke.
        failure: Failure,
    },
    /// Something answered, and the PSAM does not agree that it was the card: its TAC goes to the
    /// centre, which finds out.
    Unproved {
        /// The purchase.
        terms: PurchaseTerms,
        /// The answer that is kept.
        answer: PurchaseAnswer,
        /// What the PSAM said.
        failure: Failure,
    },
}

impl From<Failure> for NotPaid {
    fn from(failure: Failure) -> Self {
        Self::Nothing(failure)
    }
}

impl<C, P, J, K, D> Terminal<'_, C, P, J, K, D>
where
    C: Transport,
    P: Transport,
    J: Journal,
    K: Clock,
    D: Dispenser,
{
    /// From an admitted card to goods that may be given.
    pub fn pay(&mut self, admitted: Admitted, payment: &Payment<'_>) -> Result<Goods, NotPaid> {
        let begun = admitted.begin_purchase(self.card, payment, self.tid)?;
        self.void_replaced(&begun)?;
        let now = self.clock.now();
        let recorded = self.record_purchase(&begun, now)?;
        let terms = *recorded.terms();
        let (recorded, answer) = self.send_purchase(recorded)?;
        let kept = recorded.keep(answer, self.journal);
        let mut paid = kept.map_err(|failure| NotPaid::Unknown { terms, failure })?;
        let credited = paid.credit(self.psam, self.card, self.journal);
        let (_, answer) = paid.kept();
        let answer = *answer;
        let goods = credited.map_err(|failure| NotPaid::Unproved { terms, answer, failure })?;
        // What cannot be kept of the second answer costs the goods nothing.
        Ok(goods.confirm(self.card, self.journal).unwrap_or(goods))
    }

    /// Open purchases of this card under the number at which it stands were never carried out.
    fn void_replaced(&mut self, begun: &PurchaseBegun) -> Result<(), Failure> {
        let mut after = None;
        while let Some(number) = self.journal.next_open_purchase(after) {
            if let Some(PurchaseProgress::Sent(terms)) = self.journal.purchase(number.0, number.1)
                && begun.replaces(&terms)
            {
                append(self.journal, &terms, PurchaseStep::Void)?;
            }
            after = Some(number);
        }
        Ok(())
    }

    /// `purchase_sent`, or void when the card is gone before DEBIT went out.
    fn record_purchase(
        &mut self,
        begun: &PurchaseBegun,
        now: Stamp,
    ) -> Result<PurchaseRecorded, Failure> {
        let drawn = begun.draw(self.psam, now)?;
        if self.card.is_present() {
            return drawn.record(self.psam, self.journal);
        }
        drawn.void(self.psam, self.journal)?;
        Err(Failure::CardLost { during: "DEBIT FOR PURCHASE", lost: Lost::NotSent })
    }

    /// DEBIT FOR PURCHASE. An answer that was lost or is nonsense is asked for once more, and a
    /// refusal is believed only if the card does not prove the purchase.
    fn send_purchase(
        &mut self,
        recorded: PurchaseRecorded,
    ) -> Result<(PurchaseRecorded, PurchaseAnswer), NotPaid> {
        let failure = match recorded.debit(self.card) {
            Ok(answer) => return Ok((recorded, answer)),
            Err(failure) => failure,
        };
        let never = matches!(failure, Failure::CardLost { lost: Lost::NotSent, .. });
        match if never { Ok(None) } else { recorded.prove(self.card) } {
            Ok(Some(answer)) => Ok((recorded, answer)),
            Ok(None) => {
                recorded.void(self.journal)?;
                Err(NotPaid::Nothing(failure))
            }
            Err(_) => Err(NotPaid::Unknown { terms: *recorded.terms(), failure }),
        }
    }

    /// A card is there: what its open purchases of this journal came to, as far as it shows.
    pub fn recover_purchases(&mut self, card: &CardIs) -> Result<(), Failure> {
        let mut after = None;
        while let Some(number) = self.journal.next_open_purchase(after) {
            if let Some(PurchaseProgress::Sent(terms)) = self.journal.purchase(number.0, number.1)
                && terms.id.asn == card.asn()
            {
                recover(self.card, self.journal, &terms)?;
            }
            after = Some(number);
        }
        Ok(())
    }
}

/// Takes one open purchase as far as its card shows.
pub(crate) fn recover(
    card: &mut impl Transport,
    journal: &mut impl Journal,
    terms: &PurchaseTerms,
) -> Result<(), Failure> {
    match shown(card, terms)? {
        PurchaseShown::Paid(answer) => append(journal, terms, PurchaseStep::Paid(answer)),
        PurchaseShown::NotPaid => append(journal, terms, PurchaseStep::Void),
        PurchaseShown::Unknown => Ok(()),
    }
}
