//! SQLite: one file, WAL, `synchronous=FULL`: a commit that returned survives a power failure.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, params_from_iter};

use crate::database::{Clash, Database, Last, Purpose};
use crate::error::{Kind, StoreError};
use crate::table::{ENTRIES, Table};
use crate::value::{Row, Value};

/// So many keys are sought by one statement, as many as there are left: a statement costs more than a key.
const AT_ONCE: [usize; 3] = [64, 8, 1];
/// Statements of one shape are prepared once.
const PREPARED: usize = 256;
/// How long a statement waits for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection to a file.
pub(crate) struct Sqlite {
    connection: Connection,
    /// A transaction was begun, and neither committed nor rolled back by us.
    begun: bool,
}

impl Sqlite {
    /// Opens the file; makes it when it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        keep_a_log(&connection)?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Self { connection, begun: false })
    }

    /// Opens a file that is there, to look at it: nothing is made, and no setting of it is changed.
    pub(crate) fn look(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Self { connection, begun: false })
    }

    /// Runs a file of statements.
    pub(crate) fn run(&mut self, statements: &str) -> Result<(), StoreError> {
        Ok(self.connection.execute_batch(statements)?)
    }

    fn select(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.select_into(&mut rows, statement, values)?;
        Ok(rows)
    }

    fn select_into<'v>(
        &self,
        rows: &mut Vec<Row>,
        statement: &str,
        values: impl IntoIterator<Item = &'v Value>,
    ) -> Result<(), StoreError> {
        let mut prepared = self.connection.prepare_cached(statement)?;
        let columns = prepared.column_count();
        let mut found = prepared.query(params_from_iter(values))?;
        while let Some(row) = found.next()? {
            let values = (0..columns).map(|column| value_of(row.get_ref(column)?));
            rows.push(values.collect::<Result<Row, StoreError>>()?);
        }
        Ok(())
    }

    fn execute(&self, statement: &str, rows: &[Row]) -> Result<(), StoreError> {
        // It does so when the disk is full or fails: each row would be committed alone.
        if self.begun && self.connection.is_autocommit() {
            let what = "SQLite: the transaction was rolled back by itself; nothing of it was done";
            return Err(StoreError::new(Kind::Unavailable, what));
        }
        let mut prepared = self.connection.prepare_cached(statement)?;
        for row in rows {
            prepared.execute(params_from_iter(row))?;
        }
        Ok(())
    }
}

/// WAL, which the file then has for good. Of those that give it to a new file in one moment all but one are refused at
/// once: they read already when they want to write, and SQLite asks no patience there. They say it again when the one is
/// done.
fn keep_a_log(connection: &Connection) -> Result<(), StoreError> {
    let end = Instant::now() + PATIENCE;
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if is_busy(&error) && Instant::now() < end => {
                // Waits for whoever writes; whether it did in vain shows when the pragma is said again.
                let _waited = connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK");
            }
            said => return Ok(said?),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

fn value_of(value: ValueRef<'_>) -> Result<Value, StoreError> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Number(number)),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .map(Value::from)
            .map_err(|_| StoreError::damaged("a text in the database is not UTF-8")),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(StoreError::damaged("the database has a value of a kind that is never written"))
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let kind = match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::OutOfMemory,
            ) => Kind::Unavailable,
            // Only a row that somebody else wrote meanwhile; anything else that a constraint refuses is wrong.
            Some(ErrorCode::ConstraintViolation) if is_there_already(&error) => Kind::Conflict,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Kind::Damaged,
            _ => Kind::OurBug,
        };
        Self::new(kind, format!("SQLite: {error}"))
    }
}

/// SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE.
fn is_there_already(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| matches!(error.extended_code, 1555 | 2067))
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(",")
}

/// `t.a=k.a AND t.b=k.b`, the last one perhaps `>=`.
fn condition(by: &[&str], last: Last) -> String {
    let end = by.len().saturating_sub(1);
    let compare = |place: usize| if place == end && last == Last::AtLeast { ">=" } else { "=" };
    let part = |(place, name): (usize, &&str)| format!("t.{name}{}k.{name}", compare(place));
    by.iter().enumerate().map(part).collect::<Vec<_>>().join(" AND ") + &only(last)
}

/// Rows whose columns `by` are one of so many keys. CROSS JOIN keeps the order: each key is looked up in an index.
fn selection(table: &Table, by: &[&str], last: Last, keys: usize) -> String {
    let columns = table.names().iter().map(|name| format!("t.{name}")).collect::<Vec<_>>();
    let key = format!("({})", marks(by.len()));
    format!(
        "WITH k({}) AS (VALUES {}) SELECT {} FROM k CROSS JOIN {} AS t ON {}",
        by.join(","),
        vec![key; keys].join(","),
        columns.join(","),
        table.name,
        condition(by, last)
    )
}

