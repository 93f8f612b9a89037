//! Reading events on from where a station stopped.

use std::collections::BTreeMap;

use lists::Cursor;

use crate::database::{Database, Last};
use crate::error::StoreError;
use crate::event::Event;
use crate::table::{EVENTS, Table};
use crate::value::{Columns, Row, Value};

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
    let mut cursor = Cursor::default();
    for row in database.query(statement, &[])? {
        let mut columns = Columns::new(EVENTS.name, row);
        cursor.pass(columns.number()?, columns.number()?);
    }
    Ok(cursor)
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
        let last = cursor.last(lane);
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
