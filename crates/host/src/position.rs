//! What one lock is worth in the books: a function of everything known, and of nothing else.

use wire::{Amount, LockId};

use crate::books::{Books, StationId};
use crate::case::HeldRecord;
use crate::facts::Ruling;
use crate::filed::{LockFacts, home, names_at, units};
use crate::ledger::{Account, Legs};
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
    pub(crate) source: Account,
    ruled_debit: Option<Amount>,
    ruled_claim: Option<(i64, bool)>,
}

impl Position {
    /// Reads everything known and judges it.
    pub(crate) fn load(books: &impl Books, lock: LockId) -> Self {
        let facts = LockFacts::load(books, lock);
        let primary = is_primary(books, &facts);
        let replaced = books.card(lock.asn).is_some_and(|card| card.replaced.is_some());
        let (ruled_debit, ruled_claim) = rulings(books, &lock);
        let proved = facts.by_mac3().is_some() || facts.by_tac().is_some();
        let succession = match primary && !proved {
            true => succession::judge(books, &facts),
            false => Succession::NotYet,
        };
        let ending = ending(&facts, ruled_debit, succession, replaced);
        let float = Account::Float(lock.asn, lock.purse);
        let booked_from_float = books.booked(&lock).amount(&float) != 0;
        let is_loss = !primary || (replaced && !booked_from_float);
        let source = if is_loss { Account::WriteOff } else { float };
        let station = books.station_of(lock.tid);
        Self { facts, ending, succession, station, source, ruled_debit, ruled_claim }
    }

    /// True when money hangs on the lock, and either the card's debit or who is owed it is
    /// not known yet.
    pub(crate) fn is_open(&self) -> bool {
        match self.ending {
            None => !self.facts.candidates().is_empty(),
            Some(_) => self.owed().is_none() || self.station.is_none(),
        }
    }

    /// What the station is owed: the record, else the unproved delivery, else what operators
    /// decided; `None` while only the card's TAC speaks.
    pub(crate) fn owed(&self) -> Option<Amount> {
        let claimed = self.facts.record().map(HeldRecord::amount);
        let claimed = claimed.or_else(|| self.facts.unproved_amount());
        match (claimed.or(self.ruled_debit), self.ending) {
            (Some(amount), _) => Some(amount),
            (None, Some(Ending::Tac(_)) | None) => None,
            (None, Some(ending)) => Some(ending.amount()),
        }
    }

    /// What grey records and answers hold while the debit is not known: the highest of them.
    pub(crate) fn held(&self) -> Amount {
        let amounts = self.facts.candidates().into_iter().map(|candidate| candidate.amount);
        amounts.max().unwrap_or(Amount::ZERO)
    }

    /// The difference between what the card paid and what the station is owed.
    pub(crate) fn difference(&self) -> Option<Difference> {
        let (owed, paid) = (units(self.owed()?), units(self.ending?.amount()));
        match owed - paid {
            0 => None,
            short @ 1.. => Some(Difference::StationShort(short)),
            over => Some(Difference::CardholderOver(-over)),
        }
    }

    /// What operators ruled on just this difference: paid, or not.
    pub(crate) fn claim_ruling(&self) -> Option<bool> {
        let open = self.difference()?.signed();
        self.ruled_claim.filter(|(amount, _)| *amount == open).map(|(_, accepted)| accepted)
    }

    /// The lock's lines in the books; `None` when a sum leaves the range.
    pub(crate) fn legs(&self) -> Option<Legs> {
        let reserved = Account::Reserved(self.facts.lock.asn, self.facts.lock.purse);
        let Some(ending) = self.ending else {
            return Legs::default().transfer(
                self.source.clone(),
                self.holder(reserved),
                units(self.held()),
            );
        };
        let paid = units(ending.amount());
        let (Some(station), Some(owed)) = (&self.station, self.owed()) else {
            return Legs::default().transfer(self.source.clone(), reserved, paid);
        };
        let payable = Account::StationPayable(station.clone());
        let due = paid.min(units(owed));
        let legs = Legs::default().transfer(self.source.clone(), payable.clone(), due)?;
        self.claim_legs(legs, station, payable)
    }

