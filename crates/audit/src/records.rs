//! Records of locks against the cards that they are about.

use wire::{Date, Kind, Scheme, Tid, Time};

use crate::facts::SettledBy;
use crate::finding::{Finding, Note};
use crate::index::{Change, Index};
use crate::known::{Known, cents};
use crate::seen::Seen;
use crate::verdict::Report;

/// Every check of a record against a card. Answers what of the money on cards is explained by
/// cards that are behind their records.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) -> i64 {
    for (change, seen) in &index.seen {
        seen_alike(*change, seen, report);
        seen_and_recorded(index, *change, seen, report);
    }
    for (change, seen) in &index.unproved {
        let evidence =
            format!("{}: {} saw {} debited by {}", name(*change), seen.by, seen.amount, seen.tid);
        report.state(Note::StatusNotProved, seen.amount, None, evidence);
    }
    for lock in index.locks.values() {
        on_its_card(index, lock, report);
    }
    let debits = debits_behind(index, report);
    let changes = changes_behind(index, report);
    locks_behind(index, report);
    report.sum("what cards are behind", [debits, changes])
}

fn name((asn, purse, ctc): Change) -> String {
    format!("card {asn} {purse} CTC {ctc}")
}

/// The log and every status tell the same of one change.
fn seen_alike(change: Change, seen: &[Seen<'_>], report: &mut Report) {
    let Some((first, others)) = seen.split_first() else { return };
    for other in others {
        if let Some(field) = first.differs(other) {
            let evidence = format!(
                "{}: {} shows {} by {}, {} shows {} by {}: {field}",
                name(change),
                first.by,
                first.amount,
                first.tid,
                other.by,
                other.amount,
                other.tid
            );
            report.problem(
                Finding::DebitDisagreesWithRecord,
                first.amount - other.amount,
                evidence,
            );
        }
    }
}

/// What the card shows is what the record says (protocol §6: date', time', TID of the lock).
fn seen_and_recorded(index: &Index<'_>, change: Change, seen: &[Seen<'_>], report: &mut Report) {
    let Some(shown) = seen.first().filter(|shown| shown.kind != Kind::Purchase) else { return };
    let ttc = seen.iter().filter(|other| other.kind == Kind::Debit).find_map(|other| other.ttc);
    let is_it =
        |lock: &&Known<'_>| lock.id.tid == shown.tid && ttc.is_none_or(|ttc| ttc == lock.id.ttc);
    let settled =
        || index.locks_of(change).find_map(|lock| Some((lock, lock.settled_at_terminal()?)));
    if shown.kind == Kind::Unlock {
        // Succession proves the balance only: an unlock of the same amount fits it.
        let fits = |lock: &Known<'_>, amount| {
            amount == shown.amount
                && matches!(lock.settled_by_host(), Some((SettledBy::Succession, _)))
        };
        if let Some((lock, amount)) = settled().filter(|(lock, amount)| !fits(lock, *amount)) {
            disagrees(shown, lock, amount, "the way it ended", report);
        }
        return;
    }
    let mine = || index.locks_of(change).filter(is_it);
    match mine().find(|lock| lock.claimed().is_some()).or_else(|| mine().next()) {
        Some(lock) => compare(shown, lock, report),
        None => match settled() {
            Some((lock, amount)) => disagrees(shown, lock, amount, "terminal or number", report),
            None => without_record(index, change, shown, report),
        },
    }
}

fn compare(shown: &Seen<'_>, lock: &Known<'_>, report: &mut Report) {
    let Some(amount) = lock.claimed().or_else(|| lock.settled_at_terminal()) else {
        if let Some(record) = lock.record {
            let evidence = format!(
                "{}: debited {} under {}, which {} has only as {}",
                shown.by,
                shown.amount,
                lock.id,
                record.journal,
                record.progress.name()
            );
            report.problem(Finding::DebitWithoutRecord, shown.amount, evidence);
        }
        return;
    };
    let record = lock.record.and_then(|record| record.progress.record());
    let ended = record.map(|record| (record.delivery.at.date, record.delivery.at.time));
    if amount != shown.amount {
        disagrees(shown, lock, amount, "amount", report);
    } else if let (Some(at), Some(ended)) = (shown.at, ended)
        && at != ended
    {
        let field = record.is_some_and(|record| record.terms.scheme == Scheme::Field);
        if field {
            let evidence = format!("{}: {} was debited at another time", shown.by, lock.id);
            report.state(Note::TimesNotProved, 0, Some(lock.id), evidence);
        } else {
            disagrees(shown, lock, amount, "date or time", report);
        }
    }
}

fn disagrees(shown: &Seen<'_>, lock: &Known<'_>, amount: i64, field: &str, report: &mut Report) {
    let evidence = format!(
        "{}: debited {} by {}; the record of {} says {amount}: {field}",
        shown.by, shown.amount, shown.tid, lock.id
    );
    report.problem(Finding::DebitDisagreesWithRecord, shown.amount - amount, evidence);
}

