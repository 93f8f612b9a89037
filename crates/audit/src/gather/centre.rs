//! Facts from the centre's books.

use std::collections::BTreeSet;

use host::{Account, Books, Centre, Code, Codes, Ending, Outcome, OutcomeRow, PostingReason};
use wire::{Amount, Asn, LockId, Purse};

use crate::facts::{
    ClaimFacts, DecisionFacts, HostFacts, HostPurse, Opening, OutcomeFacts, OutcomeKind, SettledBy,
    Settlement,
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
        purses: purses(centre),
        changes: Vec::new(),
        outcomes: outcomes.iter().map(|row| outcome(row, &refused)).collect(),
        purchases: Vec::new(),
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

fn purses<B: Books, V: Codes>(centre: &Centre<B, V>) -> Vec<HostPurse> {
    let cards = centre.books().cards();
    let both = cards.iter().flat_map(|asn| Purse::ALL.map(|purse| (*asn, purse)));
    both.filter_map(|(asn, purse)| purse_of(centre, asn, purse)).collect()
}

fn purse_of<B: Books, V: Codes>(
    centre: &Centre<B, V>,
    asn: Asn,
    purse: Purse,
) -> Option<HostPurse> {
    let card = centre.books().card(asn)?;
    let opened = card.opening.openings[purse.index()];
    let holds = [Account::Float(asn, purse), Account::Reserved(asn, purse)];
    let balance = centre.trial_balance();
    let moved = centre
        .postings()
        .into_iter()
        .filter(|posting| posting.asn == asn && posting.reason == PostingReason::Replacement);
    Some(HostPurse {
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
        moved: moved.map(|posting| posting.lines.amount(&Account::Float(asn, purse))).sum::<i64>()
            + losses(centre, asn, purse),
    })
}

/// What was settled for this purse and taken from a named loss instead of its float.
fn losses<B: Books, V: Codes>(centre: &Centre<B, V>, asn: Asn, purse: Purse) -> i64 {
    let rows = centre.outcomes().into_iter();
    let mine = rows.filter_map(|row| Some((row.lock?, row.ending?)));
    let mine = mine.filter(|(lock, _)| (lock.asn, lock.purse) == (asn, purse));
    mine.map(|(lock, ending)| {
        let legs = centre.books().booked(&lock);
        let taken =
            legs.amount(&Account::Float(asn, purse)) + legs.amount(&Account::Reserved(asn, purse));
        let loss = -legs.amount(&Account::WriteOff);
        (i64::from(ending.amount().units()) + taken).clamp(0, loss.max(0))
    })
    .sum()
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
            None => OutcomeKind::Quarantined,
        },
        id: row.lock,
        amount: row.amount.unwrap_or(Amount::ZERO),
        tac_refused: row.lock.is_some_and(|lock| refused.contains(&lock)),
        settled: row.ending.map(settlement),
    }
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
