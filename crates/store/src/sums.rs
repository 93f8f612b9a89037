//! What a lane did to both lists of stations, event by event, so that what a list holds at any cursor is a sum of one row
//! of each lane: no list is ever gone through to know its digest.

use std::fmt;
use std::str::FromStr;

use lists::{Blacklist, Cursor, Digest, GreyList, Head, Kind, Numbers};
use wire::{Asn, ClaimedRecord};

use crate::database::Database;
use crate::error::StoreError;
use crate::feed;
use crate::table::EVENTS;
use crate::value::{Columns, Value};

/// What an event does to a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Moved {
    kind: Kind,
    comes: bool,
    /// Of the row alone.
    digest: Digest,
}

impl Moved {
    pub(crate) fn card(asn: Asn, comes: bool) -> Self {
        let (key, value) = Blacklist::row(asn);
        Self { kind: Kind::Blacklist, comes, digest: Digest::default().with(&key, &value) }
    }

    pub(crate) fn record(record: &ClaimedRecord, comes: bool) -> Result<Self, StoreError> {
        let too_long = || StoreError::damaged("a grey record is longer than a row of the list");
        let (key, value) = GreyList::row(record).ok_or_else(too_long)?;
        Ok(Self { kind: Kind::GreyList, comes, digest: Digest::default().with(&key, &value) })
    }
}

/// What one lane did to one list. Rows that another lane put there may go: their number may be below zero.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Sum {
    changes: u64,
    rows: i64,
    digest: Digest,
}

/// What one lane did to both lists.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Sums {
    blacklist: Sum,
    grey_list: Sum,
}

impl Sums {
    pub(crate) fn take(&mut self, moved: &Moved) {
        let sum = match moved.kind {
            Kind::Blacklist => &mut self.blacklist,
            Kind::GreyList => &mut self.grey_list,
        };
        let rows = if moved.comes { 1 } else { -1 };
        let digest =
            if moved.comes { sum.digest.and(moved.digest) } else { sum.digest.less(moved.digest) };
        *sum = Sum {
            changes: sum.changes.saturating_add(1),
            rows: sum.rows.saturating_add(rows),
            digest,
        };
    }

    /// The values of both columns.
    pub(crate) fn to_text(self) -> [String; 2] {
        [self.blacklist.to_string(), self.grey_list.to_string()]
    }

    /// From the columns of an event.
    pub(crate) fn read(columns: &mut Columns) -> Result<Self, StoreError> {
        Ok(Self { blacklist: columns.parsed()?, grey_list: columns.parsed()? })
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.changes, self.rows, self.digest)
    }
}

/// Not a sum.
pub(crate) struct NoSum;

impl FromStr for Sum {
    type Err = NoSum;

    fn from_str(text: &str) -> Result<Self, NoSum> {
        let mut parts = text.splitn(3, ' ');
        let mut part = || parts.next().ok_or(NoSum);
        let (changes, rows, digest) = (part()?, part()?, part()?);
        Ok(Self {
            changes: changes.parse().map_err(|_| NoSum)?,
            rows: rows.parse().map_err(|_| NoSum)?,
            digest: digest.parse().map_err(|_| NoSum)?,
        })
    }
}

/// How a list stands at a cursor, or at the end of the events; nothing when the cursor is none of these books': one of
/// books that were put back from an older copy, perhaps.
pub(crate) fn head(
    database: &mut dyn Database,
    kind: Kind,
    cursor: Option<Cursor>,
) -> Result<Option<Head>, StoreError> {
    let cursor = match cursor {
        Some(cursor) => cursor,
        None => feed::end(database)?,
    };
    let (mut version, mut rows, mut digest) = (0_u64, 0_i64, Digest::default());
    for (lane, number) in cursor.lanes().filter(|(_, number)| *number > 0) {
        let statement = "SELECT blacklist, grey_list FROM events WHERE lane = ? AND number = ?";
        let found = database.query(statement, &[Value::from(lane), Value::from(number)])?;
        let Some(row) = found.into_iter().next() else { return Ok(None) };
        let sums = Sums::read(&mut Columns::new(EVENTS.name, row))?;
        let sum = match kind {
            Kind::Blacklist => sums.blacklist,
            Kind::GreyList => sums.grey_list,
        };
        version = version.saturating_add(sum.changes);
        rows = rows.saturating_add(sum.rows);
        digest = digest.and(sum.digest);
    }
    let rows = u64::try_from(rows).unwrap_or(0);
    Ok(Some(Head { kind, cursor, numbers: Numbers { version, rows, digest } }))
}
