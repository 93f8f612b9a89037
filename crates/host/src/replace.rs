//! A card lost or destroyed (protocol §10): the cardholder gets what is in the books after all
//! pending grey locks, the old card is blacklisted, the stations are paid from the float.

use serde::{Deserialize, Serialize};
use wire::{Asn, Purse, Stamp};

use crate::books::{Books, Card, Replacement};
use crate::centre::Centre;
use crate::codec;
use crate::codes::Codes;
use crate::ledger::{Account, PostingReason};
use crate::notice::{About, Code};
use crate::operator::{is_person, same_person};
use crate::refusal::Refusal;
use crate::standing::has_amount;

/// Two persons order a replacement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReplaceOrder {
    /// The card that is lost.
    #[serde(with = "codec::text")]
    pub asn: Asn,
    /// Who orders.
    pub maker: String,
    /// Who approved.
    pub checker: String,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "codec::bytes")]
    pub now: Stamp,
}

/// What the cardholder gets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replaced {
    /// Money by purse, ED then EP, to open another card with; negative is a debt.
    pub money: [i64; 2],
    /// It was replaced before, with these amounts.
    pub repeat: bool,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Replaces a card, once. What is known of its locks now is held back from its float, an
    /// unproved delivery too; it is refused while the card has proved a lock for which nobody
    /// knows an amount. What a later report makes a lock worth beyond that is paid to its
    /// station and booked as a loss, what it leaves over is the cardholder's.
    pub fn replace(&mut self, order: &ReplaceOrder) -> Result<Replaced, Refusal> {
        let ReplaceOrder { asn, maker, checker, reason, now } = order;
        let card = self.card(*asn)?;
        if let Some(replacement) = card.replaced {
            return Ok(Replaced { money: replacement.money, repeat: true });
        }
        is_person(maker)?;
        is_person(checker)?;
        if same_person(maker, checker) {
            return Err(Refusal::SamePerson);
        }
        if reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        self.all_amounts_known(*asn, *now)?;
        let money = [self.rest(*asn, Purse::Ed)?, self.rest(*asn, Purse::Ep)?];
        for (purse, rest) in Purse::ALL.into_iter().zip(money) {
            let back = rest.checked_neg().ok_or(Refusal::LedgerOverflow)?;
            self.transfer(*asn, purse, PostingReason::Replacement, back, *now)?;
        }
        let (maker, checker, reason) = (maker.clone(), checker.clone(), reason.clone());
        let replacement = Replacement { money, maker, checker, reason, at: *now };
        self.books.put_card(Card { replaced: Some(replacement), ..card });
        self.settle_open(*asn, *now)?;
        Ok(Replaced { money, repeat: false })
    }

    fn all_amounts_known(&mut self, asn: Asn, now: Stamp) -> Result<(), Refusal> {
        let mut shown = self.books.waiting_of(asn);
        shown.retain(|shown| !has_amount(&self.books, shown));
        for shown in &shown {
            self.tell(Code::ReplacementWaits, About::lock(shown.lock), now, String::new());
        }
        if shown.is_empty() { Ok(()) } else { Err(Refusal::LockWaitsForRuling) }
    }

    /// What the books say is left of a purse after all reservations.
    fn rest(&self, asn: Asn, purse: Purse) -> Result<i64, Refusal> {
        let balance = self.books.balance(&Account::Float(asn, purse));
        i64::try_from(balance).map_err(|_| Refusal::LedgerOverflow)
    }
}
