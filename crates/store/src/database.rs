//! What the books ask of a database: rows by key, many at once, within a transaction.

use crate::error::StoreError;
use crate::table::Table;
use crate::value::{Row, Value};

/// How the last column of a key is compared; the others are equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Last {
    Equal,
    AtLeast,
    /// Equal, and this holds: in the words of a partial index, since a value would hide that it may be used.
    EqualWhere(&'static str),
}

/// What happens to a row that is there already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Clash {
    /// It stays as it is.
    Keep,
    /// The new one takes its place.
    Replace,
    /// The transaction fails: somebody else wrote it.
    Fail,
}

/// Which numbers are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// The transaction reads and writes, alone with what it has read.
    Write,
    /// It only reads, one state of the books.
    Read,
    /// It changes the schema, after others that did so first: each statement sees what they left.
    Migrate,
}

/// Rows that are sought: those of a table whose columns `by` are one of these keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sought<'a> {
    pub(crate) table: &'a Table,
    pub(crate) by: &'a [&'a str],
    pub(crate) last: Last,
    pub(crate) keys: &'a [Row],
}

/// Rows to be put into a table.
pub(crate) type Put = (Table, Clash, Vec<Row>);

/// The same, where they are.
pub(crate) type PutOf<'a> = (&'a Table, Clash, &'a [Row]);

pub(crate) fn put_of((table, clash, rows): &Put) -> PutOf<'_> {
    (table, *clash, rows)
}

/// One connection.
pub(crate) trait Database: Send {
    fn begin(&mut self, purpose: Purpose) -> Result<(), StoreError>;

    /// Returns once what was written is durable.
    fn commit(&mut self) -> Result<(), StoreError>;

    /// What was written since `begin` never was.
    fn rollback(&mut self);

    /// This transaction may take as long as it wants.
    fn take_time(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Whether the connection is gone, and with it what it held.
    fn is_gone(&self) -> bool {
        false
    }

    /// Rows of a table whose columns `by` are one of these keys.
    fn find(
        &mut self,
        table: &Table,
        by: &[&str],
        last: Last,
        keys: &[Row],
    ) -> Result<Vec<Row>, StoreError>;

    /// The rows of several such questions, in their order: one round trip where the database is far.
    fn find_all(&mut self, sought: &[Sought<'_>]) -> Result<Vec<Vec<Row>>, StoreError> {
        let find = |of: &Sought<'_>| self.find(of.table, of.by, of.last, of.keys);
        sought.iter().map(find).collect()
    }

    fn put(&mut self, table: &Table, clash: Clash, rows: &[Row]) -> Result<(), StoreError>;

    /// Rows of several tables: one round trip where the database is far.
    fn put_all(&mut self, puts: &[PutOf<'_>]) -> Result<(), StoreError> {
        puts.iter().try_for_each(|(table, clash, rows)| self.put(table, *clash, rows))
    }

    /// The same for rows that nobody needs any more: they may be on their way until something is read or committed.
    fn hand_over(&mut self, puts: Vec<Put>) -> Result<(), StoreError> {
        self.put_all(&puts.iter().map(put_of).collect::<Vec<_>>())
    }

    /// Takes out rows by their whole keys.
    fn take_out(&mut self, table: &Table, keys: &[Row]) -> Result<(), StoreError>;

    /// A statement with `?` for its values.
    fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// So many numbers of postings, each never used before.
    fn posting_numbers(&mut self, count: usize) -> Result<Vec<i64>, StoreError>;
}
