//! The card's log against the card's counters (protocol §2 sequence rule, §7 log).
//!
//! Newest first, every record must use exactly the numbers below those that the record after
//! it used: a debit n and n + 1, a purchase n, an on-line change its OTC, and an on-line unlock
//! one OTC besides.

use wire::files::LogRecord;
use wire::{Kind, Purse};

use crate::facts::CardFacts;
use crate::finding::Finding;
use crate::index::Index;
use crate::verdict::Report;

/// A card keeps at least so many records: with fewer, the log is the whole life of the card.
pub const LOG_RECORDS: usize = 10;

/// Walks the log of every card, purse by purse.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) {
    for card in index.cards.values() {
        for purse in Purse::ALL {
            Walk::new(index, card, purse).run(report);
        }
    }
}

/// The numbers that the records still to come must lie below.
struct Walk<'a> {
    card: &'a CardFacts,
    purse: Purse,
    ctc: u16,
    otc: u16,
    /// Where the numbers began.
    opening: Option<(u16, u16)>,
}

impl<'a> Walk<'a> {
    fn new(index: &Index<'_>, card: &'a CardFacts, purse: Purse) -> Self {
        let now = card.purse(purse);
        // A lock uses its number and writes no record.
        let grey = u16::from(card.grey_in(purse).is_some());
        let opening = index.opening(card, purse).map(|opening| (opening.ctc, opening.otc));
        Self { card, purse, ctc: now.ctc.saturating_sub(grey), otc: now.otc, opening }
    }

    fn run(mut self, report: &mut Report) {
        let (card, purse) = (self.card, self.purse);
        for record in card.log.iter().filter(|record| record.tag.purse == purse) {
            if !self.step(record, report) {
                return;
            }
        }
        let Some((ctc, otc)) = self.opening.filter(|_| card.log.len() < LOG_RECORDS) else {
            return;
        };
        self.meets("CTC", self.ctc, ctc, report);
        self.meets("OTC", self.otc, otc, report);
    }

    /// Goes below one record; `false` when it cannot stand there.
    fn step(&mut self, record: &LogRecord, report: &mut Report) -> bool {
        let sequence = record.sequence;
        let (name, above, first) = match record.tag.kind {
            Kind::Debit | Kind::Unlock => ("CTC", self.ctc, sequence.checked_sub(1)),
            Kind::Purchase => ("CTC", self.ctc, Some(sequence)),
            Kind::Load | Kind::Unload | Kind::Overdraft => ("OTC", self.otc, Some(sequence)),
            Kind::Lock | Kind::Characterized => ("CTC", self.ctc, None),
        };
        let unlocks = u16::from(record.tag.kind == Kind::Unlock);
        let otc = self.otc.checked_sub(unlocks);
        let (Some(first), Some(otc)) = (first.filter(|_| sequence < above), otc) else {
            let evidence = format!(
                "{} {}: record {:02x} at number {sequence}, where {name} had reached {above}",
                self.card.name,
                self.purse,
                record.tag.byte()
            );
            report.problem(Finding::LogOutOfOrder, 0, evidence);
            return false;
        };
        self.meets(name, above, sequence.saturating_add(1), report);
        (self.ctc, self.otc) = if name == "OTC" { (self.ctc, first) } else { (first, otc) };
        true
    }

    /// The numbers from `found` up to `above` must not be missing.
    fn meets(&self, name: &str, above: u16, found: u16, report: &mut Report) {
        if found < above {
            let evidence = format!(
                "{} {}: no record of {name} {}",
                self.card.name,
                self.purse,
                range(found, above)
            );
            report.problem(Finding::LogHasAHole, 0, evidence);
        }
    }
}

/// `from` up to but without `end`, in words.
pub(crate) fn range(from: u16, end: u16) -> String {
    let last = end.saturating_sub(1);
    if from >= last { format!("{from}") } else { format!("{from}–{last}") }
}
