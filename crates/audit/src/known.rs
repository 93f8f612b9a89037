//! What all the facts together say of one lock.

use terminal::Progress;
use wire::{Amount, Kind, LockId};

use crate::facts::{DecisionFacts, OutcomeFacts, OutcomeKind, PsamLock, SettledBy};
use crate::seen::Seen;

/// An entry of a journal.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    /// The journal's name.
    pub(crate) journal: &'a str,
    pub(crate) progress: &'a Progress,
}

/// One lock, from every side.
#[derive(Clone)]
pub(crate) struct Known<'a> {
    pub(crate) id: LockId,
    /// The entry that got furthest.
    pub(crate) record: Option<Record<'a>>,
    pub(crate) outcomes: Vec<&'a OutcomeFacts>,
    pub(crate) decisions: Vec<&'a DecisionFacts>,
    pub(crate) psam: Option<&'a PsamLock>,
    /// The amount that the card itself showed with a TAC for this very lock.
    pub(crate) tac: Option<Amount>,
    /// The card stands grey under exactly this lock.
    pub(crate) grey: bool,
}

/// An amount as a signed number.
pub(crate) fn cents(amount: Amount) -> i64 {
    i64::from(amount.units())
}

/// How far an entry got.
pub(crate) const fn rank(progress: &Progress) -> u8 {
    match progress {
        Progress::Void(_) => 0,
        Progress::LockSent(_) => 1,
        Progress::NoDispense(_) => 2,
        Progress::Locked(..) => 3,
        Progress::Delivered(..) => 4,
        Progress::Claimed(_) => 5,
        Progress::Settled(..) => 6,
    }
}

/// What was delivered, as far as the entry tells.
pub(crate) const fn delivered(progress: &Progress) -> Option<Amount> {
    match progress {
        Progress::Delivered(_, _, delivery) => Some(delivery.amount),
        Progress::Claimed(record) | Progress::Settled(record, _) => Some(record.delivery.amount),
        _ => None,
    }
}

impl<'a> Known<'a> {
    pub(crate) const fn new(id: LockId) -> Self {
        Self {
            id,
            record: None,
            outcomes: Vec::new(),
            decisions: Vec::new(),
            psam: None,
            tac: None,
            grey: false,
        }
    }

    /// Takes the entry, unless one that got further is there.
    pub(crate) fn take(&mut self, record: Record<'a>) {
        if self.record.is_none_or(|old| rank(old.progress) < rank(record.progress)) {
            self.record = Some(record);
        }
    }

    /// True when a status tells what this lock's record, or a decision about it, tells too.
    pub(crate) fn fits(&self, seen: &Seen<'_>) -> bool {
        let decided = || self.decisions.iter().any(|by| cents(by.amount) == seen.amount);
        let record = self.record.and_then(|record| record.progress.record());
        let ended = record.map(|record| (record.delivery.at.date, record.delivery.at.time));
        match seen.kind {
            Kind::Unlock => decided(),
            _ => {
                (Some(self.id.ttc), self.id.tid) == (seen.ttc, seen.tid)
                    && self.claimed() == Some(seen.amount)
                    && (ended.is_none() || ended == seen.at)
            }
        }
    }

    fn outcome(&self, kinds: &[OutcomeKind]) -> Option<&'a OutcomeFacts> {
        self.outcomes.iter().copied().find(|outcome| kinds.contains(&outcome.kind))
    }

    /// The card really made this lock: its MAC2 agreed, or the centre found GTAC and MAC1 right
    /// before it decided an unlock.
    pub(crate) fn certified(&self) -> bool {
        const KINDS: [OutcomeKind; 3] =
            [OutcomeKind::Sale, OutcomeKind::Grey, OutcomeKind::Unproved];
        self.grey
            || self.tac.is_some()
            || !self.decisions.is_empty()
            || self.record.is_some_and(|record| rank(record.progress) >= 3)
            || self.psam.is_some_and(|lock| lock.certified)
            || self.outcome(&KINDS).is_some()
    }

    /// The amount of the grey record, once it is whole.
    pub(crate) fn claimed(&self) -> Option<i64> {
        let record = self.record.and_then(|record| record.progress.record());
        let heard = || self.outcome(&[OutcomeKind::Sale, OutcomeKind::Grey]);
        record.map(|record| record.delivery.amount).or_else(|| heard().map(|o| o.amount)).map(cents)
    }

    /// The least and the most that its end can have taken: by its record or by any decision.
    pub(crate) fn possible(&self) -> Option<(i64, i64)> {
        let decided = self.decisions.iter().map(|decision| cents(decision.amount));
        let all = || self.claimed().into_iter().chain(decided.clone());
        Some((all().min()?, all().max()?))
    }

    /// What was claimed or delivered, 0 if nothing is known.
    pub(crate) fn amount(&self) -> i64 {
        let delivered = || self.record.and_then(|record| delivered(record.progress)).map(cents);
        self.claimed().or_else(delivered).unwrap_or(0)
    }

    /// The settlement at the centre.
    pub(crate) fn settled_by_host(&self) -> Option<(SettledBy, i64)> {
        let settled = self.outcomes.iter().find_map(|outcome| outcome.settled)?;
        Some((settled.how, cents(settled.amount)))
    }

    /// A TAC that the station took for the card's, unless the centre found it wrong.
    pub(crate) fn settled_by_journal(&self) -> Option<i64> {
        let refused = self.outcomes.iter().any(|outcome| outcome.tac_refused);
        match self.record.map(|record| record.progress) {
            Some(Progress::Settled(record, _)) if !refused => Some(cents(record.delivery.amount)),
            _ => None,
        }
    }

    /// The on-line unlock that the card proved.
    pub(crate) fn confirmed(&self) -> Option<&'a DecisionFacts> {
        self.decisions.iter().copied().find(|decision| decision.confirmed)
    }

    /// What settled it at a terminal, by whoever says so.
    pub(crate) fn settled_at_terminal(&self) -> Option<i64> {
        match self.settled_by_host() {
            Some((SettledBy::Tac | SettledBy::Succession, amount)) => Some(amount),
            Some(_) => None,
            None => self.settled_by_journal().or(self.tac.map(cents)),
        }
    }

    /// Every settlement that the centre made of it; more than one is wrong. An on-line unlock
    /// that the card proved is one, whether or not the outcome says so too.
    pub(crate) fn settlements_by_host(&self) -> Vec<i64> {
        let settled = || self.outcomes.iter().filter_map(|outcome| outcome.settled);
        let says_so = settled().any(|by| matches!(by.how, SettledBy::Online | SettledBy::Operator));
        let unlock = self.confirmed().filter(|_| !says_so).map(|decision| decision.amount);
        settled().map(|by| by.amount).chain(unlock).map(cents).collect()
    }

    /// Every settlement that anybody made of it. The centre's word stands for the journal's.
    pub(crate) fn settlements(&self) -> Vec<i64> {
        match self.settlements_by_host() {
            none if none.is_empty() => {
                self.settled_by_journal().or(self.tac.map(cents)).into_iter().collect()
            }
            some => some,
        }
    }
}
