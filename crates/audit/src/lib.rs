//! Proves that money adds up (protocol §11), from whatever facts there are.
//!
//! Images, journals and the centre's books come in as plain [`Facts`]; a [`Verdict`] goes out:
//! what is wrong and by how many cents, the sums, and for each open claimed record whether its
//! money is still on the card or was debited and not yet heard of. No I/O, no clock, no key:
//! codes are compared with each other, never computed. The more is given, the more is proved.
//!
//! | module | looks at |
//! |---|---|
//! | [`facts`], [`finding`], [`verdict`] | what comes in, what can be found, what goes out |
//! | [`gather`] | the facts of real cards, PSAMs, journals and books |
//! | `index`, `known`, `seen` | the facts by lock and by change |
//! | `cards`, `log`, `chain` | one card and one purse, from its opening to today |
//! | `records`, `numbers`, `grey` | locks against cards; one lock and one settlement a number |
//! | `journal`, `psam` | journals and PSAMs against each other |
//! | `outcomes`, `host` | what the centre heard, and its books |
//! | `open`, `totals` | what is open, and the sums |
//!
//! Invariant: each cent that does not add up is named by a problem; what the problems do not
//! explain of the totals is a problem of its own.
#![forbid(unsafe_code)]

mod cards;
mod chain;
pub mod facts;
pub mod finding;
pub mod gather;
mod grey;
mod host;
mod index;
mod journal;
mod known;
mod log;
mod numbers;
mod open;
mod outcomes;
mod psam;
mod records;
mod seen;
mod totals;
pub mod verdict;

pub use facts::Facts;
pub use finding::{FINDINGS, Finding, Heading, NOTES, Note};
pub use log::LOG_RECORDS;
pub use verdict::{Problem, Statement, Totals, Verdict};

use index::Index;
use verdict::Report;

/// Checks everything that can be checked with these facts.
#[must_use]
pub fn audit(facts: &Facts) -> Verdict {
    let index = Index::new(facts);
    let mut report = Report::default();
    cards::check(&index, &mut report);
    log::check(&index, &mut report);
    let purses = chain::check(&index, &mut report);
    let behind = records::check(&index, &mut report);
    numbers::check(&index, &mut report);
    grey::check(&index, &mut report);
    journal::check(&index, &mut report);
    psam::check(&index, &mut report);
    outcomes::check(&index, &mut report);
    host::check(&index, &mut report);
    let open = open::check(&index, &mut report);
    let totals = totals::check(&index, &purses, behind, open, &mut report);
    let Report { problems, statements } = report;
    Verdict { ok: problems.is_empty(), problems, totals, statements }
}
