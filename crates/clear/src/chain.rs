//! Succession (protocol §9): a card that was locked again at CTC n + 2 or above has left lock n, and the chain of its
//! balances says whether it paid what the record claims.

use std::collections::{BTreeMap, BTreeSet};

use crate::lock::Lock;

/// The nearest CTCs at which the card was seen again and that are judged, as the centre does.
pub(crate) const NEAREST: usize = 3;

/// What a card's later locks say about a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Succession {
    /// The card was not seen again.
    NotYet,
    /// It was, and it had paid this amount.
    Fits,
    /// It was, but locks in between are not known.
    Gap,
    /// It was, with another balance.
    Disagrees,
}

/// Balances that a card can have had at a CTC.
type Reached = BTreeMap<u16, BTreeSet<i64>>;

/// Judges a record by the locks of its purse at CTC n + 2 and above that the card proved. `locks` are all of the card,
/// in order.
pub(crate) fn judge(locks: &[Lock], lock: &Lock) -> Succession {
    let (purse, ctc, ..) = lock.id;
    let Some(record) = &lock.record else { return Succession::NotYet };
    let Some(next) = ctc.checked_add(2) else { return Succession::NotYet };
    let seen = nearest(locks, purse, next);
    if seen.is_empty() {
        return Succession::NotYet;
    }
    let after = i64::from(record.balance) - i64::from(record.amount);
    let mut broken = false;
    for (ctc, balance) in seen {
        match follow(locks, purse, (next, after), (ctc, balance)) {
            Some(true) => return Succession::Fits,
            Some(false) => {}
            None => broken = true,
        }
    }
    if broken { Succession::Gap } else { Succession::Disagrees }
}

/// True when the card was seen again after the lock (at CTC n + 2 or above): it is not locked by it any more.
pub(crate) fn is_left(locks: &[Lock], lock: &Lock) -> bool {
    let (purse, ctc, ..) = lock.id;
    ctc.checked_add(2).is_some_and(|next| !nearest(locks, purse, next).is_empty())
}

fn at(locks: &[Lock], purse: u8, ctc: u16) -> &[Lock] {
    let place = |lock: &Lock| (lock.id.0, lock.id.1);
    let first = locks.partition_point(|lock| place(lock) < (purse, ctc));
    let last = locks.partition_point(|lock| place(lock) <= (purse, ctc));
    locks.get(first..last).unwrap_or(&[])
}

fn nearest(locks: &[Lock], purse: u8, from: u16) -> Vec<(u16, i64)> {
    let first = locks.partition_point(|lock| (lock.id.0, lock.id.1) < (purse, from));
    let later = locks.get(first..).unwrap_or(&[]).iter().take_while(|lock| lock.id.0 == purse);
    let mut ctcs = BTreeSet::new();
    let mut seen = Vec::new();
    for lock in later {
        let Some(balance) = lock.sighting() else { continue };
        if ctcs.len() == NEAREST && !ctcs.contains(&lock.id.1) {
            break;
        }
        ctcs.insert(lock.id.1);
        seen.push((lock.id.1, i64::from(balance)));
    }
    seen
}

/// Follows the known locks to a balance that the card proved: whether one way leads there; `None` when a number in
/// between was not heard of.
fn follow(locks: &[Lock], purse: u8, (ctc, balance): (u16, i64), end: (u16, i64)) -> Option<bool> {
    let mut reached = Reached::from([(ctc, BTreeSet::from([balance]))]);
    let mut broken = false;
    while let Some((ctc, balances)) = reached.pop_first() {
        if ctc == end.0 {
            let met = balances.contains(&end.1);
            return if met || !broken { Some(met) } else { None };
        }
        let mut known = false;
        let steps = if ctc < end.0 { at(locks, purse, ctc) } else { &[] };
        for step in steps {
            let Some(debit) = step.debit() else { continue };
            known = true;
            let fits =
                |balance: &&i64| step.balance().is_none_or(|locked| i64::from(locked) == **balance);
            let after: Vec<i64> =
                balances.iter().filter(fits).map(|before| before - i64::from(debit)).collect();
            if let Some(next) = ctc.checked_add(2) {
                reached.entry(next).or_default().extend(after);
            }
        }
        broken |= !known;
    }
    None
}