/// A debit that no record explains, though the terminal's journal reaches back far enough.
fn without_record(index: &Index<'_>, change: Change, shown: &Seen<'_>, report: &mut Report) {
    let covered =
        earliest(index, shown.tid).is_some_and(|from| shown.at.is_some_and(|at| at >= from));
    if covered {
        let evidence = format!(
            "{}: {} debited by {}, whose journal has no such lock ({})",
            shown.by,
            shown.amount,
            shown.tid,
            name(change)
        );
        report.problem(Finding::DebitWithoutRecord, shown.amount, evidence);
    }
}

/// Since when the journals given tell of this terminal.
fn earliest(index: &Index<'_>, tid: Tid) -> Option<(Date, Time)> {
    let of_tid = (tid, wire::Ttc(0))..=(tid, wire::Ttc(u32::MAX));
    let all = index.records.range(of_tid).flat_map(|(_, records)| records);
    all.filter_map(|record| record.progress.terms())
        .map(|terms| (terms.at.date, terms.at.time))
        .min()
}

/// A proved debit whose numbers the card has not reached: rolled back, or a copy.
fn debits_behind(index: &Index<'_>, report: &mut Report) -> i64 {
    let mut behind = Vec::new();
    for (change, debit) in &index.debits {
        let Some(card) = index.cards.get(&change.0) else { continue };
        let own = index.seen.get(change).and_then(|seen| seen.first());
        if index.passed(*change, debit.width()) || own.is_some_and(|seen| seen.by == card.name) {
            continue;
        }
        let evidence = format!(
            "{}: {} was debited, but {} stands at CTC {}",
            name(*change),
            debit.amount,
            card.name,
            card.purse(change.1).ctc
        );
        report.problem(Finding::CardBehindItsRecords, debit.amount, evidence);
        behind.push(debit.amount);
    }
    report.sum("debits that cards are behind", behind)
}

/// A proved load, unload or limit change whose OTC the card has not reached.
fn changes_behind(index: &Index<'_>, report: &mut Report) -> i64 {
    let mut behind = Vec::new();
    for ((asn, purse, otc), change) in &index.online {
        let Some(card) = index.cards.get(asn) else { continue };
        if change.in_log || card.purse(*purse).otc > *otc {
            continue;
        }
        let evidence = format!(
            "card {asn} {purse} OTC {otc}: changed by {}, but {} stands at OTC {}",
            change.money(),
            card.name,
            card.purse(*purse).otc
        );
        report.problem(Finding::CardBehindItsRecords, change.money(), evidence);
        behind.push(-change.money());
    }
    report.sum("changes that cards are behind", behind)
}

/// A certified lock that the card has never heard of.
fn locks_behind(index: &Index<'_>, report: &mut Report) {
    for change in index.by_change.keys().filter(|change| !index.debits.contains_key(change)) {
        let Some(card) = index.cards.get(&change.0) else { continue };
        let certified = || index.locks_of(*change).filter(|lock| lock.certified());
        let Some(lock) = certified().max_by_key(|lock| lock.amount()) else { continue };
        if !index.passed(*change, 1) {
            let evidence = format!(
                "{} was locked and certified, but {} stands at CTC {}",
                lock.id,
                card.name,
                card.purse(change.1).ctc
            );
            report.problem(Finding::CardBehindItsRecords, lock.amount(), evidence);
        }
    }
}

/// A certified lock's number was used by this very lock.
fn on_its_card(index: &Index<'_>, lock: &Known<'_>, report: &mut Report) {
    let change @ (asn, purse, ctc) = (lock.id.asn, lock.id.purse, lock.id.ctc);
    let twice = index.locks_of(change).filter(|other| other.certified()).count() > 1;
    let Some(card) = index.cards.get(&asn).filter(|_| lock.certified() && !twice) else { return };
    let at = |number: u16| index.debits.get(&(asn, purse, number)).map(|debit| debit.kind);
    let shown = || index.seen.get(&change).and_then(|seen| seen.first());
    let next = ctc.saturating_add(1);
    let otherwise = at(ctc) == Some(Kind::Purchase)
        || at(next).is_some()
        || ctc.checked_sub(1).and_then(at).is_some_and(|kind| kind != Kind::Purchase)
        || (lock.settlements().is_empty()
            && shown().is_some_and(|s| s.kind == Kind::Debit && s.tid != lock.id.tid));
    let idle = card.purse(purse).ctc == next && !lock.grey && at(ctc).is_none();
    if otherwise || idle {
        let amount = lock.tac.map_or(lock.amount(), cents);
        let evidence = format!(
            "{} at CTC {} shows nothing of the certified lock {}",
            card.name,
            card.purse(purse).ctc,
            lock.id
        );
        report.problem(Finding::ClaimedLockNotOnCard, amount, evidence);
    }
}
