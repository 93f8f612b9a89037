//! What one lock is worth in the books: a function of everything known, and of nothing else.

use std::collections::BTreeSet;

use seeded::Bug;
use wire::{Amount, LockId};

use crate::books::{Books, StationId};
use crate::case::HeldRecord;
use crate::filed::{LockFacts, heir_of, home, names_at, other_names, units};
use crate::kept::Kept;
use crate::ledger::{Account, Legs};
use crate::rulings::Rulings;
use crate::succession::{self, Succession};

/// How the debit that ended a lock was proved, and what it was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Ending {
    /// The card's MAC3.
    Mac3(Amount),
    /// The card's TAC.
    Tac(Amount),
    /// Two operators.
    Operators(Amount),
    /// The card went on, and its balances agree.
    Succession(Amount),
    /// The card was lost and replaced: it is taken as debited.
    Replaced(Amount),
}

impl Ending {
    /// The name, as the interface shows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mac3(_) => "mac3",
            Self::Tac(_) => "tac",
            Self::Operators(_) => "operators",
            Self::Succession(_) => "succession",
            Self::Replaced(_) => "replacement",
        }
    }

    /// What the card was debited.
    #[must_use]
    pub const fn amount(self) -> Amount {
        match self {
            Self::Mac3(amount)
            | Self::Tac(amount)
            | Self::Operators(amount)
            | Self::Succession(amount)
            | Self::Replaced(amount) => amount,
        }
    }
}

/// Whose claim is open, and over how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Difference {
    /// The card paid less than the station is owed.
    StationShort(i64),
    /// The card paid more than the station is owed.
    CardholderOver(i64),
}

impl Difference {
    /// The station's is positive, the cardholder's negative.
    pub(crate) const fn signed(self) -> i64 {
        match self {
            Self::StationShort(by) => by,
            Self::CardholderOver(by) => -by,
        }
    }
}

/// The lock's place in the books.
#[derive(Clone, Debug)]
pub(crate) struct Position {
    pub(crate) facts: LockFacts,
    pub(crate) ending: Option<Ending>,
    pub(crate) succession: Succession,
    pub(crate) station: Option<StationId>,
    /// True for the one lock of its purse number that the card pays.
    pub(crate) primary: bool,
    /// The lock that this name belongs to; another one's name is worth nothing by itself.
    pub(crate) heir: LockId,
    kept: Option<Kept>,
    rulings: Rulings,
}

impl Position {
    /// Reads everything known and judges it.
    pub(crate) fn load(books: &impl Books, lock: LockId) -> Self {
        Self::of(books, LockFacts::load(books, lock))
    }

    fn of(books: &impl Books, facts: LockFacts) -> Self {
        let lock = facts.lock;
        let names = names_at(books, lock.asn, lock.purse, lock.ctc);
        let primary = is_primary(books, &facts, &names);
        let replaced = books.card(lock.asn).is_some_and(|card| card.replaced.is_some());
        let heir = heir_of(books, &facts);
        let names = other_names(books, &facts, names);
        let rulings = if heir == lock { Rulings::load(books, lock, &names) } else { Rulings::NONE };
        let proved = facts.by_mac3().is_some() || facts.by_tac().is_some();
        let succession = match primary && !proved {
            true => succession::judge(books, &facts),
            false => Succession::NotYet,
        };
        let kept = replaced.then(|| Kept::load(books, lock, &names));
        let ending = ending(&facts, rulings.debit, succession, kept.as_ref());
        let station = books.station_of(lock.tid);
        Self { facts, ending, succession, station, primary, heir, kept, rulings }
    }

    /// True when money hangs on the lock, and either the card's debit or who is owed it is
    /// not known yet.
    pub(crate) fn is_open(&self) -> bool {
        match self.ending {
            None => !self.facts.candidates().is_empty() || self.facts.unproved_amount().is_some(),
            Some(_) => self.owed().is_none() || self.station.is_none(),
        }
    }

    /// True when the card proved that it left the lock, whatever it was debited, or was replaced.
    pub(crate) fn is_left(&self) -> bool {
        let proved = self.facts.by_mac3().is_some() || self.facts.by_tac().is_some();
        let went_on = match self.succession {
            Succession::NotYet => false,
            Succession::Fits(_) => true,
            _ => self.rulings.debit.is_some(),
        };
        proved || went_on || self.kept.is_some()
    }

