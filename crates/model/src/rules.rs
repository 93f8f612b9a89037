//! What holds in every state.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use host::Account;
use stateright::Property;
use terminal::Progress;
use wire::Amount;

use crate::check::Model;
use crate::heal::NoWayOut;
use crate::world::World;

/// A rule and its name in words.
type Rule = (&'static str, fn(&Model, &World) -> bool);

const RULES: &[Rule] = &[
    ("money on a card and its debits are what it was opened with", conserved),
    ("a lock is debited at most once, and so is a purse number", debited_once),
    ("what flowed is still under its lock, or was debited under it to the unit", fuel_is_paid),
    ("a debit is what flowed", debit_is_fuel),
    ("no decision of 0 beside a delivered amount", no_free_fuel),
    ("a number said void never made a lock", void_is_void),
    ("what is settled is what the card was debited, once for each purse number", settled_right),
    ("the books sum to zero, and no station is owed more than its locks were debited", credited),
    ("numbers only rise, and decisions follow the rules", nothing_broken),
    ("a grey card has a way out", freed),
    (
        "a grey card has a way out without operators unless something happened that needs them",
        alone,
    ),
    ("at rest every debit is settled as it was", at_rest),
];

/// All of them, as the checker takes them.
pub(crate) fn properties() -> Vec<Property<Model>> {
    RULES.iter().map(|(name, rule)| Property::always(name, *rule)).collect()
}

fn conserved(model: &Model, world: &World) -> bool {
    world.cards.iter().all(|card| {
        let debits = card.debits.iter().map(|debit| debit.amount.units());
        card.balance.units() + debits.sum::<u32>() == u32::from(model.bounds.money)
    })
}

fn debited_once(_: &Model, world: &World) -> bool {
    let mut locks = BTreeSet::new();
    let mut numbers = BTreeSet::new();
    let all = world.cards.iter().flat_map(|card| card.debits.iter().map(move |d| (card.asn, d)));
    let mut all = all;
    all.all(|(asn, debit)| locks.insert((debit.tid, debit.ttc)) && numbers.insert((asn, debit.ctc)))
}

fn fuel_is_paid(_: &Model, world: &World) -> bool {
    let mut flowed = world
        .flowed
        .iter()
        .filter(|(lock, amount)| **amount > Amount::ZERO && !world.lied.contains(lock));
    flowed.all(|((tid, ttc), amount)| {
        world.cards.iter().any(|card| {
            let under = card.grey.is_some_and(|grey| (grey.tid, grey.ttc) == (*tid, *ttc));
            let paid = (*tid, *ttc, *amount);
            under || card.debits.iter().any(|debit| (debit.tid, debit.ttc, debit.amount) == paid)
        })
    })
}

fn debit_is_fuel(_: &Model, world: &World) -> bool {
    let mut debits = world.cards.iter().flat_map(|card| &card.debits);
    debits.all(|debit| {
        let lock = (debit.tid, debit.ttc);
        world.lied.contains(&lock) || debit.amount == world.flowed_under(lock)
    })
}

fn no_free_fuel(_: &Model, world: &World) -> bool {
    world.centre.decisions().iter().all(|row| {
        let lock = (row.lock.tid, row.lock.ttc);
        row.amount > Amount::ZERO
            || world.lied.contains(&lock)
            || world.flowed_under(lock) == Amount::ZERO
    })
}

fn void_is_void(_: &Model, world: &World) -> bool {
    let mut locks = world.journals.iter().flat_map(|journal| journal.index().locks());
    locks.all(|(number, progress)| {
        !matches!(progress, Progress::Void(_))
            || world.cards.iter().all(|card| !card.locks.contains(&number))
    })
}

fn settled_right(_: &Model, world: &World) -> bool {
    let mut numbers = BTreeSet::new();
    world.centre.outcomes().iter().all(|row| {
        let (Some(ending), Some(lock)) = (row.ending, row.lock) else { return true };
        let really = (lock.ctc, row.tid, row.ttc, ending.amount());
        let card = world.cards.iter().find(|card| card.asn == lock.asn);
        let debited = card.is_some_and(|card| {
            card.debits
                .iter()
                .any(|debit| (debit.ctc, debit.tid, debit.ttc, debit.amount) == really)
        });
        debited && numbers.insert((lock.asn, lock.purse, lock.ctc))
    })
}

fn credited(_: &Model, world: &World) -> bool {
    let trial = world.centre.trial_balance();
    let owed = |(account, amount): (&Account, &i128)| match account {
        Account::StationPayable(_) => *amount,
        _ => 0,
    };
    let owed: i128 = trial.accounts.iter().map(owed).sum();
    let debits = world.cards.iter().flat_map(|card| &card.debits);
    let debited: i128 = debits.map(|debit| i128::from(debit.amount.units())).sum();
    trial.sum == 0 && owed <= debited
}

fn nothing_broken(_: &Model, world: &World) -> bool {
    world.broken.is_none()
}

thread_local! {
    /// The ways out that were looked for: three rules ask, and many states differ only in what may
    /// still happen.
    static KNOWN: RefCell<HashMap<u64, Result<(), NoWayOut>>> = RefCell::default();
}

fn way_out(world: &World) -> Result<(), NoWayOut> {
    let facts = world.fingerprint_of_facts();
    let known = KNOWN.with_borrow(|known| known.get(&facts).cloned());
    known.unwrap_or_else(|| {
        let found = world.heal();
        KNOWN.with_borrow_mut(|known| known.insert(facts, found.clone()));
        found
    })
}

fn freed(_: &Model, world: &World) -> bool {
    way_out(world) != Err(NoWayOut::StaysGrey)
}

fn alone(_: &Model, world: &World) -> bool {
    way_out(world) != Err(NoWayOut::NeedsOperators)
}

fn at_rest(_: &Model, world: &World) -> bool {
    !matches!(way_out(world), Err(NoWayOut::Books(_)))
}
