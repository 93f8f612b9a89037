//! The centre's books divided by card, beside the one centre of a world: the same rules over N books, each call done
//! in the books that its route names ([`host::partition`]). Every answer is held against the one centre's, and in the
//! end all books joined against its books, and what they put on the lists together against its lists.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use host::{
    Answer, Code, Heard, Input, MainKeys, MemoryBooks, News, Outcome, Output, Partition,
    Partitions, PrepaidName, Route,
};
use wire::{Asn, ClaimedRecord};

use crate::centre::{Beside, Rules};
use crate::vault::Vault;

/// How many calls of one kind touched one, several or all books.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Touched {
    /// One.
    pub one: u64,
    /// Several: a card's, and those of prepaid accounts.
    pub several: u64,
    /// All of them, because the call names no card.
    pub all: u64,
}

/// What was done in all worlds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Worlds.
    pub worlds: u64,
    /// By kind of call.
    pub calls: BTreeMap<&'static str, Touched>,
}

impl Tally {
    /// Over all kinds.
    #[must_use]
    pub fn whole(&self) -> Touched {
        self.calls.values().fold(Touched::default(), |sum, kind| Touched {
            one: sum.one + kind.one,
            several: sum.several + kind.several,
            all: sum.all + kind.all,
        })
    }
}

/// Makes divided books for each world.
pub struct Divisions {
    at: Partitions,
    tally: Rc<RefCell<Tally>>,
}

impl Divisions {
    /// Into so many books.
    #[must_use]
    pub fn new(at: Partitions) -> Self {
        Self { at, tally: Rc::default() }
    }

    /// What was done until now.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally.borrow().clone()
    }

    /// Empty books under these keys.
    #[must_use]
    pub fn make(&mut self, keys: &MainKeys) -> Box<dyn Beside> {
        self.tally.borrow_mut().worlds += 1;
        let books = Divided::new(self.at, &Vault::new(keys.clone()));
        Box::new(Told { books, tally: Rc::clone(&self.tally) })
    }
}

/// The rules over N books.
pub struct Divided {
    at: Partitions,
    parts: BTreeMap<Partition, Rules>,
}

/// The grey list and the blacklist, in the order of their keys.
pub type Lists = (BTreeSet<ClaimedRecord>, BTreeMap<Asn, Code>);

fn lists_of<'a>(all: impl IntoIterator<Item = &'a Rules>) -> Lists {
    let mut lists = Lists::default();
    for rules in all {
        lists.0.extend(rules.grey_list());
        lists.1.extend(rules.blacklist());
    }
    lists
}

/// A call that was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Done {
    /// Its answer.
    pub output: Output,
    /// The books that were read or written for it.
    pub touched: BTreeSet<Partition>,
    /// A prepaid account lost money by a call that does not name it: that could not wait.
    pub charged_unnamed: bool,
}

impl Divided {
    /// Empty books.
    #[must_use]
    pub fn new(at: Partitions, vault: &Vault) -> Self {
        let empty = |partition| (partition, Rules::new(MemoryBooks::new(), vault.clone()));
        Self { at, parts: at.all().map(empty).collect() }
    }

    /// Does one call where its route says.
    pub fn apply(&mut self, input: &Input) -> Done {
        let route = input.route();
        let mut touched: BTreeSet<Partition> = self.at.touched(route).into_iter().collect();
        let mut gains = Vec::new();
        let output = match route {
            Route::Card(asn) => {
                let card = self.at.of_card(asn);
                let output = self.ask(card, input);
                gains = self.give_back(card, &mut touched);
                output
            }
            Route::CardAndAccount(asn, name) => {
                let (card, account) = (self.at.of_card(asn), self.at.of_account(name));
                self.carry(name, account, card);
                let output = self.ask(card, input);
                self.carry(name, card, account);
                self.give_back(card, &mut touched);
                output
            }
            Route::Account(name) => self.ask(self.at.of_account(name), input),
            Route::Number(..) | Route::Psam(_) => self.everywhere(input),
        };
        let charged_unnamed = gains.iter().any(|gain| *gain < 0);
        Done { output, touched, charged_unnamed }
    }

