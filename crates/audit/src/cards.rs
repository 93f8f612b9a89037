//! One card against itself and against what it was issued with.

use wire::{Kind, Purse};

use crate::facts::{CardFacts, DebitKind, GreyFacts, PurseFacts};
use crate::finding::{Finding, Note};
use crate::index::Index;
use crate::known::cents;
use crate::verdict::Report;

/// Every check that needs one card only.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) {
    given_twice(index, report);
    for card in index.cards.values() {
        last_debit(card, report);
        if let Some(lock) = &card.lock {
            lock_fits_purse(card, lock, report);
        }
        for purse in Purse::ALL {
            opening(index, card, purse, report);
        }
    }
}

/// The money of a copy is there a second time.
fn given_twice(index: &Index<'_>, report: &mut Report) {
    for card in &index.facts.cards {
        let Some(first) = index.cards.get(&card.asn).filter(|first| !std::ptr::eq(**first, card))
        else {
            continue;
        };
        let money = report.sum("a copy's money", card.purses.iter().map(PurseFacts::money));
        let evidence = format!(
            "{} and {} are both card {}; the copy shows {money}",
            first.name, card.name, card.asn
        );
        report.problem(Finding::CardGivenTwice, money, evidence);
    }
}

/// Image and issuing record name the same beginning, and the counters only went forward.
fn opening(index: &Index<'_>, card: &CardFacts, purse: Purse, report: &mut Report) {
    let now = card.purse(purse);
    let name = &card.name;
    if let (Some(own), Some(books)) = (now.opening, index.books(card.asn, purse))
        && own != books.opening
    {
        let evidence = format!(
            "{name} {purse}: the card began with {} at CTC {}, OTC {}; the centre issued {} at CTC {}, OTC {}",
            own.money(),
            own.ctc,
            own.otc,
            books.opening.money(),
            books.opening.ctc,
            books.opening.otc
        );
        report.problem(Finding::OpeningDisagrees, own.money() - books.opening.money(), evidence);
    }
    let Some(opening) = index.opening(card, purse) else {
        if now.ctc != 0 || now.otc != 0 || now.money() != 0 {
            let evidence = format!("{name} {purse}: nothing tells what it began with");
            report.state(Note::OpeningUnknown, now.money(), None, evidence);
        }
        return;
    };
    if now.ctc < opening.ctc || now.otc < opening.otc {
        let evidence = format!(
            "{name} {purse}: CTC {}, OTC {}, but it began at CTC {}, OTC {}",
            now.ctc, now.otc, opening.ctc, opening.otc
        );
        report.problem(Finding::CountersWentBack, 0, evidence);
    }
}

/// The lock names this card, its balance is today's, and the CTC stands at n + 1.
fn lock_fits_purse(card: &CardFacts, lock: &GreyFacts, report: &mut Report) {
    let purse = card.purse(lock.id.purse);
    let off = cents(lock.balance) - cents(purse.balance);
    let fits = lock.id.asn == card.asn && lock.id.ctc.checked_add(1) == Some(purse.ctc);
    if fits && off == 0 {
        return;
    }
    let evidence = format!(
        "{}: grey under {} with {}, but the purse shows {} at CTC {}",
        card.name, lock.id, lock.balance, purse.balance, purse.ctc
    );
    report.problem(Finding::LockDisagreesWithPurse, off, evidence);
}

/// The last debit kept is the newest debit of the log; unread, it is the newest change too.
fn last_debit(card: &CardFacts, report: &mut Report) {
    let Some(kept) = &card.last_debit else { return };
    let is_debit = |kind: Kind| matches!(kind, Kind::Debit | Kind::Unlock);
    let kind = match kept.kind {
        DebitKind::Terminal(_) => Kind::Debit,
        DebitKind::Online(_) => Kind::Unlock,
    };
    let mut records = card.log.iter();
    let Some(newest) = records.find(|record| is_debit(record.tag.kind)) else {
        return;
    };
    let same = newest.tag == kind.of(kept.purse)
        && newest.amount == kept.amount
        && newest.tid == kept.tid
        && (newest.date, newest.time) == (kept.date, kept.time);
    let stale = kept.unread && card.log.first() != Some(newest);
    if same && !stale {
        return;
    }
    let evidence = format!(
        "{}: keeps a debit of {} by {} at {} {}{}, its log {} by {} at {} {}",
        card.name,
        kept.amount,
        kept.tid,
        kept.date,
        kept.time,
        if kept.unread { " (unread)" } else { "" },
        newest.amount,
        newest.tid,
        newest.date,
        newest.time
    );
    let off = cents(kept.amount) - cents(newest.amount);
    report.problem(Finding::LastDebitDisagrees, off, evidence);
}