    /// What the station is owed: the record, else the unproved delivery, else what operators
    /// decided; `None` while only the card's TAC speaks.
    pub(crate) fn owed(&self) -> Option<Amount> {
        let claimed = self.facts.record().map(HeldRecord::amount);
        let claimed = claimed.or_else(|| self.facts.unproved_amount());
        match (claimed.or(self.rulings.debit), self.ending) {
            (Some(amount), _) => Some(amount),
            (None, Some(Ending::Tac(_)) | None) => None,
            (None, Some(ending)) => Some(ending.amount()),
        }
    }

    /// What records, unproved deliveries and answers hold while the debit is not known: the
    /// highest of them. An unproved delivery alone makes no loss before operators ruled it.
    fn held(&self) -> i64 {
        let unproved = match &self.kept {
            Some(kept) => kept.of_unproved(&self.facts),
            None if self.primary => self.facts.unproved_only().map_or(0, units),
            None => 0,
        };
        let amounts = self.facts.candidates().into_iter().map(|candidate| units(candidate.amount));
        amounts.max().unwrap_or(0).max(unproved)
    }

    /// What the card was debited and the station is owed, once both are known.
    fn debited_and_owed(&self) -> Option<(i64, i64)> {
        self.station.as_ref()?;
        Some((units(self.ending?.amount()), units(self.owed()?)))
    }

    /// What the lock takes of the card's money for others.
    fn due(&self) -> i64 {
        match (self.debited_and_owed(), self.ending) {
            (Some((debited, owed)), _) => debited.min(owed),
            (None, Some(ending)) => units(ending.amount()),
            (None, None) => self.held(),
        }
    }

    /// What the cardholder gave for the lock: the debit, or what was held back when his card
    /// was replaced.
    fn given(&self) -> i64 {
        match (&self.kept, self.ending) {
            (Some(kept), _) => kept.sum(),
            (None, Some(ending)) => units(ending.amount()),
            (None, None) => self.held(),
        }
    }

    /// The differences between what was given and what is owed: at most one of each kind.
    pub(crate) fn claims(&self) -> Vec<Difference> {
        if self.heir != self.facts.lock {
            return Vec::new();
        }
        let short = self.debited_and_owed().map_or(0, |(debited, owed)| owed - debited);
        let over = self.given() - self.due();
        let short = (short > 0).then_some(Difference::StationShort(short));
        let over = (over > 0).then_some(Difference::CardholderOver(over));
        short.into_iter().chain(over).collect()
    }

    /// What operators ruled on just this difference: paid, or not.
    pub(crate) fn claim_ruling(&self, claim: Difference) -> Option<bool> {
        let same = |(amount, _): &(i64, bool)| *amount == claim.signed();
        let of_kind = match claim {
            Difference::StationShort(_) => self.rulings.station,
            Difference::CardholderOver(_) => self.rulings.cardholder,
        };
        of_kind.filter(same).map(|(_, accepted)| accepted)
    }

    /// What is lost: all that a copy's lock takes, or what a replaced card's takes beyond what
    /// was held back for it.
    pub(crate) fn loss(&self) -> i64 {
        let rejected = |claim: &Difference| self.claim_ruling(*claim) == Some(false);
        match (&self.kept, self.primary) {
            (Some(kept), _) => (self.due() - kept.sum()).max(0),
            (None, true) => 0,
            (None, false) => {
                let back = self.claims().into_iter().filter(rejected).map(Difference::signed);
                self.given() + back.filter(|signed| *signed < 0).sum::<i64>()
            }
        }
    }

    /// The lock's lines in the books; `None` when a sum leaves the range.
    pub(crate) fn legs(&self) -> Option<Legs> {
        let LockId { asn, purse, .. } = self.facts.lock;
        let (float, reserved) = (Account::Float(asn, purse), Account::Reserved(asn, purse));
        let Some(kept) = &self.kept else {
            let source = if self.primary { float } else { Account::WriteOff };
            return self.legs_from(&source);
        };
        if self.heir != self.facts.lock {
            // Held back under this name; the lock takes it from the reserve.
            return Legs::default().transfer(float, reserved, kept.own);
        }
        let legs = self.legs_from(&Account::WriteOff)?;
        let legs = legs.transfer(float, Account::WriteOff, kept.own)?;
        legs.transfer(reserved, Account::WriteOff, kept.inherited)
    }

    fn legs_from(&self, source: &Account) -> Option<Legs> {
        let due = self.due_to().into_iter();
        let legs = due.clone().try_fold(Legs::default(), |legs, (to, amount)| {
            legs.transfer(source.clone(), to, amount)
        })?;
        self.claims().into_iter().try_fold(legs, |legs, claim| self.claim_legs(legs, claim, source))
    }

