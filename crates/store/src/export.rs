//! The books row by row: out of a database, and from what was sent somewhere else into memory again, for an audit.

use std::collections::BTreeMap;

use host::MemoryBooks;

use crate::database::Database;
use crate::error::{Kind, StoreError};
use crate::list;
use crate::table::{
    CARDS, CASES, CHANGES, DECISIONS, ENTRIES, FUNDINGS, NOTICES, OPEN_LOCKS, PREPAID, PSAMS,
    PURCHASES, RULINGS, SIGHTINGS, TACS, TRANSFERS, Table, WAITING,
};
use crate::value::Row;

/// Where whole tables come from.
pub(crate) trait Tables {
    /// The rows of a table, in this order of columns.
    fn all(&mut self, table: &Table, order: &str) -> Result<Vec<Row>, StoreError>;
}

impl<D: Database + ?Sized> Tables for D {
    fn all(&mut self, table: &Table, order: &str) -> Result<Vec<Row>, StoreError> {
        let columns = table.names().join(",");
        self.query(&format!("SELECT {columns} FROM {} ORDER BY {order}", table.name), &[])
    }
}

/// Every table of facts, and the order in which its rows go out: that in which [`list::everything`] wants them.
const TABLES: &[(&Table, &str)] = &[
    (&CARDS, "asn"),
    (&PSAMS, "tid"),
    (&PREPAID, "name"),
    (&FUNDINGS, "name, reference"),
    (&CASES, "tid, ttc"),
    (&SIGHTINGS, "asn"),
    (&TACS, "asn"),
    (&CHANGES, "asn"),
    (&DECISIONS, "asn, date, time"),
    (&TRANSFERS, "asn"),
    (&PURCHASES, "tid, ttc"),
    (&WAITING, "asn"),
    (&RULINGS, "asn"),
    (&OPEN_LOCKS, "asn"),
    (&ENTRIES, "posting, part"),
    (&NOTICES, "id"),
];

/// Gives every row with the name of its table, until it is told that nobody takes them any more.
pub(crate) fn rows(
    tables: &mut (impl Tables + ?Sized),
    each: &mut dyn FnMut(&'static str, Row) -> bool,
) -> Result<(), StoreError> {
    for (table, order) in TABLES {
        for row in tables.all(table, order)? {
            if !each(table.name, row) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Rows that were sent, on their way into memory.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Export(BTreeMap<String, Vec<Row>>);

impl Export {
    /// Takes the next row of a table.
    pub fn add(&mut self, table: String, row: Row) {
        self.0.entry(table).or_default().push(row);
    }

    /// The books that the rows are.
    ///
    /// # Errors
    /// Rows that cannot be read: they are of another version, or damaged.
    pub fn books(mut self) -> Result<MemoryBooks, StoreError> {
        list::everything(&mut self)
    }
}

impl Tables for Export {
    /// They came in their order.
    fn all(&mut self, table: &Table, _: &str) -> Result<Vec<Row>, StoreError> {
        if TABLES.iter().all(|(sent, _)| sent.name != table.name) {
            return Err(StoreError::new(
                Kind::OurBug,
                format!("table {} is not among those sent", table.name),
            ));
        }
        Ok(self.0.remove(table.name).unwrap_or_default())
    }
}
