//! What a centre's books hold of a lock, as rows of the table.
//!
//! | in the books | row |
//! |---|---|
//! | a record and the TAC over just what it says | `sale` |
//! | a record without it | `grey` |
//! | any other TAC | `tac_seen` |
//! | an on-line unlock whose MAC3 was seen | `online_unlock` |
//! | a delivery without a GMAC, a notice, a void | `unproved`, `no_dispense`, `void` |
//! | a report that was kept aside for what its own codes and terms show | as it came |
//!
//! A report that was kept aside for what the books know beside it has no row: whoever reads the table knows nothing of
//! the card that was never issued, the key that was missing or the purchase that has its number, and would take it.

use host::{Case, Code, DecisionRow, Held, HeldRecord, TacFact};
use wire::{ClaimedRecord, LockId, LockTerms, Report, Tid};

use crate::outcome::{Kind, Outcome, bits, time_bits, wide_tid};

/// The rows of what books hold. `number` is the number of the station that has a terminal, 0 where none has it.
#[must_use]
pub fn rows_of(held: &Held, number: impl Fn(Tid) -> u32) -> Vec<Outcome> {
    match held {
        Held::Case(case, tacs) => rows_of_case(number(case.tid), case, tacs),
        Held::Tac(fact) => vec![row_of_tac(fact)],
        Held::Unlock(row) => row_of_unlock(number(row.tid), row).into_iter().collect(),
    }
}

fn rows_of_case(station: u32, case: &Case, tacs: &[TacFact]) -> Vec<Outcome> {
    let own = case.record.as_ref().and_then(|held| tacs.iter().find(|fact| is_own(held, fact)));
    let own = own.map(|fact| fact.tac);
    let record = case.record.iter().map(|held| Outcome::of_record(station, &as_proved(held), own));
    let unproved = case
        .unproved
        .iter()
        .map(|held| Outcome::of_unproved(station, &held.terms, &held.certified, &held.delivery));
    let notice = case.no_dispense.iter().map(|terms| row_of_notice(station, terms));
    let void = case.void.then(|| row_of_void(station, case));
    let aside = case.quarantined.iter().filter(|kept| shows_itself(kept.reason));
    let aside = aside.filter_map(|kept| row_of_report(station, &kept.report));
    // The same proof may have come with the report and with a status that names another CTC.
    let is_told = |fact: &&TacFact| {
        own == Some(fact.tac) && case.record.as_ref().is_some_and(|held| is_own(held, fact))
    };
    let tacs = tacs.iter().filter(|fact| !is_told(fact)).map(row_of_tac);
    record.chain(unproved).chain(notice).chain(void).chain(aside).chain(tacs).collect()
}

/// The TAC is over the record's debit. It proves no CTC: the record has the say there (protocol §12).
fn is_own(held: &HeldRecord, fact: &TacFact) -> bool {
    let ClaimedRecord { terms, delivery, .. } = &held.record;
    let of_lock = LockId { ctc: terms.id.ctc, ..fact.lock } == terms.id;
    let at = (delivery.at.date, delivery.at.time);
    of_lock && (fact.amount, (fact.date, fact.time)) == (delivery.amount, at)
}

/// The record with the GTAC that says what the books know: its card's own once the card answered it in any report, else
/// the wrong one that came, so that it proves nothing to others either.
fn as_proved(held: &HeldRecord) -> ClaimedRecord {
    let mut record = held.record;
    if held.card_proved {
        record.certified.gtac = held.gtac;
    }
    record
}

/// What the reported bytes alone show to be wrong, to whoever has the keys.
const fn shows_itself(reason: Code) -> bool {
    matches!(
        reason,
        Code::TermsInconsistent
            | Code::Mac2Wrong
            | Code::CeilingExceedsBalance
            | Code::AmountExceedsCeiling
            | Code::GmacWrong
            | Code::SamTacWrong
    )
}

fn row_of_report(station: u32, report: &Report) -> Option<Outcome> {
    match report {
        Report::Sale(record, tac) => Some(Outcome::of_record(station, record, Some(*tac))),
        Report::Grey(record) => Some(Outcome::of_record(station, record, None)),
        Report::Unproved(terms, certified, delivery) => {
            Some(Outcome::of_unproved(station, terms, certified, delivery))
        }
        Report::NoDispense(_)
        | Report::Void(..)
        | Report::TacSeen(..)
        | Report::Purchase(..)
        | Report::PurchaseUnknown(_) => None,
    }
}

fn row_of_notice(station: u32, terms: &LockTerms) -> Outcome {
    Outcome { kind: Kind::NoDispense.number(), ..Outcome::of_terms(station, terms) }
}

fn row_of_void(station: u32, case: &Case) -> Outcome {
    let (tid, ttc) = (wide_tid(case.tid), case.ttc.0);
    Outcome { station, kind: Kind::Void.number(), tid, ttc, ..Outcome::default() }
}

/// The books do not say which station saw it.
fn row_of_tac(fact: &TacFact) -> Outcome {
    Outcome {
        kind: Kind::TacSeen.number(),
        amount: fact.amount.units(),
        end_date: u32::from_be_bytes(fact.date.to_bytes()),
        end_time: time_bits(fact.time),
        tac: Some(bits(fact.tac)),
        ..Outcome::of_lock(0, &fact.lock)
    }
}

/// Of a card that was copied and took two answers the earlier one counts, so its second stands beside it.
fn row_of_unlock(station: u32, row: &DecisionRow) -> Option<Outcome> {
    Some(Outcome {
        kind: Kind::OnlineUnlock.number(),
        amount: row.amount.units(),
        end_date: u32::from_be_bytes(row.date.to_bytes()),
        end_time: time_bits(row.time),
        tac: Some(bits(row.mac3?)),
        ..Outcome::of_lock(station, &row.lock)
    })
}
