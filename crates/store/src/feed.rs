//! Reading events on from where a station stopped.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::database::{Database, Last};
use crate::error::StoreError;
use crate::event::Event;
use crate::table::{EVENTS, Table};
use crate::value::{Columns, Row, Value};

/// The last number that was read of each lane: `0:15,2:7`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Cursor(BTreeMap<i64, i64>);

/// Not a cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a cursor is what the last event carried as its id, like 0:15")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (lane, number)) in self.0.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(f, "{comma}{lane}:{number}")?;
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut lanes = BTreeMap::new();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (lane, number) = part.split_once(':').ok_or(CursorError)?;
            let number_of = |text: &str| text.parse::<i64>().ok().filter(|number| *number >= 0);
            let (lane, number) = number_of(lane).zip(number_of(number)).ok_or(CursorError)?;
            if lanes.insert(lane, number).is_some() || lanes.len() > 64 {
                return Err(CursorError);
            }
        }
        Ok(Self(lanes))
    }
}

impl Cursor {
    /// Whether the event with this number of a lane lies behind the cursor.
    #[must_use]
    pub fn has_passed(&self, lane: i64, number: i64) -> bool {
        self.0.get(&lane).is_some_and(|last| *last >= number)
    }

    /// Whether this number follows without a gap: lanes have none, so a gap is an event that was not heard.
    #[must_use]
    pub fn comes_next(&self, lane: i64, number: i64) -> bool {
        self.0.get(&lane).copied().unwrap_or(0).checked_add(1) == Some(number)
    }

    /// Goes behind an event.
    pub fn pass(&mut self, lane: i64, number: i64) {
        self.0.insert(lane, number);
    }
}

/// An event where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fed {
    /// Its writer's lane.
    pub lane: i64,
    /// Its number there.
    pub number: i64,
    /// What happened.
    pub event: Event,
}

pub(crate) fn after(
    database: &mut dyn Database,
    cursor: &Cursor,
    most: usize,
) -> Result<Vec<Fed>, StoreError> {
    let rows = upcoming(database, &EVENTS, ("number", "rank"), cursor, most)?;
    let read = |row| Event::read(row).map(|(lane, number, event)| Fed { lane, number, event });
    rows.into_iter().map(read).collect()
}

pub(crate) fn end(database: &mut dyn Database) -> Result<Cursor, StoreError> {
    let statement = "SELECT lane, COALESCE((SELECT MAX(number) FROM events WHERE events.lane = lanes.lane), 0) \
                     FROM lanes ORDER BY lane";
    let mut lanes = BTreeMap::new();
    for row in database.query(statement, &[])? {
        let mut columns = Columns::new(EVENTS.name, row);
        lanes.insert(columns.number()?, columns.number()?);
    }
    Ok(Cursor(lanes))
}

/// Rows of every lane behind the cursor, those of the lowest ranks. Ranks grow with the numbers of a lane, so of each
/// lane the next ones come.
///
/// The table's first two columns are the lane and this number; of a number that several rows have, all come.
pub(crate) fn upcoming(
    database: &mut dyn Database,
    table: &Table,
    (number, rank): (&str, &str),
    cursor: &Cursor,
    most: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut parts = Vec::new();
    let mut values: Row = Vec::new();
    for row in database.query("SELECT lane FROM lanes ORDER BY lane", &[])? {
        let lane = Columns::new("lanes", row).number()?;
        let last = cursor.0.get(&lane).copied().unwrap_or(0);
        values.extend([Value::from(lane), Value::from(last)]);
        // A lane at a time, each along its index.
        parts.push(format!(
            "SELECT * FROM (SELECT DISTINCT {rank} AS at, lane, {number} AS number FROM {} WHERE lane = ? AND {number} > ? \
             ORDER BY {number} LIMIT {most}) AS lane{lane}",
            table.name
        ));
    }
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let statement = format!("{} ORDER BY at LIMIT {most}", parts.join(" UNION ALL "));
    let mut keys = database.query(&statement, &values)?;
    keys.iter_mut().for_each(|key| drop(key.remove(0)));
    let mut rows: BTreeMap<Row, Vec<Row>> = BTreeMap::new();
    for row in database.find(table, &["lane", number], Last::Equal, &keys)? {
        rows.entry(row.iter().take(2).cloned().collect()).or_default().push(row);
    }
    Ok(keys.iter().filter_map(|key| rows.remove(key)).flatten().collect())
}
