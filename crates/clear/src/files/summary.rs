//! The end of a run: what was read, what became of it, and that both agree.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use crate::error::ClearError;
use crate::line::Class;
use crate::row::is_station;

/// Counts and money of a station or of all, by class.
pub(super) type Sums = [(u64, u64); Class::ALL.len()];

pub(super) fn sum_of(sums: &Sums, classes: &[Class]) -> Sum {
    let mut sum = Sum::default();
    for class in classes {
        if let Some((count, amount)) = sums.get(*class as usize - 1) {
            sum.count += count;
            sum.amount += amount;
        }
    }
    sum
}

/// A number of rows or locks, and their money in the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// How much.
    pub amount: u64,
}

/// Rows of a run, and what became of them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct RowCounts {
    /// All that went in.
    pub read: u64,
    /// Of the day.
    pub day: u64,
    /// Carried from an earlier day.
    pub carried: u64,
    /// Those by which a lock was settled.
    pub settled: u64,
    /// Those of open locks.
    pub pending: u64,
    /// Those that said again what another one says.
    pub duplicates: u64,
    /// Those that claim nothing by themselves.
    pub notices: u64,
    /// Those that count as not heard.
    pub quarantined: u64,
}

/// What went into a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted {
    /// The day, BCD.
    pub day: u32,
    /// The day before that is carried into it, BCD.
    pub previous: Option<u32>,
    /// Rows of the day.
    pub day_rows: u64,
    /// Rows that an earlier day left open.
    pub carried_rows: u64,
}

/// The end of a run. The same bytes on either engine.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Summary {
    /// The day, `YYYYMMDD`.
    pub day: String,
    /// The day whose open locks were carried into it; nothing where it is the first.
    pub previous: Option<String>,
    /// Stations that something was said of.
    pub stations: u64,
    /// Rows: `read` is the sum of the last five.
    pub rows: RowCounts,
    /// What stations are paid.
    pub settled: Sum,
    /// What is open.
    pub pending: Sum,
    /// Counts and money of each class.
    pub classes: BTreeMap<&'static str, Sum>,
    /// Exceptions by reason.
    pub exceptions: BTreeMap<&'static str, Sum>,
    /// The files that the next day needs, as they were written.
    pub carries: BTreeMap<&'static str, Digest>,
}

/// All that was said of a run, but for the files that it carries on.
pub(super) fn summary(
    run: &Counted,
    stations: &BTreeMap<u32, Sums>,
    exceptions: BTreeMap<&'static str, Sum>,
) -> Summary {
    let Counted { day, previous, day_rows, carried_rows } = *run;
    let mut all = Sums::default();
    for sums in stations.values() {
        for ((count, amount), (more, money)) in all.iter_mut().zip(sums) {
            *count += more;
            *amount += money;
        }
    }
    let count = |classes: &[Class]| sum_of(&all, classes).count;
    let classes = Class::ALL.map(|class| (class.name(), sum_of(&all, &[class])));
    Summary {
        day: format!("{day:08X}"),
        previous: previous.map(|day| format!("{day:08X}")),
        stations: stations.keys().filter(|station| is_station(**station)).count() as u64,
        rows: RowCounts {
            read: day_rows + carried_rows,
            day: day_rows,
            carried: carried_rows,
            settled: count(&Class::SETTLED),
            pending: count(&Class::PENDING),
            duplicates: count(&[Class::Duplicate]),
            notices: count(&[Class::Notice]),
            quarantined: count(&[Class::Quarantined]),
        },
        settled: sum_of(&all, &Class::SETTLED),
        pending: sum_of(&all, &Class::PENDING),
        classes: classes.into(),
        exceptions,
        carries: BTreeMap::new(),
    }
}

/// Each row that was read stands in one place: the count of the tables' own feet against what the rules said.
pub(super) fn adds_up(rows: &RowCounts) -> Result<(), ClearError> {
    let RowCounts { read, settled, pending, duplicates, notices, quarantined, .. } = *rows;
    let told = settled + pending + duplicates + notices + quarantined;
    if told == read {
        return Ok(());
    }
    Err(ClearError::Sums(format!(
        "{read} rows were read, and {settled} settled + {pending} pending + {duplicates} duplicates + {notices} notices + {quarantined} quarantined are {told}"
    )))
}
