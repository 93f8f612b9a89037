//! One purse from its opening to today: opening + loads − unloads − debits = money.

use std::collections::BTreeSet;

use wire::{Kind, Limit, LockTerms, Purse};

use crate::facts::{CardFacts, Opening, PurseFacts};
use crate::finding::{Finding, Note};
use crate::index::{Change, Index};
use crate::known::{Known, cents, rank};
use crate::log::range;
use crate::verdict::Report;

/// What one purse adds to the totals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PurseSums {
    pub(crate) opening: i64,
    pub(crate) money: i64,
    /// Gone by changes that nothing given tells about, or come by them if negative.
    pub(crate) not_covered: i64,
    /// The difference that a problem names.
    pub(crate) difference: i64,
}

/// Checks every purse whose opening is known.
pub(crate) fn check(index: &Index<'_>, report: &mut Report) -> Vec<PurseSums> {
    let mut sums = Vec::new();
    for card in index.cards.values() {
        for purse in Purse::ALL {
            let Some(opening) = index.opening(card, purse) else { continue };
            let chain = Chain { index, card, purse, opening, now: *card.purse(purse) };
            sums.push(chain.check(report));
            chain.check_locks(report);
        }
    }
    sums
}

struct Chain<'a> {
    index: &'a Index<'a>,
    card: &'a CardFacts,
    purse: Purse,
    opening: Opening,
    now: PurseFacts,
}

