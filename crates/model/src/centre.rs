//! The centre of the model: the real rules over codes without ciphers.
//!
//! Many states share one centre, and the same centre hears the same thing in many of them. The
//! rules are a function of books and input, so each is computed once and remembered.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};
use std::thread::LocalKey;

use host::{
    Books as _, Case, Centre as Rules, DecisionRow, Heard, MemoryBooks, OutcomeRow, Refusal,
    TrialBalance, UnlockAnswer, UnlockRequest,
};
use wire::{ClaimedRecord, Report, Tid, Ttc};

use crate::code::Vault;
use crate::world::{now, number_of};

/// The rules over these books and codes.
pub(crate) type ModelRules = Rules<MemoryBooks, Vault>;

/// What is remembered at most before all of it is forgotten.
const MOST: usize = 40_000;

/// A centre, what its books hash to, and what follows from them.
#[derive(Debug)]
struct Books {
    rules: ModelRules,
    number: u64,
    outcomes: OnceLock<Vec<OutcomeRow>>,
    trial: OnceLock<TrialBalance>,
    decisions: OnceLock<Vec<DecisionRow>>,
    grey_list: OnceLock<Vec<ClaimedRecord>>,
}

/// A centre, shared by the states that have it.
#[derive(Clone, Debug)]
pub(crate) struct Centre(Arc<Books>);

/// Calls, by the hashes of books and input: the centre afterwards, and what it answered.
type Calls<T> = RefCell<HashMap<(u64, u64), (Centre, T)>>;

thread_local! {
    static HEARD: Calls<Result<Heard, Refusal>> = RefCell::default();
    static UNLOCKED: Calls<Result<UnlockAnswer, Refusal>> = RefCell::default();
}

impl Centre {
    pub(crate) fn new(rules: ModelRules) -> Self {
        let number = number_of(|hasher| rules.books().hash(hasher));
        Self(Arc::new(Books {
            rules,
            number,
            outcomes: OnceLock::new(),
            trial: OnceLock::new(),
            decisions: OnceLock::new(),
            grey_list: OnceLock::new(),
        }))
    }

    /// A report of a station.
    pub(crate) fn hear(&mut self, station: &str, report: &Report) -> Result<Heard, Refusal> {
        let input = number_of(|hasher| (station, report).hash(hasher));
        self.call(&HEARD, input, |rules| rules.hear(station, report, now()))
    }

    /// A request for an on-line unlock.
    pub(crate) fn unlock(&mut self, request: &UnlockRequest) -> Result<UnlockAnswer, Refusal> {
        let input = number_of(|hasher| request.hash(hasher));
        self.call(&UNLOCKED, input, |rules| rules.unlock(request))
    }

    /// What operators do.
    pub(crate) fn change<T>(&mut self, work: impl FnOnce(&mut ModelRules) -> T) -> T {
        let mut rules = self.0.rules.clone();
        let answer = work(&mut rules);
        *self = Self::new(rules);
        answer
    }

    fn call<T: Clone>(
        &mut self,
        known: &'static LocalKey<Calls<T>>,
        input: u64,
        work: impl FnOnce(&mut ModelRules) -> T,
    ) -> T {
        let key = (self.0.number, input);
        if let Some((after, answer)) = known.with_borrow(|known| known.get(&key).cloned()) {
            *self = after;
            return answer;
        }
        let before = self.0.number;
        let same = self.clone();
        let answer = self.change(work);
        if self.0.number == before {
            *self = same;
        }
        known.with_borrow_mut(|known| {
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(key, (self.clone(), answer.clone()));
        });
        answer
    }

    pub(crate) fn outcomes(&self) -> &[OutcomeRow] {
        self.0.outcomes.get_or_init(|| self.0.rules.outcomes())
    }

    pub(crate) fn trial_balance(&self) -> &TrialBalance {
        self.0.trial.get_or_init(|| self.0.rules.trial_balance())
    }

    pub(crate) fn decisions(&self) -> &[DecisionRow] {
        self.0.decisions.get_or_init(|| self.0.rules.decisions())
    }

    /// True when both are one centre, and nothing was heard in between.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn case(&self, tid: Tid, ttc: Ttc) -> Option<Case> {
        self.0.rules.books().case(tid, ttc)
    }

    pub(crate) fn grey_list(&self) -> &[ClaimedRecord] {
        self.0.grey_list.get_or_init(|| self.0.rules.grey_list())
    }
}

impl Hash for Centre {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.number.hash(state);
    }
}