    /// All books as one.
    #[must_use]
    pub fn joined(&self) -> MemoryBooks {
        MemoryBooks::joined(self.parts.values().map(Rules::books))
    }

    /// What all books hand on to stations, each of its own cards.
    #[must_use]
    pub fn lists(&self) -> Lists {
        lists_of(self.parts.values())
    }

    fn ask(&mut self, partition: Partition, input: &Input) -> Output {
        match self.parts.get_mut(&partition) {
            Some(rules) => rules.apply(input),
            None => Err(host::Refusal::CardUnknown),
        }
    }

    /// What the rules booked on prepaid accounts of other books goes there: how much, for each.
    fn give_back(&mut self, card: Partition, touched: &mut BTreeSet<Partition>) -> Vec<i128> {
        let strange = self.parts.get(&card).map(|rules| rules.books().strange_accounts());
        let mut gains = Vec::new();
        for name in strange.unwrap_or_default() {
            let account = self.at.of_account(name);
            touched.insert(account);
            gains.extend(self.carry(name, card, account));
        }
        gains
    }

    /// The row of a prepaid account goes with the transaction.
    fn carry(&mut self, name: PrepaidName, from: Partition, to: Partition) -> Option<i128> {
        if from == to {
            return None;
        }
        let lent = self.parts.get_mut(&from)?.lend(name);
        let balance = lent.balance();
        self.parts.get_mut(&to)?.take(lent);
        Some(balance)
    }

    /// In all books: the answer of those that know most. A refusal of one is the answer.
    fn everywhere(&mut self, input: &Input) -> Output {
        let mut outputs = self.parts.values_mut().map(|rules| rules.apply(input));
        let first = outputs.next().unwrap_or(Err(host::Refusal::CardUnknown));
        outputs.fold(first, better)
    }
}

fn better(one: Output, other: Output) -> Output {
    match (&one, &other) {
        (Err(_), _) => one,
        (_, Err(_)) => other,
        (Ok(Answer::Heard(first)), Ok(Answer::Heard(second))) => {
            if knows(second) > knows(first) {
                other
            } else {
                one
            }
        }
        _ => one,
    }
}

/// Of two books that were told a void, one may have heard more about the lock.
fn knows(heard: &Heard) -> u8 {
    match heard.outcome {
        None => 0,
        Some(Outcome::Void) => 1,
        Some(_) => 2,
    }
}

struct Told {
    books: Divided,
    tally: Rc<RefCell<Tally>>,
}

impl Beside for Told {
    fn tell(&mut self, _: &Rules, input: &Input, output: &Output) -> Result<(), String> {
        let done = self.books.apply(input);
        let mut tally = self.tally.borrow_mut();
        let count = tally.calls.entry(input.kind()).or_default();
        match (done.touched.len(), input.route()) {
            (_, Route::Number(..) | Route::Psam(_)) => count.all += 1,
            (1, _) => count.one += 1,
            (_, _) => count.several += 1,
        }
        if done.charged_unnamed {
            return Err(format!("{input:?}: an account that it does not name lost money"));
        }
        match (shown(&done.output), shown(output)) {
            (own, one) if own == one => Ok(()),
            (own, one) => {
                Err(format!("{input:?}: divided books answer {own:?}, the one centre {one:?}"))
            }
        }
    }

    fn weigh(&mut self, rules: &Rules) -> Result<(), String> {
        if self.books.joined() != MemoryBooks::joined([rules.books()]) {
            return Err("the divided books, joined, are others than the one centre's".to_owned());
        }
        let lists = self.books.lists();
        match lists == lists_of([rules]) {
            true => Ok(()),
            false => Err(format!("the lists of all books together are others: {lists:?}")),
        }
    }
}

/// What whoever asked sees of an answer. What else is known of the number of a report that was set aside may be in the
/// books of another card, and is not said.
fn shown(output: &Output) -> Output {
    match output {
        Ok(Answer::Heard(heard @ Heard { news: News::Quarantined(_), .. })) => {
            Ok(Answer::Heard(Heard { outcome: None, ..*heard }))
        }
        other => other.clone(),
    }
}
