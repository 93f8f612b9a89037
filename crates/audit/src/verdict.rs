//! What an audit answers.

use wire::LockId;

use crate::finding::{Finding, Note};

/// The whole answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// No problem was found.
    pub ok: bool,
    /// What protocol §11 does not allow.
    pub problems: Vec<Problem>,
    /// The sums.
    pub totals: Totals,
    /// What is allowed and worth knowing; every open claimed record is among them.
    pub statements: Vec<Statement>,
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// What.
    pub what: Finding,
    /// Where it was seen, with the numbers.
    pub evidence: String,
    /// How much does not add up; never negative, 0 when no money is off.
    pub cents: i64,
}

/// One thing that is so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// What.
    pub what: Note,
    /// Where it was seen, with the numbers.
    pub evidence: String,
    /// The money that it is about.
    pub cents: i64,
    /// The lock that it is about.
    pub lock: Option<LockId>,
}

/// The sums over everything that was given, in the smallest unit of the purse.
///
/// Over the cards whose opening is known:
/// `openings + loads − unloads + difference = money_on_cards + debits_by_cards + not_covered`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Cards counted.
    pub cards: i64,
    /// What their purses began with.
    pub openings: i64,
    /// Loaded since.
    pub loads: i64,
    /// Unloaded since.
    pub unloads: i64,
    /// What they hold today; pending grey money is in it.
    pub money_on_cards: i64,
    /// Debited from them: at terminals, on-line, by purchases.
    pub debits_by_cards: i64,
    /// Gone by changes that nothing given tells about.
    pub not_covered: i64,
    /// What does not add up: positive when there is more money than there should be.
    pub difference: i64,
    /// Claimed, and the money is still on the card.
    pub pending_grey: i64,
    /// Debited from the card, and not heard of by the centre (or the journal, without one).
    pub debited_unheard: i64,
    /// Settled: by the centre, or without one by the journals.
    pub settled: i64,
    /// What stations are owed: settled, purchases and accepted claims.
    pub owed_to_stations: i64,
    /// Claims accepted.
    pub claims: i64,
    /// Delivered without a GMAC.
    pub unproved: i64,
}

impl Totals {
    /// Every sum under its name, in the order in which they are shown.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, i64); 14] {
        [
            ("cards", self.cards),
            ("openings", self.openings),
            ("loads", self.loads),
            ("unloads", self.unloads),
            ("money_on_cards", self.money_on_cards),
            ("debits_by_cards", self.debits_by_cards),
            ("not_covered", self.not_covered),
            ("difference", self.difference),
            ("pending_grey", self.pending_grey),
            ("debited_unheard", self.debited_unheard),
            ("settled", self.settled),
            ("owed_to_stations", self.owed_to_stations),
            ("claims", self.claims),
            ("unproved", self.unproved),
        ]
    }
}

/// Where the checks put what they find.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) problems: Vec<Problem>,
    pub(crate) statements: Vec<Statement>,
}

impl Report {
    /// Notes a problem; `off` is by how much, in either direction.
    pub(crate) fn problem(&mut self, what: Finding, off: i64, evidence: String) {
        let problem = Problem { what, evidence, cents: off.checked_abs().unwrap_or(i64::MAX) };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Notes a statement.
    pub(crate) fn state(&mut self, what: Note, cents: i64, lock: Option<LockId>, evidence: String) {
        self.statements.push(Statement { what, evidence, cents, lock });
    }

    /// A sum that must stay within 64 bits; one that does not is a problem of its own.
    pub(crate) fn sum(&mut self, of: &str, parts: impl IntoIterator<Item = i64>) -> i64 {
        let total = parts.into_iter().try_fold(0_i64, i64::checked_add);
        total.unwrap_or_else(|| {
            let evidence = format!("the sum of {of} leaves 64 bits");
            self.problem(Finding::TotalsDoNotAddUp, 0, evidence);
            0
        })
    }
}
