//! Facts from the centre's books.

use std::collections::{BTreeMap, BTreeSet};

use host::{
    Account, Books, CardOpening, Centre, ChangeKind, Code, Codes, Ending, OnlineChange, Outcome,
    OutcomeRow, PostingReason, PurchaseEnd, PurchaseRow, TransferRow, TrialBalance, Way,
};
use wire::{Amount, Asn, Kind, LockId, Purse};

use crate::facts::{
    ClaimFacts, DecisionFacts, HostChange, HostFacts, HostPurse, Opening, OutcomeFacts,
    OutcomeKind, PurchaseFacts, PurchaseStanding, SettledBy, Settlement,
};

/// What the centre holds.
#[must_use]
pub fn centre<B: Books, V: Codes>(centre: &Centre<B, V>) -> HostFacts {
    let outcomes = centre.outcomes();
    let balance = centre.trial_balance();
    let refused: BTreeSet<LockId> = centre
        .notices()
        .iter()
        .filter(|notice| notice.code == Code::TacWrong)
        .filter_map(|notice| notice.about.lock)
        .collect();
    let accounts = balance.accounts.iter();
    HostFacts {
        purses: purses(centre, &outcomes, &balance),
        changes: changes(centre),
        open_transfers: open_transfers(centre),
        outcomes: outcomes
            .iter()
            .map(|row| outcome(row, &refused))
            .chain(unreported(centre, &outcomes))
            .collect(),
        purchases: centre.purchases().iter().map(purchase).collect(),
        decisions: decisions(centre, &outcomes),
        claims: claims(centre, &outcomes),
        postings: None,
        owed_to_stations: Some(
            accounts
                .clone()
                .filter(|(account, _)| matches!(account, Account::StationPayable(_)))
                .map(|(_, amount)| cents(*amount))
                .sum(),
        ),
        accounts: accounts.map(|(account, sum)| (format!("{account:?}"), cents(*sum))).collect(),
        trial_balance: cents(balance.sum),
        blacklist: centre.blacklist().into_iter().map(|(asn, _)| asn).collect(),
    }
}

fn cents(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(i64::MAX)
}

/// By card and purse.
type ByPurse = BTreeMap<(Asn, Purse), i64>;

fn purses<B: Books, V: Codes>(
    centre: &Centre<B, V>,
    outcomes: &[OutcomeRow],
    balance: &TrialBalance,
) -> Vec<HostPurse> {
    let (moved, lost) = (moved(centre), losses(centre, outcomes));
    let of = |sums: &ByPurse, asn, purse| sums.get(&(asn, purse)).copied().unwrap_or(0);
    let cards = centre.books().cards();
    let cards = cards.into_iter().filter_map(|asn| centre.books().card(asn));
    let both = cards.flat_map(|card| Purse::ALL.map(|purse| (card.opening, purse)));
    let purse = |(opening, purse): (CardOpening, Purse)| {
        let (asn, opened) = (opening.asn, opening.openings[purse.index()]);
        let holds = [Account::Float(asn, purse), Account::Reserved(asn, purse)];
        HostPurse {
            asn,
            purse,
            opening: Opening {
                balance: opened.balance,
                limit: opened.limit,
                ctc: opened.ctc,
                otc: opened.otc,
            },
            // Reserved money is still on the card, or not settled yet.
            float: holds.iter().map(|account| cents(balance.of(account))).sum(),
            moved: of(&moved, asn, purse) + of(&lost, asn, purse),
        }
    };
    both.map(purse).collect()
}

/// What replacements took out of each purse's float, less the changes that were confirmed only
/// afterwards and never reached it.
fn moved<B: Books, V: Codes>(centre: &Centre<B, V>) -> ByPurse {
    const REASONS: [PostingReason; 2] = [PostingReason::Replacement, PostingReason::OnlineChange];
    let mut moved = ByPurse::new();
    let postings = centre.postings().into_iter();
    for posting in postings.filter(|posting| REASONS.contains(&posting.reason)) {
        let Some(asn) = posting.asn else { continue };
        for purse in Purse::ALL {
            let by = posting.lines.amount(&Account::Float(asn, purse));
            *moved.entry((asn, purse)).or_default() += by;
        }
    }
    for asn in centre.books().cards() {
        for purse in Purse::ALL {
            let changes = centre.books().changes(asn, purse).into_iter();
            let money = changes.filter(|change| change.kind.is_money()).map(|change| change.by);
            *moved.entry((asn, purse)).or_default() -= money.sum::<i64>();
        }
    }
    moved
}

