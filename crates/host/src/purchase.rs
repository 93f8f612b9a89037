//! Purchases (protocol §7, §9, §10): what stations report of them, and the card's TAC.

use crypto::{Purchase, check};
use serde::{Deserialize, Serialize};
use wire::{PurchaseAnswer, PurchaseTerms, Report, Stamp, Tid, Ttc};

use crate::books::Books;
use crate::bought::PurchasePosition;
use crate::case::{Case, Outcome};
use crate::centre::Centre;
use crate::codec;
use crate::codes::Codes;
use crate::hear::{Heard, News, Sender};
use crate::notice::{About, Code};
use crate::refusal::Refusal;
use crate::verify::LAST_LOCK_CTC;

/// What was said of one purchase, under (TID, TTC).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct PurchaseCase {
    /// As the station sent them.
    #[serde(with = "codec::bytes")]
    pub terms: PurchaseTerms,
    /// The card's answer, once its TAC was right: the card paid.
    #[serde(with = "codec::maybe_bytes")]
    pub paid: Option<PurchaseAnswer>,
    /// MAC2 was right: the card stood at this CTC, which the TAC does not say, and the goods were
    /// given, since the PSAM agreed to the same code.
    pub mac2_proved: bool,
    /// Something new may still end it.
    pub open: bool,
}

impl PurchaseCase {
    const fn new(terms: PurchaseTerms) -> Self {
        Self { terms, paid: None, mac2_proved: false, open: true }
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> (Tid, Ttc) {
        (self.terms.id.tid, self.terms.id.ttc)
    }
}

/// One purchase in the list that operators and audits read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PurchaseRow {
    /// The terms.
    pub terms: PurchaseTerms,
    /// How it ended, as far as it is known.
    pub end: PurchaseEnd,
    /// The station is owed its amount.
    pub owed: bool,
}

/// How a purchase ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PurchaseEnd {
    /// The card's TAC: it paid.
    Tac,
    /// The card went on, and its balances agree only if it paid.
    Succession,
    /// Two operators.
    Operators,
    /// It did not pay: its station, operators or its later numbers say so.
    Void,
    /// Not known yet.
    Open,
}

impl PurchaseEnd {
    /// The name, as the interface shows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tac => "tac",
            Self::Succession => "succession",
            Self::Operators => "operators",
            Self::Void => "void",
            Self::Open => "open",
        }
    }
}

