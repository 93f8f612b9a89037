//! What is known of a lock that a card proves to be under, and how that answers its unlock.
//!
//! | what is known | answer |
//! |---|---|
//! | a claimed record agrees, but perhaps in the high half of TTC | its amount |
//! | an unproved delivery agrees | its amount, once two operators approved |
//! | the same over nothing, and nothing stands against it | 0 |
//! | a notice that nothing was delivered agrees | 0 |
//! | nothing, void, another lock, or a quarantined report (even beside a notice) | wait; what two operators decided while just that was known |
//! | the lock is settled, or its card replaced | wait, whatever operators say |

use std::collections::BTreeSet;

use seeded::Bug;
use wire::{Amount, LockId, LockTerms};

use crate::books::Books;
use crate::case::Case;
use crate::facts::{Basis, Ground, Ruling, Shown};
use crate::filed::{LockFacts, home, is_twin};
use crate::notice::Code;
use crate::position::{Ending, Position};

/// How an unlock stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// The amount follows from what is known.
    Answer { lock: LockId, amount: Amount, ground: Ground },
    /// It does not: the reason, and the lock that operators decide about.
    Wait { lock: LockId, reason: Code },
}

/// What is known, and what approved operators said while just that was known.
pub(crate) fn standing(books: &impl Books, shown: &Shown) -> Standing {
    match known(books, shown) {
        Standing::Wait { lock, reason } => {
            ruled(books, lock, reason).unwrap_or(Standing::Wait { lock, reason })
        }
        answer => answer,
    }
}

/// The same without operators.
pub(crate) fn known(books: &impl Books, shown: &Shown) -> Standing {
    let filed = home(books, shown.lock);
    if let Some(reason) = past(books, shown, filed) {
        return Standing::Wait { lock: filed, reason };
    }
    let exact = books.case(shown.lock.tid, shown.lock.ttc);
    match agreeing(books, shown, exact.as_ref()) {
        Some(case) => claimed(books, &case, shown, filed),
        None => unclaimed(exact.as_ref(), shown),
    }
}

/// True when no decision of operators can help.
pub(crate) const fn is_final(reason: Code) -> bool {
    matches!(reason, Code::SettledCardStillGrey | Code::CardReplaced)
}

/// The card has left this lock already, or should have.
fn past(books: &impl Books, shown: &Shown, filed: LockId) -> Option<Code> {
    let LockId { asn, purse, ctc, .. } = shown.lock;
    let replaced = books.card(asn).is_some_and(|card| card.replaced.is_some());
    if replaced {
        return Some(Code::CardReplaced);
    }
    // Operators may rule that a card was debited; the card knows better.
    let ending = Position::load(books, filed).ending;
    if ending.is_some_and(|ending| !matches!(ending, Ending::Operators(_))) {
        return Some(Code::SettledCardStillGrey);
    }
    let farther = !books.sightings_from(asn, purse, ctc.saturating_add(1)).is_empty();
    let used = |otc: u16| {
        let rows = books.decisions_of(asn);
        rows.iter().any(|row| row.mac3.is_some() && row.purse() == purse && row.otc >= otc)
    };
    (farther || shown.otc.is_some_and(used)).then_some(Code::CardHasMovedOn)
}

/// The case whose record or unproved delivery is the lock that the card shows.
fn agreeing(books: &impl Books, shown: &Shown, exact: Option<&Case>) -> Option<Case> {
    let agrees = |case: &&Case| {
        case.claimed_lock().is_some() && case.terms().is_some_and(|terms| agree(terms, shown))
    };
    let LockId { asn, purse, ctc, .. } = shown.lock;
    let at_number = books.cases_at(asn, purse, ctc);
    exact.filter(agrees).or_else(|| at_number.iter().find(agrees)).cloned()
}

/// ASN, purse, CTC, TID, TTC but for its high half, and the lock's date, time and balance.
fn agree(terms: &LockTerms, shown: &Shown) -> bool {
    let same_lock = terms.id == shown.lock || is_twin(&terms.id, &shown.lock);
    let same_time = (terms.at.date, terms.at.time) == (shown.date, shown.time);
    same_lock && same_time && terms.balance == shown.balance
}

