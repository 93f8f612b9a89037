//! One number of a purse, one lock, one settlement (protocol §9, §11).

use crate::finding::Finding;
use crate::index::{Index, change_of};
use crate::known::Known;
use crate::verdict::Report;

/// At most one settlement of each (ASN, purse, CTC), and at most one certified lock.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) {
    for change in index.by_change.keys() {
        let locks: Vec<&Known<'_>> = index.locks_of(*change).collect();
        let settled: Vec<i64> = locks.iter().flat_map(|lock| lock.settlements()).collect();
        if settled.len() > 1 {
            twice(Finding::LockSettledTwice, "settled", &settled, &locks, index, report);
            continue;
        }
        let certified: Vec<&Known<'_>> =
            locks.into_iter().filter(|lock| lock.certified()).collect();
        if certified.len() > 1 {
            let claims: Vec<i64> = certified.iter().map(|lock| lock.amount()).collect();
            let what = Finding::NumberLockedTwice;
            twice(what, "locked and certified", &claims, &certified, index, report);
        }
    }
}

/// The card can have made only one of them: the one that its log shows, else the largest, so
/// that the least is named that is too much.
fn twice(
    what: Finding,
    done: &str,
    amounts: &[i64],
    locks: &[&Known<'_>],
    index: &Index<'_>,
    report: &mut Report,
) {
    let shown = locks.first().and_then(|lock| index.seen.get(&change_of(&lock.id))?.first());
    let own = shown.map(|shown| shown.amount).filter(|amount| amounts.contains(amount));
    let own = own.or(amounts.iter().copied().max()).unwrap_or(0);
    let all = report.sum("what one number was settled for", amounts.iter().copied());
    let names: Vec<String> = locks.iter().map(|lock| lock.id.to_string()).collect();
    let host = index.facts.host.as_ref();
    let listed =
        locks.iter().any(|lock| host.is_some_and(|host| host.blacklist.contains(&lock.id.asn)));
    let evidence = format!(
        "{} {done} {} times, for {amounts:?}{}",
        names.join(" and "),
        amounts.len(),
        if listed { "; the card is on the blacklist" } else { "" }
    );
    report.problem(what, all - own, evidence);
}