/// What its codes are made over.
pub(crate) const fn paid_of(terms: &PurchaseTerms) -> Purchase {
    let PurchaseTerms { id, amount, at, .. } = *terms;
    Purchase { purse: id.purse, amount, tid: id.tid, ttc: id.ttc, date: at.date, time: at.time }
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Every purchase of which something was heard.
    pub fn purchases(&self) -> Vec<PurchaseRow> {
        self.books.purchases().iter().map(|case| self.purchase_row(case)).collect()
    }

    /// The same of one number.
    pub fn purchase_at(&self, tid: Tid, ttc: Ttc) -> Option<PurchaseRow> {
        self.books.purchase(tid, ttc).map(|case| self.purchase_row(&case))
    }

    fn purchase_row(&self, case: &PurchaseCase) -> PurchaseRow {
        let position = PurchasePosition::load(&self.books, case.terms.id);
        PurchaseRow { terms: case.terms, end: position.end, owed: position.is_owed() }
    }

    /// A purchase, with what the card answered or without.
    pub(crate) fn hear_purchase(
        &mut self,
        sender: &Sender<'_>,
        report: &Report,
        terms: &PurchaseTerms,
        answer: Option<PurchaseAnswer>,
    ) -> Result<Heard, Refusal> {
        let (tid, ttc) = (terms.id.tid, terms.id.ttc);
        let case = self.owned(sender, tid, ttc)?;
        if let Err(reason) = self.sound_purchase(&case, terms) {
            return Ok(self.quarantine(sender, case, report, reason));
        }
        let paid = answer.filter(|answer| self.is_paid(terms, *answer));
        let known = self.books.purchase(tid, ttc);
        // What a card proves outweighs what a station only says.
        let other = known.filter(|known| known.terms != *terms);
        if other.is_some_and(|other| other.paid.is_some() || paid.is_none()) {
            return Ok(self.quarantine(sender, case, report, Code::RecordDisagrees));
        }
        let before = known.filter(|known| known.terms == *terms);
        let mut row = before.unwrap_or(PurchaseCase::new(*terms));
        let proved = answer.is_some_and(|answer| self.is_mac2(terms, answer));
        row.paid = row.paid.or(paid);
        row.mac2_proved |= proved;
        self.books.put_purchase(row);
        if paid.is_some() {
            self.card_lives(terms.id.asn);
        }
        if proved {
            self.psam_lives(tid);
        }
        self.tell_barred(terms.id, terms.at, sender.now);
        if paid.is_some() && !row.mac2_proved {
            self.tell(Code::Mac2Wrong, About::lock(terms.id), sender.now, String::new());
        }
        if paid.is_some() && case.void {
            self.tell(Code::NoticeAgainstRecord, About::lock(terms.id), sender.now, String::new());
        }
        if let Some(other) = other {
            self.settle_purchase(other.terms.id, sender.now)?;
        }
        self.settle_purchase(terms.id, sender.now)?;
        self.settle_open(terms.id.asn, sender.now)?;
        match answer {
            // The purchase is known from now on, and whether the card paid is not.
            Some(_) if paid.is_none() => Ok(self.quarantine(sender, case, report, Code::TacWrong)),
            _ => Ok(heard_of(before.as_ref(), &row)),
        }
    }

    /// Why the terms cannot be those of a purchase of ours; a number is a lock's or a purchase's.
    fn sound_purchase(&self, case: &Case, terms: &PurchaseTerms) -> Result<(), Code> {
        let (tid, ttc) = (terms.id.tid, terms.id.ttc);
        if terms.id.ctc > LAST_LOCK_CTC || !terms.id.asn.is_bcd() {
            return Err(Code::TermsInconsistent);
        }
        if self.vault.suite(terms.key.version) != Some(terms.key.algorithm) {
            return Err(Code::KeyVersionUnknown);
        }
        if self.books.card(terms.id.asn).is_none() {
            return Err(Code::CardUnknown);
        }
        match case.terms().is_some() || self.proved_lock(tid, ttc).is_some() {
            true => Err(Code::RecordDisagrees),
            false => Ok(()),
        }
    }

    fn is_paid(&self, terms: &PurchaseTerms, answer: PurchaseAnswer) -> bool {
        let own = self.vault.purchase_tac(terms.key.version, terms.id.asn, &paid_of(terms));
        own.is_some_and(|own| check(own, answer.tac).is_some())
    }

    fn is_mac2(&self, terms: &PurchaseTerms, answer: PurchaseAnswer) -> bool {
        let own = self.vault.purchase_mac2(terms);
        own.is_some_and(|own| check(own, answer.mac2).is_some())
    }

    /// The station says that the card did not pay after all.
    pub(crate) fn void_purchase(&mut self, case: &PurchaseCase, now: Stamp) -> Result<(), Refusal> {
        if case.paid.is_some() {
            self.tell(Code::NoticeAgainstRecord, About::lock(case.terms.id), now, String::new());
        }
        self.settle_purchase(case.terms.id, now)
    }

    /// Books all purchases of one purse number anew.
    pub(crate) fn settle_purchases_at(
        &mut self,
        (asn, purse, ctc): (wire::Asn, wire::Purse, u16),
        now: Stamp,
    ) -> Result<(), Refusal> {
        for case in self.books.purchases_at(asn, purse, ctc) {
            self.book_purchase(case.terms.id, now)?;
        }
        Ok(())
    }
}

/// What the report brought.
fn heard_of(before: Option<&PurchaseCase>, now: &PurchaseCase) -> Heard {
    let paid = now.paid.is_some();
    let outcome = if paid { Outcome::Purchase } else { Outcome::PurchaseUnknown };
    let news = match before {
        None => News::First,
        Some(before) if before.paid.is_none() && paid => News::Upgrade,
        Some(before) if !before.mac2_proved && now.mac2_proved => News::Upgrade,
        Some(_) => News::Repeat,
    };
    Heard { number: Some(now.number()), outcome: Some(outcome), news }
}
