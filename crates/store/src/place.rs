//! Where the books are, and connections to them.

use std::path::PathBuf;
use std::str::FromStr;

use crate::database::Database;
use crate::error::{Kind, StoreError};
use crate::migrate::{Dialect, RunsStatements, migrate};
use crate::postgres::Postgres;
use crate::reach::Reach;
use crate::sqlite::Sqlite;

/// A database: `sqlite:PATH`, a bare path, or `postgres://USER@HOST/DATABASE`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// One file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(String),
}

impl FromStr for Place {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        if path.is_empty() || path.contains("://") {
            let what = format!(
                "no database can be at `{}`: give sqlite:PATH or postgres://USER@HOST/DATABASE",
                crate::reach::shown_url(text)
            );
            return Err(StoreError::new(Kind::Unavailable, what));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

impl Place {
    /// Whether it could be reached at all, without trying: what is wrong with a URL is said before anything is made.
    ///
    /// # Errors
    /// A URL that is none, a far database without TLS, or an authority that cannot be read.
    pub fn check(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(url) => Reach::of(url).map(drop),
        }
    }

    /// Makes the tables that are not there yet.
    pub(crate) fn prepare(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(path) => migrate(&mut Sqlite::open(path)?, Dialect::Sqlite),
            Self::Postgres(url) => migrate(&mut Postgres::open(url)?, Dialect::Postgres),
        }
    }

    pub(crate) fn connect(&self) -> Result<Box<dyn Database>, StoreError> {
        Ok(match self {
            Self::Sqlite(path) => Box::new(Sqlite::open(path)?),
            Self::Postgres(url) => Box::new(Postgres::open(url)?),
        })
    }
}

impl RunsStatements for Sqlite {
    fn run_statements(&mut self, statements: &str) -> Result<(), StoreError> {
        self.run(statements)
    }
}

impl RunsStatements for Postgres {
    fn run_statements(&mut self, statements: &str) -> Result<(), StoreError> {
        self.run(statements)
    }
}