/// What was settled for each purse and taken from a named loss instead of its float.
fn losses<B: Books, V: Codes>(centre: &Centre<B, V>, outcomes: &[OutcomeRow]) -> ByPurse {
    let mut lost = ByPurse::new();
    let locks = outcomes.iter().filter_map(|row| Some((row.lock?, row.ending?)));
    let locks = locks.map(|(lock, end)| (lock, end.amount(), centre.books().booked(&lock)));
    let purchases = centre.purchases().into_iter();
    let purchases = purchases.filter(|row| purchase(row).is_paid()).map(|row| {
        let id = row.terms.id;
        (id, row.terms.amount, centre.books().booked_purchase(&id))
    });
    for (LockId { asn, purse, .. }, amount, legs) in locks.chain(purchases) {
        let taken =
            legs.amount(&Account::Float(asn, purse)) + legs.amount(&Account::Reserved(asn, purse));
        let loss = -legs.amount(&Account::WriteOff);
        *lost.entry((asn, purse)).or_default() +=
            (i64::from(amount.units()) + taken).clamp(0, loss.max(0));
    }
    lost
}

fn purchase(row: &PurchaseRow) -> PurchaseFacts {
    let standing = match row.end {
        PurchaseEnd::Tac | PurchaseEnd::Succession | PurchaseEnd::Operators => {
            if row.owed {
                PurchaseStanding::Paid
            } else {
                PurchaseStanding::Claimed
            }
        }
        PurchaseEnd::Open => PurchaseStanding::Open,
        PurchaseEnd::Void => PurchaseStanding::Void,
    };
    PurchaseFacts { id: row.terms.id, amount: row.terms.amount, standing }
}

/// Loads, unloads, and changes of the limit with the limit that each of them left.
fn changes<B: Books, V: Codes>(centre: &Centre<B, V>) -> Vec<HostChange> {
    let books = centre.books();
    let cards = books.cards().into_iter().filter_map(|asn| books.card(asn));
    let both = cards.flat_map(|card| Purse::ALL.map(|purse| (card.opening, purse)));
    let of_purse = |(opening, purse): (CardOpening, Purse)| {
        let mut limit = i64::from(opening.openings[purse.index()].limit.units());
        let change = move |change: OnlineChange| {
            let (kind, amount) = match (change.kind, change.by > 0) {
                (ChangeKind::Money, true) => (Kind::Load, change.by),
                (ChangeKind::Money, false) => (Kind::Unload, -change.by),
                (ChangeKind::Limit, _) => {
                    limit += change.by;
                    (Kind::Overdraft, limit)
                }
            };
            let amount = u32::try_from(amount).ok().and_then(Amount::new).unwrap_or(Amount::MAX);
            let OnlineChange { asn, purse, otc, .. } = change;
            HostChange { asn, purse, otc, kind, amount }
        };
        books.changes(opening.asn, purse).into_iter().map(change)
    };
    both.flat_map(of_purse).collect()
}

/// A number that is out may have been used by any of its answers, or by none.
fn open_transfers<B: Books, V: Codes>(centre: &Centre<B, V>) -> Vec<HostChange> {
    let mut all = Vec::new();
    for asn in centre.books().cards() {
        let open = centre.open_transfers(asn);
        let is_open = |row: &&TransferRow| {
            open.iter().any(|open| (open.purse, open.otc) == (row.purse, row.otc))
        };
        all.extend(centre.books().transfers_of(asn).iter().filter(is_open).map(|row| {
            let TransferRow { asn, purse, otc, amount, way, .. } = *row;
            let kind = if way == Way::Load { Kind::Load } else { Kind::Unload };
            HostChange { asn, purse, otc, kind, amount }
        }));
    }
    all
}