    fn claim_legs(&self, legs: Legs, station: &StationId, payable: Account) -> Option<Legs> {
        match (self.difference(), self.claim_ruling()) {
            (None, _) | (Some(Difference::StationShort(_)), Some(false)) => Some(legs),
            (Some(Difference::StationShort(by)), None) => {
                legs.transfer(Account::WriteOff, Account::StationClaims(station.clone()), by)
            }
            (Some(Difference::StationShort(by)), Some(true)) => {
                legs.transfer(Account::WriteOff, payable, by)
            }
            (Some(Difference::CardholderOver(by)), ruled) => {
                let to = match ruled {
                    None => Account::CardholderClaims(self.facts.lock.asn),
                    Some(true) => Account::Issued,
                    Some(false) => Account::WriteOff,
                };
                legs.transfer(self.source.clone(), to, by)
            }
        }
    }

    /// Who holds what is not settled: the purse's reserve, or the station's claim once the
    /// card has gone on and its balances do not add up.
    fn holder(&self, reserved: Account) -> Account {
        let disputed = matches!(self.succession, Succession::Gap | Succession::Disagrees);
        match &self.station {
            Some(station) if disputed && self.facts.record().is_some() => {
                Account::StationClaims(station.clone())
            }
            _ => reserved,
        }
    }
}

/// How the lock ended, best proof first. MAC3 comes before TAC: a card that shows both was
/// copied, and what the centre answered stands; the difference is a claim (protocol §10).
fn ending(
    facts: &LockFacts,
    ruled: Option<Amount>,
    succession: Succession,
    replaced: bool,
) -> Option<Ending> {
    let succeeded = match succession {
        Succession::Fits(amount) => Some(Ending::Succession(amount)),
        _ => None,
    };
    let given_up = || {
        let amounts = facts.candidates().into_iter().map(|candidate| candidate.amount);
        amounts.max().filter(|_| replaced).map(Ending::Replaced)
    };
    let by_mac3 = facts.by_mac3().map(Ending::Mac3);
    let by_tac = || facts.by_tac().map(Ending::Tac);
    let by_operators = || ruled.map(Ending::Operators);
    by_mac3.or_else(by_tac).or_else(by_operators).or(succeeded).or_else(given_up)
}

/// The last approved rulings on a lock: what the card was debited, and on its claim.
fn rulings(books: &impl Books, lock: &LockId) -> (Option<Amount>, Option<(i64, bool)>) {
    let (mut debit, mut claim) = (None, None);
    for row in books.proposals(lock).iter().filter(|row| row.approved.is_some()) {
        match row.ruling {
            Ruling::Debited(amount) => debit = Some(amount),
            Ruling::Claim { amount, accepted } => claim = Some((amount, accepted)),
            Ruling::Unlock(_) => {}
        }
    }
    (debit, claim)
}

/// One settlement per (ASN, purse, CTC): the lock that its card proved counts, then the lowest
/// id. What others of that number cost is a loss.
fn is_primary(books: &impl Books, facts: &LockFacts) -> bool {
    let LockId { asn, purse, ctc, .. } = facts.lock;
    let names = names_at(books, asn, purse, ctc);
    if names.len() <= 1 {
        return true;
    }
    let sighted = books.sightings_from(asn, purse, ctc);
    let rank = |facts: &LockFacts| {
        let seen = sighted.iter().any(|sighting| sighting.lock == facts.lock);
        let debited = facts.by_mac3().is_some() || facts.by_tac().is_some();
        (facts.candidates().is_empty(), !(seen || debited), facts.lock)
    };
    let others = names.into_iter().filter(|name| home(books, *name) == *name);
    let first = others.map(|name| rank(&LockFacts::load(books, name))).min();
    first.is_none_or(|first| first.2 == facts.lock)
}