impl Chain<'_> {
    const fn at(&self, number: u16) -> Change {
        (self.card.asn, self.purse, number)
    }

    /// The first CTC on which no money can have moved yet: a lock's own number moves none.
    fn end(&self) -> u16 {
        let grey = u16::from(self.card.grey_in(self.purse).is_some());
        self.now.ctc.saturating_sub(grey).max(self.opening.ctc)
    }

    fn check(&self, report: &mut Report) -> PurseSums {
        let offline = self.missing_offline(self.end());
        let online = self.missing_online(report);
        let debits = self.debits_before(self.end(), report);
        let loaded = self.loaded(report);
        let opening = self.opening.money();
        let money = self.now.money();
        let off = report.sum("a purse", [money, debits, -loaded, -opening]);
        // What the changes took that nothing given tells about.
        let gone = report.sum("a purse", [-off]);
        let (least, most) = self.may_be_gone(!offline.is_empty(), online > 0, report);
        let not_covered = gone.clamp(least, most);
        let difference = not_covered - gone;
        if difference != 0 {
            let evidence = self.evidence(difference, debits, loaded, &offline);
            report.problem(Finding::BalanceDoesNotFollow, difference, evidence);
        } else {
            self.state_gaps(&offline, online, gone, report);
        }
        PurseSums { opening, money, not_covered, difference }
    }

    /// The least and the most that changes took which nothing given tells about. With the
    /// centre, only a lock whose on-line decision is still out, a purchase whose answer is lost and a load or unload that
    /// nobody has proved may have ended in two ways; without it, unknown off-line changes take money, unknown on-line ones may also bring it.
    fn may_be_gone(&self, offline: bool, online: bool, report: &mut Report) -> (i64, i64) {
        let ended = self.index.by_change.range(self.at(self.opening.ctc)..self.at(self.end()));
        let unsure = ended.filter(|(change, _)| !self.index.debits.contains_key(change));
        let bounds: Vec<(i64, i64)> = unsure
            .flat_map(|(change, _)| self.index.locks_of(*change).find_map(Known::possible))
            .collect();
        let range = self.at(self.opening.ctc)..self.at(self.end());
        let open = self.index.open_purchases.range(range);
        let open = open.filter(|(change, _)| !self.index.debits.contains_key(change));
        let open = open.filter_map(|(_, amounts)| amounts.iter().max()).copied();
        let least = bounds.iter().map(|(least, _)| *least);
        let least = report.sum("decisions and open loads", least.chain(self.brought(i64::max)));
        let most = bounds.iter().map(|(_, most)| *most).chain(open);
        let most = most.chain(self.brought(i64::min));
        let most = report.sum("decisions, open purchases and unloads", most);
        if self.index.facts.host.is_some() {
            return (least, most);
        }
        let least = if online { i64::MIN } else { least };
        let most = if online || offline { i64::MAX } else { most };
        (least, most)
    }

    /// What each open load or unload may have taken, at one end: the most that it brought, or the least.
    fn brought(&self, end: fn(i64, i64) -> i64) -> impl Iterator<Item = i64> {
        let range = self.at(self.opening.otc)..self.at(self.now.otc.max(self.opening.otc));
        let open = self.index.open_transfers.range(range);
        let open = open.filter(|(change, _)| !self.index.online.contains_key(change));
        open.map(move |(_, answers)| -answers.iter().copied().fold(0, end))
    }

    fn evidence(&self, off: i64, debits: i64, loaded: i64, missing: &BTreeSet<u16>) -> String {
        let gaps = match ranges(missing) {
            text if text.is_empty() => text,
            text => format!("; nobody tells of CTC {text}"),
        };
        format!(
            "{} {}: opening {}, loads less unloads {loaded}, debits {debits}, money today {}: {} {}{gaps}",
            self.card.name,
            self.purse,
            self.opening.money(),
            self.now.money(),
            off.unsigned_abs(),
            if off > 0 { "too much" } else { "missing" }
        )
    }

    fn state_gaps(&self, missing: &BTreeSet<u16>, online: usize, gone: i64, report: &mut Report) {
        if missing.is_empty() && online == 0 {
            return;
        }
        let mut what = Vec::new();
        if !missing.is_empty() {
            what.push(format!("of CTC {}", ranges(missing)));
        }
        if online > 0 {
            what.push(format!("of {online} on-line change(s)"));
        }
        let what = what.join(" and ");
        let evidence = format!("{} {}: nothing tells {what}", self.card.name, self.purse);
        report.state(Note::ChangesNotCovered, gone, None, evidence);
    }

    /// The CTCs before `end` that no known change uses.
    fn missing_offline(&self, end: u16) -> BTreeSet<u16> {
        let mut numbers: BTreeSet<u16> = (self.opening.ctc..end).collect();
        for ((_, _, first), debit) in self.index.debits.range(self.at(0)..self.at(end)) {
            for number in *first..first.saturating_add(debit.width()) {
                numbers.remove(&number);
            }
        }
        numbers
    }

    /// How many OTCs no known change uses.
    fn missing_online(&self, report: &mut Report) -> usize {
        let used = usize::from(self.now.otc.saturating_sub(self.opening.otc));
        let range = self.at(self.opening.otc)..self.at(self.now.otc.max(self.opening.otc));
        let changes = self.index.online.range(range).count();
        let unlocks = self.index.unlocks(self.at(self.opening.ctc), self.at(self.end()));
        if changes + unlocks > used && self.now.otc >= self.opening.otc {
            let evidence = format!(
                "{} {}: OTC moved by {used}, but {} on-line changes are proved",
                self.card.name,
                self.purse,
                changes + unlocks
            );
            report.problem(Finding::CountersWentBack, 0, evidence);
        }
        used.saturating_sub(changes + unlocks)
    }

    fn debits_before(&self, end: u16, report: &mut Report) -> i64 {
        let range = self.at(self.opening.ctc)..self.at(end.max(self.opening.ctc));
        let whole = |first: u16, width: u16| u32::from(first) + u32::from(width) <= u32::from(end);
        let known = self.index.debits.range(range);
        let done = known.filter(|((_, _, first), debit)| whole(*first, debit.width()));
        report.sum("debits", done.map(|(_, debit)| debit.amount))
    }

    fn loaded(&self, report: &mut Report) -> i64 {
        let range = self.at(self.opening.otc)..self.at(self.now.otc.max(self.opening.otc));
        report.sum("loads", self.index.online.range(range).map(|(_, change)| change.money()))
    }

    /// Every certified lock was made for the balance that everything before it gives.
    fn check_locks(&self, report: &mut Report) {
        if !self.missing_offline(self.end()).is_empty() || self.missing_online(report) > 0 {
            return;
        }
        let locks = self.index.locks.values();
        let mine = locks.filter(|lock| (lock.id.asn, lock.id.purse) == (self.card.asn, self.purse));
        for lock in mine.filter(|lock| self.within(lock.id.ctc)) {
            // Before `locked` no code has proved the balance that the terminal was told.
            let proved = lock.record.filter(|record| rank(record.progress) >= 3);
            let Some(terms) = proved.and_then(|record| record.progress.terms()) else { continue };
            let before = self.debits_before(lock.id.ctc, report);
            let money = cents(terms.balance) - i64::from(self.limit_then(terms).units());
            let off = report.sum("a lock's balance", [money, before, -self.opening.money()]);
            let (least, most) = self.loaded_by_then(report);
            let outside = off - off.clamp(least, most);
            if outside != 0 {
                let evidence = format!(
                    "{}: lock {} was made for {}, {outside} off",
                    self.card.name, lock.id, terms.balance
                );
                report.problem(Finding::LockBalanceDoesNotFollow, outside, evidence);
            }
        }
    }

    /// The overdraft limit when a lock was made. No code proves the one in its record, so it
    /// counts only where the limit ever changed, back to what it was included.
    fn limit_then(&self, terms: &LockTerms) -> Limit {
        let mut changes = self.index.online.range(self.at(0)..=self.at(u16::MAX));
        let changed = changes.any(|(_, change)| change.kind == Kind::Overdraft);
        if changed { terms.limit } else { self.now.limit }
    }

    /// The least and the most that loads and unloads may have brought by any one lock: where
    /// they lie between opening and lock is not known.
    fn loaded_by_then(&self, report: &mut Report) -> (i64, i64) {
        let range = self.at(0)..=self.at(u16::MAX);
        let moved = self.index.online.range(range).map(|(_, change)| change.money());
        let most = report.sum("loads", moved.clone().filter(|money| *money > 0));
        let least = report.sum("unloads", moved.filter(|money| *money < 0));
        (least, most)
    }

    const fn within(&self, number: u16) -> bool {
        self.opening.ctc <= number && number < self.now.ctc
    }
}

/// Numbers as ranges, `3–4, 7`.
fn ranges(numbers: &BTreeSet<u16>) -> String {
    let mut parts: Vec<(u16, u16)> = Vec::new();
    for number in numbers {
        match parts.last_mut() {
            Some((_, end)) if *end == *number => *end = number.saturating_add(1),
            _ => parts.push((*number, number.saturating_add(1))),
        }
    }
    let shown: Vec<String> = parts.iter().map(|(from, end)| range(*from, *end)).collect();
    shown.join(", ")
}
