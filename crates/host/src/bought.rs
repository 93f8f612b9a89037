//! What one purchase is worth in the books: a function of everything known, and of nothing else.
//!
//! | what is known | the card | who gets it |
//! |---|---|---|
//! | its TAC | paid | the station |
//! | the card went on, and its balances agree only if it paid; MAC2 was right | paid | the station, which gave the goods |
//! | the same without MAC2 | paid | the cardholder claims it: no goods were given |
//! | the card stood at this number later, or its balances agree only if it did not pay | did not pay | |
//! | the station says that it did not | as above, else did not pay | |
//! | two operators ruled whether it paid | as they said | as with succession |
//! | no more than that it went out | nobody knows | held back |
//!
//! TAC comes before a ruling, a ruling before succession. Two operators also rule on the
//! cardholder's claim: accepted, it is paid back; rejected, the station gave the goods after all.

use std::collections::BTreeSet;

use wire::{Amount, LockId, Stamp};

use crate::acts::Subject;
use crate::books::{Books, StationId};
use crate::centre::Centre;
use crate::codes::Codes;
use crate::filed::units;
use crate::ledger::{Account, Legs, Posting, PostingReason};
use crate::notice::{About, Code};
use crate::purchase::{PurchaseCase, PurchaseEnd};
use crate::refusal::Refusal;
use crate::rulings::Rulings;
use crate::succession::{self, Watched};

/// A purchase's place in the books.
pub(crate) struct PurchasePosition {
    id: LockId,
    pub(crate) end: PurchaseEnd,
    amount: i64,
    station: Option<StationId>,
    /// The PSAM agreed that the card paid: the goods were given.
    goods: bool,
    /// What operators ruled on the cardholder's claim: paid back, or the station's.
    claim: Option<bool>,
    /// The card went on, and neither way agrees.
    disagrees: bool,
    /// True when something else proves to have used its number: a copied card.
    copy: bool,
    /// What the float gave for it before its card was replaced.
    kept: Option<i64>,
}

impl PurchasePosition {
    pub(crate) fn load(books: &impl Books, id: LockId) -> Self {
        let case = books.purchase(id.tid, id.ttc).filter(|case| case.terms.id == id);
        let replaced = books.card(id.asn).is_some_and(|card| card.replaced.is_some());
        let before = || -books.booked_purchase(&id).amount(&Account::Float(id.asn, id.purse));
        let rulings = Rulings::load(books, id, &BTreeSet::new());
        let judged = case.as_ref().map(|case| judge(books, case, rulings.debit));
        let (end, disagrees) = judged.unwrap_or((PurchaseEnd::Void, false));
        let amount = case.map_or(0, |case| units(case.terms.amount));
        let claim = rulings.cardholder.filter(|(claimed, _)| *claimed == -amount);
        Self {
            id,
            end,
            amount,
            claim: claim.map(|(_, accepted)| accepted),
            station: books.station_of(id.tid),
            goods: case.is_some_and(|case| case.mac2_proved),
            disagrees,
            copy: case.is_some_and(|case| has_rival(books, &case)),
            kept: replaced.then(before),
        }
    }

    /// The station is owed its amount.
    pub(crate) fn is_owed(&self) -> bool {
        match self.end {
            PurchaseEnd::Tac => true,
            PurchaseEnd::Succession | PurchaseEnd::Operators => {
                self.goods || self.claim == Some(false)
            }
            PurchaseEnd::Void | PurchaseEnd::Open => false,
        }
    }

    /// What the cardholder claims: he paid, and no goods were given.
    pub(crate) fn claimed(&self) -> Option<i64> {
        let paid = matches!(self.end, PurchaseEnd::Succession | PurchaseEnd::Operators);
        (paid && !self.goods).then_some(-self.amount)
    }

    /// True when the claim was paid back, whatever is heard since.
    fn is_paid_back(&self) -> bool {
        self.claim == Some(true) && self.end != PurchaseEnd::Void && self.end != PurchaseEnd::Open
    }