fn outcome(row: &OutcomeRow, refused: &BTreeSet<LockId>) -> OutcomeFacts {
    OutcomeFacts {
        tid: row.tid,
        ttc: row.ttc,
        kind: match row.outcome {
            Some(Outcome::Sale) => OutcomeKind::Sale,
            Some(Outcome::Grey) => OutcomeKind::Grey,
            Some(Outcome::NoDispense) => OutcomeKind::NoDispense,
            Some(Outcome::Void) => OutcomeKind::Void,
            Some(Outcome::Unproved) => OutcomeKind::Unproved,
            // Purchases are no locks, and have a list of their own.
            Some(Outcome::Purchase | Outcome::PurchaseUnknown) | None => OutcomeKind::Quarantined,
        },
        id: row.lock,
        amount: row.amount.unwrap_or(Amount::ZERO),
        tac_refused: row.lock.is_some_and(|lock| refused.contains(&lock)),
        settled: row.ending.map(settlement),
    }
}

/// Debits of which a TAC alone tells, and for which operators ruled that a station is owed: no
/// report names them (protocol §10, a journal is lost).
fn unreported<B: Books, V: Codes>(
    centre: &Centre<B, V>,
    outcomes: &[OutcomeRow],
) -> Vec<OutcomeFacts> {
    let mut known: BTreeSet<LockId> = outcomes.iter().filter_map(|row| row.lock).collect();
    known.extend(centre.decisions().iter().map(|row| recorded(row.lock, outcomes)));
    let posted: BTreeSet<LockId> =
        centre.postings().iter().filter_map(|posting| posting.lock).collect();
    let ruled = posted.difference(&known).filter_map(|lock| {
        let booked = centre.books().booked(lock);
        let owed = booked.iter().filter(|(to, _)| matches!(to, Account::StationPayable(_)));
        let owed: i64 = owed.map(|(_, amount)| amount).sum();
        let amount = u32::try_from(owed).ok().and_then(Amount::new)?;
        (owed > 0).then_some(OutcomeFacts {
            tid: lock.tid,
            ttc: lock.ttc,
            kind: OutcomeKind::Sale,
            id: Some(*lock),
            amount,
            tac_refused: false,
            settled: Some(Settlement { how: SettledBy::Operator, amount }),
        })
    });
    ruled.collect()
}

const fn settlement(ending: Ending) -> Settlement {
    let how = match ending {
        Ending::Mac3(_) => SettledBy::Online,
        Ending::Tac(_) => SettledBy::Tac,
        Ending::Succession(_) => SettledBy::Succession,
        Ending::Operators(_) | Ending::Replaced(_) => SettledBy::Operator,
    };
    Settlement { how, amount: ending.amount() }
}

fn decisions<B: Books, V: Codes>(
    centre: &Centre<B, V>,
    outcomes: &[OutcomeRow],
) -> Vec<DecisionFacts> {
    let rows = centre.decisions().into_iter();
    rows.map(|row| DecisionFacts {
        id: recorded(row.lock, outcomes),
        otc: row.otc,
        amount: row.amount,
        confirmed: row.mac3.is_some(),
    })
    .collect()
}

/// The lock's name as its record has it: a decision carries the card's, whose TTC may have been
/// altered in its high half on the way of LOCK (protocol §9).
fn recorded(shown: LockId, outcomes: &[OutcomeRow]) -> LockId {
    let same = |lock: &LockId| {
        let ttc = if lock.ttc.low() == shown.ttc.low() { lock.ttc } else { shown.ttc };
        *lock == LockId { ttc, ..shown }
    };
    outcomes.iter().filter_map(|row| row.lock).find(same).unwrap_or(shown)
}

/// The claims of stations that nobody has ruled on.
fn claims<B: Books, V: Codes>(centre: &Centre<B, V>, outcomes: &[OutcomeRow]) -> Vec<ClaimFacts> {
    let locks = outcomes.iter().filter_map(|row| row.lock);
    let open = locks.filter_map(|id| {
        let booked = centre.books().booked(&id);
        let claims =
            booked.iter().filter(|(account, _)| matches!(account, Account::StationClaims(_)));
        let sum: i64 = claims.map(|(_, amount)| amount).sum();
        let amount = u32::try_from(sum).ok().and_then(Amount::new)?;
        (sum > 0).then_some(ClaimFacts { id, amount, accepted: false })
    });
    open.collect()
}
