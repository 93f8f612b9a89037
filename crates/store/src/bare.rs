//! The yardstick of the desk: rows that the rules made, put into other books without them.

use crate::database::{Clash, Purpose, PutOf};
use crate::error::StoreError;
use crate::place::Place;
use crate::table::{
    CARDS, CASES, CHANGES, DECISIONS, ENTRIES, EVENTS, KNOWN_LOCKS, OPEN_LOCKS, PSAMS, PURCHASES,
    RULINGS, SIGHTINGS, TACS, TRANSFERS, Table, WAITING,
};
use crate::value::Row;

/// What a call of the rules writes; notices are left out: the database numbers them.
const TABLES: [&Table; 15] = [
    &CARDS,
    &PSAMS,
    &CASES,
    &KNOWN_LOCKS,
    &SIGHTINGS,
    &TACS,
    &CHANGES,
    &DECISIONS,
    &TRANSFERS,
    &PURCHASES,
    &WAITING,
    &RULINGS,
    &OPEN_LOCKS,
    &ENTRIES,
    &EVENTS,
];

/// Rows of books, table by table.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Rows(Vec<Vec<Row>>);

impl Rows {
    /// All rows of these books, as they stand.
    ///
    /// # Errors
    /// The database failed.
    pub fn of(place: &Place) -> Result<Self, StoreError> {
        let mut database = place.connect()?;
        let mut tables = Vec::new();
        for table in TABLES {
            let columns = table.names().join(",");
            tables.push(database.query(&format!("SELECT {columns} FROM {}", table.name), &[])?);
        }
        Ok(Self(tables))
    }

    /// Without those that were there before.
    #[must_use]
    pub fn since(self, before: &Self) -> Self {
        let new = |(mut rows, old): (Vec<Row>, &Vec<Row>)| {
            let old: std::collections::BTreeSet<&Row> = old.iter().collect();
            rows.retain(|row| !old.contains(row));
            rows
        };
        Self(self.0.into_iter().zip(&before.0).map(new).collect())
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }
}

/// Inserts rows in so many transactions of the same size, prepared once and as durable as the desk's.
///
/// # Errors
/// The database failed, or has such rows already.
pub fn insert(place: &Place, rows: &Rows, transactions: usize) -> Result<(), StoreError> {
    place.prepare()?;
    let mut database = place.connect()?;
    for turn in 0..transactions {
        database.begin(Purpose::Write)?;
        let tables = TABLES.into_iter().zip(&rows.0);
        let parts = tables.map(|(table, rows)| of_turn(table, rows, (turn, transactions)));
        let parts: Vec<PutOf<'_>> = parts.collect();
        database.put_all(&parts)?;
        database.commit()?;
    }
    Ok(())
}

/// The rows of a table that are this transaction's, of so many.
fn of_turn<'a>(
    table: &'a Table,
    rows: &'a [Row],
    (turn, transactions): (usize, usize),
) -> PutOf<'a> {
    let at = |turn: usize| rows.len() * turn / transactions.max(1);
    // The first code that is heard of a card makes it active: its row is written again, here as there.
    let changes = [CARDS.name, PSAMS.name].contains(&table.name);
    let clash = if changes { Clash::Replace } else { Clash::Fail };
    (table, clash, rows.get(at(turn)..at(turn + 1)).unwrap_or(&[]))
}