    /// The money is with nobody yet: two operators may say whether the card paid.
    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.end, PurchaseEnd::Open)
    }

    fn due(&self) -> i64 {
        if self.end == PurchaseEnd::Void { 0 } else { self.amount }
    }

    fn creditor(&self) -> Account {
        let LockId { asn, purse, .. } = self.id;
        match self.end {
            _ if self.is_paid_back() => Account::Issued,
            _ if self.is_owed() => self.payable(),
            PurchaseEnd::Tac | PurchaseEnd::Succession | PurchaseEnd::Operators => {
                Account::CardholderClaims(asn)
            }
            PurchaseEnd::Open | PurchaseEnd::Void => Account::Reserved(asn, purse),
        }
    }

    fn payable(&self) -> Account {
        Account::StationPayable(self.station.clone().unwrap_or_default())
    }

    /// What is lost: all that a copy paid, or what is above what was held back for a lost card;
    /// what was paid back and is the station's after all.
    fn loss(&self) -> i64 {
        self.due() - self.given().min(self.due()) + self.paid_twice()
    }

    fn paid_twice(&self) -> i64 {
        if self.is_paid_back() && self.is_owed() { self.amount } else { 0 }
    }

    /// The float of a replaced card is paid out: what it gave before stays as it is.
    fn given(&self) -> i64 {
        match (self.kept, self.copy) {
            (Some(kept), _) => kept,
            (None, true) => 0,
            (None, false) => self.due(),
        }
    }

    fn legs(&self) -> Option<Legs> {
        let LockId { asn, purse, .. } = self.id;
        let (float, given, due) = (Account::Float(asn, purse), self.given(), self.due());
        let legs = Legs::default().transfer(float.clone(), self.creditor(), given.min(due))?;
        let beyond = self.loss() - self.paid_twice();
        let legs = legs.transfer(Account::WriteOff, self.creditor(), beyond)?;
        let legs = legs.transfer(Account::WriteOff, self.payable(), self.paid_twice())?;
        legs.transfer(float, Account::CardholderClaims(asn), (given - due).max(0))
    }

    const fn reason(&self) -> PostingReason {
        match self.end {
            _ if self.claim.is_some() => PostingReason::PurchaseRuled,
            PurchaseEnd::Tac => PostingReason::Purchase,
            PurchaseEnd::Operators => PostingReason::PurchaseRuled,
            PurchaseEnd::Succession => PostingReason::PurchaseBySuccession,
            PurchaseEnd::Open => PostingReason::PurchaseUnknown,
            PurchaseEnd::Void => PostingReason::PurchaseVoid,
        }
    }
}

/// How a purchase ended; true with it when the card went on and neither way agrees.
fn judge(books: &impl Books, case: &PurchaseCase, ruled: Option<Amount>) -> (PurchaseEnd, bool) {
    match (case.paid, ruled) {
        (Some(_), _) => return (PurchaseEnd::Tac, false),
        (None, Some(Amount::ZERO)) => return (PurchaseEnd::Void, false),
        (None, Some(_)) => return (PurchaseEnd::Operators, false),
        (None, None) => {}
    }
    let (tid, ttc) = case.number();
    let void = books.case(tid, ttc).is_some_and(|case| case.void);
    let unknown = if void { PurchaseEnd::Void } else { PurchaseEnd::Open };
    match succession::judge_purchase(books, case) {
        Watched::Used => (PurchaseEnd::Succession, false),
        Watched::NotUsed => (PurchaseEnd::Void, false),
        Watched::Disagrees => (unknown, true),
        Watched::NotYet => (unknown, false),
    }
}

/// One change of one purse is one (ASN, purse, CTC): a lock that its card proved at this number,
/// or at the one before and so debited under this one, or another purchase that was paid.
fn has_rival(books: &impl Books, case: &PurchaseCase) -> bool {
    let LockId { asn, purse, ctc, .. } = case.terms.id;
    if case.paid.is_none() || !case.mac2_proved {
        return false;
    }
    let numbers = [Some(ctc), ctc.checked_sub(1)].into_iter().flatten();
    let lock = numbers.into_iter().any(|ctc| !books.sightings_at(asn, purse, ctc).is_empty());
    let others = books.purchases_at(asn, purse, ctc);
    let paid = |other: &PurchaseCase| other.paid.is_some() && other.mac2_proved;
    lock || others.iter().any(|other| paid(other) && other.terms.id < case.terms.id)
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Books a purchase anew, with all others of its purse number.
    pub(crate) fn settle_purchase(&mut self, id: LockId, now: Stamp) -> Result<(), Refusal> {
        self.book_purchase(id, now)?;
        self.settle_purchases_at((id.asn, id.purse, id.ctc), now)
    }

    pub(crate) fn book_purchase(&mut self, id: LockId, now: Stamp) -> Result<(), Refusal> {
        let position = PurchasePosition::load(&self.books, id);
        let target = position.legs().ok_or(Refusal::LedgerOverflow)?;
        let booked = self.books.booked_purchase(&id);
        let lines = target.minus(&booked).ok_or(Refusal::LedgerOverflow)?;
        if !lines.is_empty() {
            let reason = position.reason();
            self.books.post(Posting { reason, asn: Some(id.asn), lock: Some(id), at: now, lines });
        }
        let case = self.books.purchase(id.tid, id.ttc).filter(|case| case.terms.id == id);
        if let Some(case) = case {
            self.books.put_purchase(PurchaseCase { open: case.paid.is_none(), ..case });
        }
        self.tell_purchase(&position, now);
        Ok(())
    }

    fn tell_purchase(&mut self, position: &PurchasePosition, now: Stamp) {
        let about = || About::lock(position.id);
        let amount = position.amount.to_string();
        match position.end {
            PurchaseEnd::Open => self.tell(Code::PurchaseUnknown, about(), now, amount),
            _ if position.claimed().is_some() && position.claim.is_none() => {
                self.tell(Code::PurchaseWithoutGoods, about(), now, amount);
            }
            _ => {}
        }
        if position.disagrees {
            self.tell(Code::BalancesDisagree, about(), now, String::new());
        }
        if position.loss() > 0 {
            self.tell(Code::LossBooked, about(), now, position.loss().to_string());
        }
        if position.copy {
            let detail = format!("purchase {}", position.id);
            let card = About::card(position.id.asn);
            self.tell(Code::ClonedOrRolledBackCard, card, now, detail.clone());
            self.raise(Subject::Card(position.id.asn), Code::ClonedOrRolledBackCard, detail);
        }
    }
}
