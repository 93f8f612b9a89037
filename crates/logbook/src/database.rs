//! The rows: one for each entry, in the order in which they were made durable.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, params};
use terminal::OutOfOrder;
use wire::{Entry, Tid, Ttc};

use crate::derived::Held;
use crate::trusted::Trusted;
use crate::vehicle::Vehicle;

/// Version of the tables and of the entries' bytes in them, as `user_version`: the entries are those of a station's
/// journal of version 3 (docs/formats.md).
const VERSION: i64 = 4;
/// Rows of these versions are rows of ours: 3 had no vehicles, and 2 no refused records either.
const BEFORE: [i64; 2] = [2, 3];

const TABLES: &str = "
    CREATE TABLE entries (record INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TABLE kept (name TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
    CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'entries are append only'); END;
";

/// The vehicles of locks that were told one: TID and TTC, and the digest of its plate.
const VEHICLES: &str = "
    CREATE TABLE vehicles (tid BLOB NOT NULL, ttc INTEGER NOT NULL, vehicle BLOB NOT NULL,
        PRIMARY KEY (tid, ttc)) STRICT, WITHOUT ROWID;
";

/// Why a logbook cannot be used: nothing of it was changed.
#[derive(Debug, thiserror::Error)]
pub enum LogbookError {
    /// Another program has it.
    #[error("another program is using this logbook")]
    InUse,
    /// It is none, or of a newer program.
    #[error(
        "this is no logbook that this version knows (found version {0}); keep it, and update greylock"
    )]
    Version(i64),
    /// A row is none of ours.
    #[error("row {record} is no entry of its version: the file was altered; keep it aside")]
    NoEntry {
        /// Its number.
        record: u64,
    },
    /// A row cannot follow those before it.
    #[error("row {record}: {source}; the file was altered; keep it aside")]
    OutOfOrder {
        /// Its number.
        record: u64,
        /// What does not fit.
        source: OutOfOrder,
    },
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The database says otherwise.
    #[error("the logbook's database: {0}")]
    Database(rusqlite::Error),
    /// Its thread could not be begun.
    #[error("no thread can be had: {0}")]
    Thread(std::io::Error),
}

impl From<rusqlite::Error> for LogbookError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Database(error),
        }
    }
}

/// The connection that writes; nobody else has the file.
pub(crate) struct Database {
    connection: Connection,
}