fn claimed(books: &impl Books, case: &Case, shown: &Shown, filed: LockId) -> Standing {
    let lock = case.claimed_lock().unwrap_or(filed);
    match &case.record {
        Some(_) if case.no_dispense.is_some() && seeded::is(Bug::NoticeOverRecord) => {
            Standing::Answer { lock, amount: Amount::ZERO, ground: Ground::NoDispense }
        }
        Some(held) => Standing::Answer { lock, amount: held.amount(), ground: Ground::Record },
        None if lock == shown.lock && says_nothing_flowed(books, case, lock) => {
            Standing::Answer { lock, amount: Amount::ZERO, ground: Ground::NoDispense }
        }
        None if seeded::is(Bug::UnprovedAlone) => {
            let amount = case.claimed_amount().unwrap_or_default();
            Standing::Answer { lock, amount, ground: Ground::Record }
        }
        None => Standing::Wait { lock, reason: Code::Unproved },
    }
}

/// The nozzle closed for good with its totalizer where it stood, and only the GMAC over 0 is
/// missing: as good as a notice, while nothing else was said of the lock (protocol §9).
fn says_nothing_flowed(books: &impl Books, case: &Case, lock: LockId) -> bool {
    let stands_against = !case.quarantined.is_empty() || case.contradicts_itself();
    let ruled = Position::load(books, lock).ending.map_or(Amount::ZERO, Ending::amount);
    case.unproved.is_some_and(|held| held.is_nothing()) && !stands_against && ruled == Amount::ZERO
}

fn unclaimed(exact: Option<&Case>, shown: &Shown) -> Standing {
    let lock = shown.lock;
    let reason = match exact {
        None if seeded::is(Bug::ZeroBySilence) => {
            let ground = Ground::NoDispense;
            return Standing::Answer { lock, amount: Amount::ZERO, ground };
        }
        None => Code::Missing,
        Some(case) if case.claimed_lock().is_some() => Code::Disagrees,
        Some(case) if !case.quarantined.is_empty() => Code::Quarantined,
        Some(case) => match case.no_dispense {
            Some(terms) if terms.id == lock && agree(&terms, shown) => {
                let ground = Ground::NoDispense;
                return Standing::Answer { lock, amount: Amount::ZERO, ground };
            }
            Some(_) => Code::Disagrees,
            None if case.void => Code::Void,
            None => Code::Missing,
        },
    };
    Standing::Wait { lock, reason }
}

/// True when the books hold what a lock may cost that its card had to wait under: it ended,
/// operators ruled what it was debited, something claims an amount, an answer is out, or
/// nothing was delivered. What operators decided for an unlock that never came is no amount.
pub(crate) fn has_amount(books: &impl Books, shown: &Shown) -> bool {
    let position = Position::load(books, home(books, shown.lock));
    let answers = || matches!(known(books, shown), Standing::Answer { .. });
    position.ending.is_some() || position.is_open() || answers()
}

/// How much is known of the lock.
pub(crate) fn basis(books: &impl Books, lock: LockId, reason: Option<Code>) -> Basis {
    let LockId { asn, purse, ctc, tid, ttc } = lock;
    let facts = LockFacts::load(books, lock);
    let case = books.case(tid, ttc).unwrap_or(Case::new(tid, ttc));
    let kinds =
        [case.record.is_some(), case.unproved.is_some(), case.no_dispense.is_some(), case.void];
    let seen = books.sightings_from(asn, purse, ctc).into_iter().map(|sighting| sighting.lock);
    let seen: BTreeSet<LockId> = seen.filter(|other| other.ctc == ctc && *other != lock).collect();
    Basis {
        reason,
        heard: kinds.into_iter().filter(|heard| *heard).count(),
        quarantined: case.quarantined.len(),
        tacs: facts.tacs.len(),
        receipts: facts.decisions.iter().filter(|row| row.mac3.is_some()).count(),
        answers: facts.decisions.len(),
        rivals: seen.len(),
    }
}

/// The last approved ruling, if it was made from what is known now.
fn ruled(books: &impl Books, lock: LockId, reason: Code) -> Option<Standing> {
    if is_final(reason) {
        return None;
    }
    let rows = books.proposals(&lock);
    let approved = rows.iter().rev().filter_map(|row| match (row.ruling, &row.approved) {
        (Ruling::Unlock(amount), Some((checker, _))) => Some((row, amount, checker)),
        _ => None,
    });
    let (row, amount, checker) = approved.into_iter().next()?;
    if row.basis.of_unlock() != basis(books, lock, Some(reason)).of_unlock() {
        return None;
    }
    let (maker, checker) = (row.maker.clone(), checker.clone());
    let ground = Ground::Operators { basis: reason, maker, checker };
    Some(Standing::Answer { lock, amount, ground })
}
