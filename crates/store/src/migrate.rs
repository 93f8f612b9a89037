//! The schema, brought up to date at start. Each step happens wholly or not at all, and once.

use crate::database::{Database, Purpose};
use crate::error::{Kind, StoreError};
use crate::value::Value;

/// One step: what it does in each dialect.
struct Step {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const STEPS: &[Step] = &[Step {
    name: "0001_books",
    sqlite: include_str!("../migrations/sqlite/0001_books.sql"),
    postgres: include_str!("../migrations/postgres/0001_books.sql"),
}];

/// Which of the two files of a step is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// Hosts that start together take turns: 0x67726579 is "grey".
const TURN: &str = "SELECT pg_advisory_xact_lock(1735550329)::text";

/// Does every step that was not done yet.
pub(crate) fn migrate(
    database: &mut (impl Database + RunsStatements),
    dialect: Dialect,
) -> Result<(), StoreError> {
    database.begin(Purpose::Migrate)?;
    let done = do_steps(database, dialect);
    match done {
        Ok(()) => database.commit(),
        Err(error) => {
            database.rollback();
            Err(error)
        }
    }
}

/// Runs several statements without values.
pub(crate) trait RunsStatements {
    fn run_statements(&mut self, statements: &str) -> Result<(), StoreError>;
}

/// The steps that were done, all of which this version knows.
fn steps_done(database: &mut dyn Database) -> Result<Vec<Value>, StoreError> {
    let done = database.query("SELECT name FROM schema_steps ORDER BY name", &[])?;
    let done: Vec<Value> = done.into_iter().flatten().collect();
    let unknown = done.iter().find(|name| !STEPS.iter().any(|step| **name == step.name.into()));
    match unknown {
        None => Ok(done),
        Some(unknown) => Err(StoreError::damaged(format!(
            "the database was made by a later version: it has the step {unknown:?}; install that version"
        ))),
    }
}

/// That these are books, with every step of this version done.
pub(crate) fn check_steps(database: &mut dyn Database) -> Result<(), StoreError> {
    let done = steps_done(database).map_err(|error| match error.kind {
        // The question for the steps is right for books, so what is there are none.
        Kind::OurBug => StoreError::damaged(format!("there are no books: {error}")),
        _ => error,
    })?;
    match done.len() == STEPS.len() {
        true => Ok(()),
        false => Err(StoreError::damaged(
            "the books were made by an earlier version, and not yet brought up to date",
        )),
    }
}

fn do_steps(
    database: &mut (impl Database + RunsStatements),
    dialect: Dialect,
) -> Result<(), StoreError> {
    if dialect == Dialect::Postgres {
        database.query(TURN, &[])?;
    }
    database.run_statements(
        "CREATE TABLE IF NOT EXISTS schema_steps (name TEXT NOT NULL PRIMARY KEY)",
    )?;
    let done = steps_done(database)?;
    for step in STEPS.iter().filter(|step| !done.contains(&step.name.into())) {
        database.run_statements(match dialect {
            Dialect::Sqlite => step.sqlite,
            Dialect::Postgres => step.postgres,
        })?;
        database.query(
            "INSERT INTO schema_steps (name) VALUES (?) RETURNING name",
            &[step.name.into()],
        )?;
    }
    Ok(())
}