impl Database {
    /// Opens the file, makes it when it is not there, and keeps others out of it.
    pub(crate) fn open(path: &Path) -> Result<Self, LogbookError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.pragma_update(None, "locking_mode", "exclusive")?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        let change =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let found = change.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match found {
            VERSION => {}
            before if BEFORE.contains(&before) => {
                change.execute_batch(VEHICLES)?;
                change.pragma_update(None, "user_version", VERSION)?;
            }
            0 if is_empty(&change)? => {
                change.execute_batch(TABLES)?;
                change.execute_batch(VEHICLES)?;
                change.pragma_update(None, "user_version", VERSION)?;
            }
            other => return Err(LogbookError::Version(other)),
        }
        change.commit()?;
        Ok(Self { connection })
    }

    /// Each entry fails from now on, as long as this connection is open.
    #[cfg(test)]
    #[allow(clippy::unwrap_used)]
    pub(crate) fn break_writes(&self) {
        let trigger = "CREATE TEMP TRIGGER breaks BEFORE INSERT ON main.entries
            BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END;";
        self.connection.execute_batch(trigger).unwrap();
    }

    /// Every row, folded; and the number of the last one.
    pub(crate) fn fold(&self) -> Result<(Held, u64), LogbookError> {
        let (mut held, mut last) = (Held::default(), 0);
        self.each_vehicle(&mut |number, vehicle| held.set_vehicle(number, vehicle))?;
        let psams = self.kept(crate::psams::NAME)?;
        held.set_psams(
            psams.and_then(|bytes| crate::psams::from_bytes(&bytes)).unwrap_or_default(),
        );
        let trusted = self.kept(crate::trusted::NAME)?;
        let mut trusted = trusted.and_then(|bytes| Trusted::from_bytes(&bytes));
        self.each(&mut |record, entry| {
            if let Some(trusted) = trusted.take_if(|trusted| trusted.record < record) {
                held.trust(trusted);
            }
            held.take(entry, record)
                .map_err(|source| LogbookError::OutOfOrder { record, source })?;
            last = record;
            Ok(())
        })?;
        if let Some(trusted) = trusted {
            held.trust(trusted);
        }
        Ok((held, last))
    }

    fn each_vehicle(&self, take: &mut dyn FnMut((Tid, Ttc), Vehicle)) -> Result<(), LogbookError> {
        let mut statement = self.connection.prepare("SELECT tid, ttc, vehicle FROM vehicles")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            take((Tid(row.get(0)?), Ttc(row.get(1)?)), Vehicle(row.get(2)?));
        }
        Ok(())
    }

    /// 16 bytes that nobody guesses.
    pub(crate) fn random(&self) -> Result<[u8; 16], LogbookError> {
        Ok(self.connection.query_row("SELECT randomblob(16)", [], |row| row.get(0))?)
    }

    /// Every row in its order.
    pub(crate) fn each(
        &self,
        take: &mut dyn FnMut(u64, &Entry) -> Result<(), LogbookError>,
    ) -> Result<(), LogbookError> {
        let mut statement =
            self.connection.prepare("SELECT record, bytes FROM entries ORDER BY record")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            let record = number.unsigned_abs();
            let bytes = row.get_ref(1)?;
            let entry = bytes.as_blob().ok().and_then(Entry::from_bytes);
            take(record, &entry.ok_or(LogbookError::NoEntry { record })?)?;
        }
        Ok(())
    }

    /// Some rows in their order, behind one.
    pub(crate) fn rows(&self, after: u64, most: u32) -> Result<Vec<(u64, Entry)>, LogbookError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT record, bytes FROM entries WHERE record > ? ORDER BY record LIMIT ?",
        )?;
        let mut rows = statement.query(params![after.cast_signed(), most])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let record = row.get::<_, i64>(0)?.unsigned_abs();
            let bytes = row.get_ref(1)?;
            let entry = bytes.as_blob().ok().and_then(Entry::from_bytes);
            found.push((record, entry.ok_or(LogbookError::NoEntry { record })?));
        }
        Ok(found)
    }

    /// Makes a value durable under its name, in place of the one before.
    pub(crate) fn keep(&mut self, name: &str, bytes: &[u8]) -> Result<(), LogbookError> {
        let statement = "INSERT OR REPLACE INTO kept VALUES (?, ?)";
        self.connection.execute(statement, params![name, bytes])?;
        Ok(())
    }

    /// A value that was kept.
    pub(crate) fn kept(&self, name: &str) -> Result<Option<Vec<u8>>, LogbookError> {
        let query = "SELECT bytes FROM kept WHERE name = ?";
        Ok(self.connection.query_row(query, [name], |row| row.get(0)).optional()?)
    }

    /// Drops rows and the vehicles of locks, and keeps what is said of those that were dropped: all of it or nothing.
    pub(crate) fn drop_rows(
        &mut self,
        (records, numbers): (&[u64], &BTreeSet<(Tid, Ttc)>),
        (name, bytes): (&str, &[u8]),
    ) -> Result<(), LogbookError> {
        let change = self.connection.transaction()?;
        {
            let mut statement = change.prepare_cached("DELETE FROM entries WHERE record = ?")?;
            for record in records {
                statement.execute([record.cast_signed()])?;
            }
            let mut statement =
                change.prepare_cached("DELETE FROM vehicles WHERE tid = ? AND ttc = ?")?;
            for (tid, ttc) in numbers {
                statement.execute(params![tid.0, ttc.0])?;
            }
            change.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", params![name, bytes])?;
        }
        Ok(change.commit()?)
    }

    /// Makes entries durable, all of them or none; the first one gets this number.
    pub(crate) fn append<'e>(
        &mut self,
        first: u64,
        entries: impl Iterator<Item = (&'e Entry, Option<Vehicle>)>,
    ) -> Result<(), LogbookError> {
        let change = self.connection.transaction()?;
        {
            let mut statement = change.prepare_cached("INSERT INTO entries VALUES (?, ?)")?;
            let mut of_vehicle =
                change.prepare_cached("INSERT OR REPLACE INTO vehicles VALUES (?, ?, ?)")?;
            for (record, (entry, vehicle)) in (first..).zip(entries) {
                statement.execute(params![record.cast_signed(), entry.to_bytes().as_slice()])?;
                if let (Some(vehicle), Entry::Lock { tid, ttc, .. }) = (vehicle, entry) {
                    of_vehicle.execute(params![tid.0, ttc.0, vehicle.0])?;
                }
            }
        }
        Ok(change.commit()?)
    }
}

fn is_empty(connection: &Connection) -> Result<bool, LogbookError> {
    let count: i64 =
        connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(count == 0)
}
