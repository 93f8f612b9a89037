//! What leaves the logbook: ends that the centre has, and that nobody asks for any more.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use station::Finished;
use wire::{Date, Entry, Tid, Ttc};

use crate::database::{Database, LogbookError};
use crate::handle::Shared;

/// Under this name stands what was dropped.
pub(crate) const NAME: &str = "forgotten";
/// Version of its bytes.
const LAYOUT: u8 = 1;

/// What was dropped from a logbook in all, so that its totals stay right.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Forgotten {
    /// Rows.
    pub rows: u64,
    /// Locks and purchases.
    pub numbers: u64,
    /// Money that was debited or claimed for them, in smallest units.
    pub amount: u64,
}

impl Forgotten {
    /// Version 1, rows 8, numbers 8, amount 8.
    fn to_bytes(self) -> Vec<u8> {
        let numbers = [self.rows, self.numbers, self.amount];
        [LAYOUT].into_iter().chain(numbers.into_iter().flat_map(u64::to_be_bytes)).collect()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&LAYOUT, rest) = bytes.split_first()? else { return None };
        let (rows, rest) = rest.split_first_chunk()?;
        let (numbers, rest) = rest.split_first_chunk()?;
        let amount = rest.try_into().ok()?;
        let [rows, numbers, amount] = [*rows, *numbers, amount].map(u64::from_be_bytes);
        Some(Self { rows, numbers, amount })
    }
}

/// What may leave before a day, and what must not.
struct Old {
    before: Date,
    ends: Vec<Finished>,
    /// Records that recovery may ask for, and the last one: the next number follows it.
    needed: BTreeSet<u64>,
    newest_mark: u64,
    reported: u64,
    /// The last record of a TAC that is looked at.
    last_tac: Option<u64>,
}

impl Old {
    fn of(shared: &Shared, before: Date, most: usize) -> Self {
        let held = shared.held.read().unwrap_or_else(PoisonError::into_inner);
        let index = &held.index;
        let old = index.finished().filter(|end| end.day.is_some_and(|day| day < before));
        let mut ends: Vec<_> = old.collect();
        ends.sort_by_key(|end| end.record);
        let mut needed = index.needed_readings();
        needed.insert(shared.last_record());
        // Each of the needed ones may hold one back.
        ends.truncate(most.saturating_add(needed.len()));
        let reported = index.reported();
        let tacs = index.tacs_seen().iter();
        let tacs = tacs.filter(|seen| seen.record <= reported && seen.status.date < before);
        let mut tacs: Vec<u64> = tacs.map(|seen| seen.record).collect();
        tacs.sort_unstable();
        tacs.truncate(most);
        let last_tac = tacs.last().copied();
        Self { before, ends, needed, newest_mark: held.marked(), reported, last_tac }
    }

    fn rows(&self, database: &Database) -> Result<Vec<(u64, Entry)>, LogbookError> {
        let last = self.ends.iter().map(|end| end.record).chain(self.last_tac).max();
        last.map_or_else(|| Ok(Vec::new()), |last| rows_until(database, last))
    }

    /// The ends of which nothing is needed.
    fn leaving(&self, rows: &[(u64, Entry)], most: usize) -> Vec<Finished> {
        let held_back = rows.iter().filter(|(record, _)| self.needed.contains(record));
        let held_back: BTreeSet<_> = held_back.filter_map(|(_, entry)| number(entry)).collect();
        let leave = self.ends.iter().filter(|end| !held_back.contains(&end.number));
        leave.take(most).copied().collect()
    }

    fn is_tac(&self, record: u64, entry: &Entry) -> bool {
        // The centre has it, and where the card still shows it, it is kept and reported once more.
        matches!(entry, Entry::TacSeen { status, .. } if status.date < self.before)
            && record <= self.reported
            && !self.needed.contains(&record)
    }

    fn is_mark(&self, record: u64, entry: &Entry) -> bool {
        matches!(entry, Entry::Reported { .. })
            && record < self.newest_mark
            && !self.needed.contains(&record)
    }
}

/// Drops the oldest ends, on the thread that writes: nothing changes meanwhile.
pub(crate) fn forget(
    database: &mut Database,
    shared: &Shared,
    before: Date,
    most: usize,
) -> Result<usize, LogbookError> {
    let old = Old::of(shared, before, most);
    let rows = old.rows(database)?;
    let left = old.leaving(&rows, most);
    let numbers: BTreeSet<(Tid, Ttc)> = left.iter().map(|end| end.number).collect();
    let (mut gone, mut tacs) = (Vec::new(), 0);
    for (record, entry) in &rows {
        let is_tac = old.is_tac(*record, entry);
        tacs += usize::from(is_tac);
        let of_these = number(entry).is_some_and(|number| numbers.contains(&number));
        if is_tac || of_these || old.is_mark(*record, entry) {
            gone.push(*record);
        }
    }
    if gone.is_empty() {
        return Ok(0);
    }
    let kept = database.kept(NAME)?;
    let mut forgotten = kept.and_then(|bytes| Forgotten::from_bytes(&bytes)).unwrap_or_default();
    forgotten.rows += gone.len() as u64;
    forgotten.numbers += numbers.len() as u64;
    forgotten.amount += left.iter().map(|end| u64::from(end.amount.units())).sum::<u64>();
    database.drop_rows((&gone, &numbers), (NAME, &forgotten.to_bytes()))?;
    let mut held = shared.held.write().unwrap_or_else(PoisonError::into_inner);
    held.forget(&numbers, &gone);
    Ok(numbers.len().max(tacs))
}

fn rows_until(database: &Database, last: u64) -> Result<Vec<(u64, Entry)>, LogbookError> {
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let some = database.rows(after, 1000)?;
        let Some((newest, _)) = some.last() else { return Ok(rows) };
        after = *newest;
        rows.extend(some.into_iter().take_while(|(record, _)| *record <= last));
        if after >= last {
            return Ok(rows);
        }
    }
}

const fn number(entry: &Entry) -> Option<(Tid, Ttc)> {
    match entry {
        Entry::Lock { tid, ttc, .. } | Entry::Purchase { tid, ttc, .. } => Some((*tid, *ttc)),
        _ => None,
    }
}
