//! Copies of the books while they are written.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::{Connection, OpenFlags};

use crate::database::{Database as _, Purpose};
use crate::error::{Kind, StoreError};
use crate::list;
use crate::migrate::check_steps;
use crate::reach::{Reach, without_password};
use crate::sqlite::Sqlite;

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
    if to.exists() {
        return Err(failed(ErrorKind::AlreadyExists.into()));
    }
    let partial = Partial::begin(to).map_err(failed)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(from, flags)?;
    let path = partial.0.to_str().ok_or_else(|| failed(ErrorKind::InvalidInput.into()))?;
    connection.execute("VACUUM INTO ?", [path])?;
    let copied = check(&partial.0)?;
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

/// A file under another name until it is whole; gone when it never is.
struct Partial(PathBuf);

impl Partial {
    fn begin(to: &Path) -> std::io::Result<Self> {
        let mut name = to.as_os_str().to_owned();
        name.push(".partial");
        let partial = Self(name.into());
        match fs::remove_file(&partial.0) {
            // One that was interrupted.
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        secret().write(true).create_new(true).open(&partial.0)?;
        Ok(partial)
    }

    /// Durable, under its name; another file of that name is never replaced.
    fn publish(self, to: &Path) -> std::io::Result<()> {
        fs::File::open(&self.0)?.sync_all()?;
        fs::hard_link(&self.0, to)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm", "-journal"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(end);
            // Most of them are not there.
            let _ = fs::remove_file(name);
        }
    }
}

#[cfg(unix)]
fn secret() -> fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn secret() -> fs::OpenOptions {
    fs::OpenOptions::new()
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