    /// Who gets what is due.
    fn due_to(&self) -> Vec<(Account, i64)> {
        let LockId { asn, purse, .. } = self.facts.lock;
        let (due, reserved) = (self.due(), Account::Reserved(asn, purse));
        match (&self.station, self.debited_and_owed()) {
            (Some(station), Some(_)) => vec![(Account::StationPayable(station.clone()), due)],
            (Some(station), None) => {
                let claimed = self.disputed().min(due);
                let claims = Account::StationClaims(station.clone());
                vec![(claims, claimed), (reserved, due - claimed)]
            }
            (None, _) => vec![(reserved, due)],
        }
    }

    /// The record becomes the station's claim once the card has gone on and its balances do
    /// not add up. What a higher answer holds is nobody's claim.
    fn disputed(&self) -> i64 {
        let disputed = matches!(self.succession, Succession::Gap | Succession::Disagrees);
        let record = self.facts.record().filter(|_| disputed && self.ending.is_none());
        record.map_or(0, |held| units(held.amount()))
    }

    fn claim_legs(&self, legs: Legs, claim: Difference, source: &Account) -> Option<Legs> {
        let (ruled, station) = (self.claim_ruling(claim), self.station.clone().unwrap_or_default());
        match (claim, ruled) {
            (Difference::StationShort(_), Some(false)) => Some(legs),
            (Difference::StationShort(by), None) => {
                legs.transfer(Account::WriteOff, Account::StationClaims(station), by)
            }
            (Difference::StationShort(by), Some(true)) => {
                legs.transfer(Account::WriteOff, Account::StationPayable(station), by)
            }
            (Difference::CardholderOver(by), ruled) => {
                let to = match ruled {
                    None => Account::CardholderClaims(self.facts.lock.asn),
                    Some(true) => Account::Issued,
                    Some(false) => Account::WriteOff,
                };
                legs.transfer(source.clone(), to, by)
            }
        }
    }
}

/// Whether the card left the lock, as [`Position::is_left`] has it: its own code says so at once.
pub(crate) fn is_left(books: &impl Books, lock: LockId) -> bool {
    let facts = LockFacts::load(books, lock);
    let proved = facts.by_mac3().is_some() || facts.by_tac().is_some();
    proved || Position::of(books, facts).is_left()
}

/// How the lock ended, best proof first. MAC3 comes before TAC: a card that shows both was
/// copied, and what the centre answered stands; the difference is a claim (protocol §10).
fn ending(
    facts: &LockFacts,
    ruled: Option<Amount>,
    succession: Succession,
    kept: Option<&Kept>,
) -> Option<Ending> {
    let succeeded = match succession {
        Succession::Fits(amount) => Some(Ending::Succession(amount)),
        _ => None,
    };
    // What was held back for an unproved delivery is no debit before two operators said so.
    let given_up = || {
        let unproved = kept?.of_unproved(facts);
        let amounts = facts.candidates().into_iter().map(|candidate| candidate.amount);
        amounts.max().filter(|amount| units(*amount) >= unproved).map(Ending::Replaced)
    };
    let by_mac3 = facts.by_mac3().map(Ending::Mac3);
    let by_tac = || facts.by_tac().map(Ending::Tac);
    let by_operators = || ruled.map(Ending::Operators);
    by_mac3.or_else(by_tac).or_else(by_operators).or(succeeded).or_else(given_up)
}

/// One settlement per (ASN, purse, CTC): the lock that its card proved counts, then the lowest
/// id. What others of that number cost is a loss.
fn is_primary(books: &impl Books, facts: &LockFacts, names: &BTreeSet<LockId>) -> bool {
    let LockId { asn, purse, ctc, .. } = facts.lock;
    if names.len() <= 1 || seeded::is(Bug::CloneIsPaid) {
        return true;
    }
    let sighted = books.sightings_at(asn, purse, ctc);
    let rank = |facts: &LockFacts| {
        let seen = sighted.iter().any(|sighting| sighting.lock == facts.lock);
        let debited = facts.by_mac3().is_some() || facts.by_tac().is_some();
        let ruled = || Rulings::load(books, facts.lock, &BTreeSet::new()).debit.is_some();
        let worth = match facts.candidates().is_empty() && !ruled() {
            false => 0,
            true if facts.unproved_amount().is_some() => 1,
            true => 2,
        };
        (worth, !(seen || debited), facts.lock)
    };
    let others = names.iter().copied().filter(|name| home(books, *name) == *name);
    let first = others.map(|name| rank(&LockFacts::load(books, name))).min();
    first.is_none_or(|first| first.2 == facts.lock)
}
