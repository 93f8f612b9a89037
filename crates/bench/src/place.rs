//! Empty databases for a run, which go with it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, NoTls};
use store::Place;
use tempfile::TempDir;

use crate::BenchError;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Where databases are made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ground {
    /// Files in a new folder in this one: its disk is the one that is measured.
    Folder(PathBuf),
    /// New databases in this server, which the URL's user may make.
    Postgres(String),
}

/// An empty database; it goes when this is dropped.
pub(crate) struct Fresh {
    pub(crate) place: Place,
    /// Removes itself.
    _folder: Option<TempDir>,
    made: Option<(String, String)>,
}

impl Ground {
    /// `sqlite` or `postgres`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Folder(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    pub(crate) fn fresh(&self) -> Result<Fresh, BenchError> {
        match self {
            Self::Folder(folder) => {
                let folder = tempfile::Builder::new().prefix("bench-").tempdir_in(folder)?;
                let place = Place::Sqlite(folder.path().join("books.sqlite"));
                Ok(Fresh { place, _folder: Some(folder), made: None })
            }
            Self::Postgres(url) => {
                let next = NEXT.fetch_add(1, Ordering::Relaxed);
                let name = format!("greylock_bench_{}_{next}", std::process::id());
                said(url, &format!("CREATE DATABASE {name}"))?;
                let (server, _) = url.rsplit_once('/').unwrap_or((url, ""));
                let place = Place::Postgres(format!("{server}/{name}"));
                Ok(Fresh { place, _folder: None, made: Some((url.clone(), name)) })
            }
        }
    }
}

fn said(url: &str, statement: &str) -> Result<(), BenchError> {
    let failed = |error: postgres::Error| BenchError::Io(std::io::Error::other(error));
    Client::connect(url, NoTls).map_err(failed)?.batch_execute(statement).map_err(failed)
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some((url, name)) = self.made.take() {
            // Connections of this run may be on their way out; a database that stays is named after the run.
            let _ = said(&url, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}