impl Database for Sqlite {
    fn begin(&mut self, purpose: Purpose) -> Result<(), StoreError> {
        match purpose {
            Purpose::Write | Purpose::Migrate => self.run("BEGIN IMMEDIATE")?,
            Purpose::Read => self.run("BEGIN")?,
        }
        self.begun = true;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.run("COMMIT")?;
        self.begun = false;
        Ok(())
    }

    fn rollback(&mut self) {
        self.begun = false;
        if !self.connection.is_autocommit() {
            // After a failed statement SQLite may have rolled back by itself.
            let _ = self.run("ROLLBACK");
        }
    }

    fn find(
        &mut self,
        table: &Table,
        by: &[&str],
        last: Last,
        keys: &[Row],
    ) -> Result<Vec<Row>, StoreError> {
        let (mut rows, mut left) = (Vec::new(), keys);
        for count in AT_ONCE {
            let (these, rest) = left.split_at(left.len() / count * count);
            if !these.is_empty() {
                let statement = selection(table, by, last, count);
                for some in these.chunks(count) {
                    self.select_into(&mut rows, &statement, some.iter().flatten())?;
                }
            }
            left = rest;
        }
        Ok(rows)
    }

    fn put(&mut self, table: &Table, clash: Clash, rows: &[Row]) -> Result<(), StoreError> {
        let (names, places) = (table.names().join(","), marks(table.columns.len()));
        let clash = conflict_clause(table, clash);
        let statement = format!("INSERT INTO {} ({names}) VALUES ({places}){clash}", table.name);
        self.execute(&statement, rows)
    }

    fn take_out(&mut self, table: &Table, keys: &[Row]) -> Result<(), StoreError> {
        let names = table.names();
        let key = names.get(..table.key).unwrap_or(&[]);
        let condition = key.iter().map(|name| format!("{name}=?")).collect::<Vec<_>>();
        let condition = condition.join(" AND ");
        self.execute(&format!("DELETE FROM {} WHERE {condition}", table.name), keys)
    }

    fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.select(statement, values)
    }

    fn posting_numbers(&mut self, count: usize) -> Result<Vec<i64>, StoreError> {
        let statement =
            format!("SELECT COALESCE(MAX(posting), 0) FROM {} WHERE lane = 0", ENTRIES.name);
        let rows = self.select(&statement, &[])?;
        let last = match rows.first().and_then(|row| row.first()) {
            Some(Value::Number(last)) => *last,
            _ => 0,
        };
        Ok((last..).skip(1).take(count).collect())
    }
}

/// What else holds for the rows that are sought.
pub(crate) fn only(last: Last) -> String {
    match last {
        Last::EqualWhere(holds) => format!(" AND {holds}"),
        Last::Equal | Last::AtLeast => String::new(),
    }
}

/// The end of an INSERT: what happens to a row that is there.
pub(crate) fn conflict_clause(table: &Table, clash: Clash) -> String {
    let names = table.names();
    let (key, rest) = names.split_at(table.key.min(names.len()));
    match clash {
        Clash::Fail => String::new(),
        Clash::Keep => format!(" ON CONFLICT ({}) DO NOTHING", key.join(",")),
        Clash::Replace => {
            let set = rest.iter().map(|name| format!("{name}=excluded.{name}"));
            let set = set.collect::<Vec<_>>().join(",");
            format!(" ON CONFLICT ({}) DO UPDATE SET {set}", key.join(","))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::place::Place;
    use crate::table::EVENTS;

    #[test]
    fn many_open_a_file_that_is_not_there_in_one_moment() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..100 {
            let path = folder.path().join(format!("{round}.sqlite"));
            let ready = std::sync::Barrier::new(8);
            let open = || {
                ready.wait();
                Sqlite::open(&path).map(drop)
            };
            std::thread::scope(|scope| {
                let opening: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
                for thread in opening {
                    assert_eq!(thread.join().unwrap(), Ok(()), "round {round}");
                }
            });
        }
    }

    #[test]
    fn a_row_is_put_in_the_transaction_that_was_begun_or_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.sqlite");
        Place::Sqlite(path.clone()).prepare().unwrap();
        let mut database = Sqlite::open(&path).unwrap();
        let rows = [vec![0_i64.into(), 1_i64.into(), "{}".into(), "".into(), "".into()]];
        database.begin(Purpose::Write).unwrap();
        // As SQLite does it when the disk is full.
        database.run("ROLLBACK").unwrap();
        let put = database.put(&EVENTS, Clash::Fail, &rows);
        assert_eq!(put.map_err(|error| error.kind), Err(Kind::Unavailable));
        let key = [vec![0_i64.into(), 1_i64.into()]];
        let taken = database.take_out(&EVENTS, &key);
        assert_eq!(taken.map_err(|error| error.kind), Err(Kind::Unavailable));
        database.rollback();
        assert_eq!(database.query("SELECT 1 FROM events", &[]), Ok(vec![]));
        database.begin(Purpose::Write).unwrap();
        database.put(&EVENTS, Clash::Fail, &rows).unwrap();
        database.commit().unwrap();
        assert_eq!(database.query("SELECT 1 FROM events", &[]), Ok(vec![vec![1_i64.into()]]));
    }
}
