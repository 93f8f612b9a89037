//! The lane of a writer: its own row of numbers for events, postings and notices, so that readers never overlook one.
//!
//! Were there one row of numbers for all hosts, a host could commit number 7 after a reader had already seen
//! number 8. In a lane there is one writer, and it commits its numbers in their order: a reader that keeps the last
//! number of each lane misses none.
//!
//! Lanes say nothing of the order between hosts. What two hosts write about one lock or card is in the order of ranks:
//! the later host had to see the row that the earlier one left, and draws its ranks after it has seen it.

use crate::database::{Clash, Database};
use crate::error::{Kind, StoreError};
use crate::event::Event;
use crate::migrate::Dialect;
use crate::sums::{Moved, Sums};
use crate::table::{EVENTS, LANES};
use crate::value::{Columns, Row};

/// More hosts than this on one database have to wait.
const MOST: i64 = 64;

/// A lane and the number of its next event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane {
    pub(crate) lane: i64,
    next: i64,
    /// What its events did to the lists.
    sums: Sums,
}

impl Lane {
    /// Takes the first lane that no other connection has. In SQLite there is one writer, and one lane.
    pub(crate) fn take(database: &mut dyn Database, dialect: Dialect) -> Result<Self, StoreError> {
        let lanes = if dialect == Dialect::Sqlite { 0..1 } else { 0..MOST };
        for lane in lanes {
            if dialect == Dialect::Sqlite || is_free(database, lane)? {
                database.put(&LANES, Clash::Keep, &[vec![lane.into()]])?;
                let (next, sums) = next_of(database, lane)?;
                return Ok(Self { lane, next, sums });
            }
        }
        Err(StoreError::new(Kind::Unavailable, format!("{MOST} hosts are at these books already")))
    }

    /// The same lane, whatever became of the numbers: the connection is still the one that took it.
    pub(crate) fn again(self, database: &mut dyn Database) -> Result<Self, StoreError> {
        let (next, sums) = next_of(database, self.lane)?;
        Ok(Self { lane: self.lane, next, sums })
    }

    /// The rows of these events, and the lane after them.
    pub(crate) fn rows(mut self, events: &[Event], moves: &[Moved]) -> (Vec<Row>, Self) {
        let mut rows = Vec::with_capacity(events.len());
        for (event, moved) in events.iter().zip(moves) {
            self.sums.take(moved);
            rows.push(event.row(self.lane, self.next, &self.sums));
            self.next = self.next.saturating_add(1);
        }
        (rows, self)
    }
}

fn next_of(database: &mut dyn Database, lane: i64) -> Result<(i64, Sums), StoreError> {
    let statement = "SELECT number, blacklist, grey_list FROM events WHERE lane = ? ORDER BY number DESC LIMIT 1";
    let Some(row) = database.query(statement, &[lane.into()])?.into_iter().next() else {
        return Ok((1, Sums::default()));
    };
    let mut columns = Columns::new(EVENTS.name, row);
    let last = columns.number()?;
    Ok((last.saturating_add(1), Sums::read(&mut columns)?))
}

/// Held by the connection until it ends. 0x67726579 is "grey".
fn is_free(database: &mut dyn Database, lane: i64) -> Result<bool, StoreError> {
    let statement = "SELECT CASE WHEN pg_try_advisory_lock(1735550329, ?::bigint::int) \
                     THEN 1::bigint ELSE 0::bigint END";
    let row = database.query(statement, &[lane.into()])?.into_iter().next();
    Ok(Columns::new(EVENTS.name, row.unwrap_or_default()).number()? == 1)
}
