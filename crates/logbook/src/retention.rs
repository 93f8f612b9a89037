//! What leaves the logbook: ends that the centre has, and that nobody asks for any more.

use std::collections::BTreeSet;
use std::sync::PoisonError;

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

/// Drops the oldest ends, on the thread that writes: nothing changes meanwhile.
pub(crate) fn forget(
    database: &mut Database,
    shared: &Shared,
    before: Date,
    most: usize,
) -> Result<usize, LogbookError> {
    let (candidates, needed, newest_mark, reported) = {
        let held = shared.held.read().unwrap_or_else(PoisonError::into_inner);
        let index = &held.index;
        let old = index.finished().filter(|end| end.day.is_some_and(|day| day < before));
        let mut old: Vec<_> = old.collect();
        old.sort_by_key(|end| end.record);
        let mut needed = index.needed_readings();
        // The next number follows the last one that is there.
        needed.insert(shared.last_record());
        // Each of the needed ones may hold one back.
        old.truncate(most.saturating_add(needed.len()));
        (old, needed, held.marked(), index.reported())
    };
    let Some(last) = candidates.iter().map(|end| end.record).max() else { return Ok(0) };
    let mut numbers: BTreeSet<(Tid, Ttc)> = candidates.iter().map(|end| end.number).collect();
    let rows = rows_until(database, last)?;
    for (record, entry) in &rows {
        if needed.contains(record)
            && let Some(number) = number(entry)
        {
            numbers.remove(&number);
        }
    }
    let left: Vec<_> =
        candidates.iter().filter(|end| numbers.contains(&end.number)).take(most).collect();
    numbers = left.iter().map(|end| end.number).collect();
    let goes = |record: u64, entry: &Entry| match entry {
        Entry::Reported { .. } => record < newest_mark && !needed.contains(&record),
        // The centre has it, and where the card still shows it, it is kept and reported once more.
        Entry::TacSeen { status, .. } => {
            record <= reported && status.date < before && !needed.contains(&record)
        }
        other => number(other).is_some_and(|number| numbers.contains(&number)),
    };
    let gone: Vec<u64> = rows
        .iter()
        .filter(|(record, entry)| goes(*record, entry))
        .map(|(record, _)| *record)
        .collect();
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
    Ok(numbers.len())
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
