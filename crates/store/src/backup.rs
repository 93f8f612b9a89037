//! Copies of the books while they are written.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use rusqlite::{Connection, OpenFlags};

use crate::database::{Database as _, Purpose};
use crate::error::{Kind, StoreError};
use crate::list;
use crate::migrate::check_steps;
use crate::partial::Partial;
use crate::reach::{Reach, without_password};
use crate::sqlite::Sqlite;
use crate::table::{KNOWN_LOCKS, PURCHASES, SIGHTINGS, TACS, Table};

/// What a copy holds; it was opened and looked through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Copied {
    /// Its length in bytes.
    pub bytes: u64,
    /// Accounts of its ledger that are not empty; they sum to zero.
    pub accounts: usize,
}

/// Copies the books in a SQLite file as they are at one moment, while others write. `to` must not be there; it comes
/// into being whole, checked and durable.
///
/// # Errors
/// No books at `from`, a name that is taken, a full disk, or a copy that does not add up.
pub fn copy_sqlite(from: &Path, to: &Path) -> Result<Copied, StoreError> {
    let failed = |error: std::io::Error| {
        StoreError::new(Kind::Unavailable, format!("{} cannot be written: {error}", to.display()))
    };
    let partial = Partial::begin(to).map_err(failed)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(from, flags)?;
    let path = partial.path().to_str().ok_or_else(|| failed(ErrorKind::InvalidInput.into()))?;
    connection.execute("VACUUM INTO ?", [path])?;
    let copied = check(partial.path())?;
    partial.publish(to).map_err(failed)?;
    Ok(copied)
}

/// Looks through a copy: whole, of this version, and its ledger sums to zero.
fn check(path: &Path) -> Result<Copied, StoreError> {
    let mut database = Sqlite::open(path)?;
    database.begin(Purpose::Read)?;
    let sound = database.query("PRAGMA integrity_check", &[])?;
    if sound != [["ok".into()]] {
        return Err(StoreError::damaged(
            "the copy is not sound: the books themselves may be damaged",
        ));
    }
    check_steps(&mut database)?;
    check_names(&mut database)?;
    let accounts = list::accounts(&mut database)?;
    let sum: i128 = accounts.values().sum();
    if sum != 0 {
        return Err(StoreError::damaged(format!(
            "the copy's ledger sums to {sum} and not to zero"
        )));
    }
    database.rollback();
    drop(database);
    let bytes = fs::metadata(path).map_or(0, |found| found.len());
    Ok(Copied { bytes, accounts: accounts.len() })
}

/// Every fact's lock stands among the known ones: what is missing there the rules would not see.
fn check_names(database: &mut Sqlite) -> Result<(), StoreError> {
    for table in [&SIGHTINGS, &TACS, &PURCHASES] {
        let locks = |table: &Table| format!("SELECT asn, purse, ctc, tid, ttc FROM {}", table.name);
        let unnamed = format!("{} EXCEPT {} LIMIT 1", locks(table), locks(&KNOWN_LOCKS));
        if !database.query(&unnamed, &[])?.is_empty() {
            return Err(StoreError::damaged(format!(
                "the copy has {} whose locks are not among its known ones",
                table.name
            )));
        }
    }
    Ok(())
}

/// The command that dumps the books of a PostgreSQL as they are at one moment that a serial order of transactions
/// has. The password goes through the environment, where other users do not see it.
///
/// # Errors
/// A URL that is none.
pub fn dump_postgres(url: &str, to: &Path) -> Result<Command, StoreError> {
    let reach = Reach::of(url)?;
    let mut dump = Command::new("pg_dump");
    dump.args(["--format=custom", "--serializable-deferrable", "--no-password", "--dbname"]);
    dump.arg(without_password(url)).arg("--file").arg(to);
    if let Some(password) = reach.password() {
        dump.env("PGPASSWORD", std::ffi::OsStr::new(&*String::from_utf8_lossy(password)));
    }
    Ok(dump)
}
