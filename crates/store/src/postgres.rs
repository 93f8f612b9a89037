//! PostgreSQL: serializable transactions, arrays for many rows at once.
//!
//! Two hosts that work on one card at the same time are told apart by the database: one of them gets a conflict
//! and does its transaction again on what the other left.

use std::collections::HashMap;
use std::error::Error as _;
use std::time::Duration;

use ::postgres::error::SqlState;
use ::postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use ::postgres::{Client, Statement};

use crate::database::{Clash, Database, Last, Purpose, PutOf, Sought};
use crate::error::{Kind, StoreError};
use crate::question::Question;
use crate::reach::Reach;
use crate::sqlite::conflict_clause;
use crate::table::{Column, Holds, Table};
use crate::value::{Row, Value};

/// How long a connection may take, and a statement, and bytes that the other machine does not acknowledge.
const PATIENCE: Duration = Duration::from_secs(10);
/// After so long without a byte the other machine is asked whether it is there, so often, this long apart.
const SILENCE: (Duration, u32, Duration) = (Duration::from_secs(5), 3, Duration::from_secs(2));
/// Statements of one shape are prepared once; beyond these they are forgotten and begin anew.
const PREPARED: usize = 256;
/// So many numbers of postings are a block. Blocks are drawn; what a transaction leaves of one is never used, so that numbers
/// are in the order of transactions that saw each other.
const NUMBERS: usize = 1024;

/// A connection that is made again when it was lost.
pub(crate) struct Postgres {
    reach: Reach,
    client: Option<Client>,
    /// Of this connection.
    prepared: HashMap<String, Statement>,
}

impl Postgres {
    /// Connects to what [`Reach::of`] takes.
    pub(crate) fn open(url: &str) -> Result<Self, StoreError> {
        let mut reach = Reach::of(url)?;
        let (idle, retries, interval) = SILENCE;
        let config = reach.config();
        config.connect_timeout(PATIENCE).tcp_user_timeout(PATIENCE);
        config.keepalives_idle(idle).keepalives_retries(retries).keepalives_interval(interval);
        let mut database = Self { reach, client: None, prepared: HashMap::new() };
        database.connect()?;
        Ok(database)
    }

    /// Makes the connection again when it was lost. Only where a transaction begins: in the middle of one, the rest of
    /// it would be done alone.
    fn connect(&mut self) -> Result<(), StoreError> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            let mut client = self.reach.connect()?;
            let patience = PATIENCE.as_millis();
            // Rows are found by their keys. A plan that scans a table, made when it was small and kept, would be slow,
            // and would put every other host's write into conflict with it; one that gathers rows by page, those of its
            // page. Keys come as arrays, whose values say nothing about which plan is good: one is made for each statement.
            client.batch_execute(&format!(
                "SET statement_timeout = {patience}; SET lock_timeout = {patience}; \
                 SET idle_in_transaction_session_timeout = {patience}; \
                 SET synchronous_commit = on; SET client_min_messages = warning; \
                 SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
                 SET enable_bitmapscan = off; \
                 SET plan_cache_mode = force_generic_plan; SET jit = off"
            ))?;
            self.prepared.clear();
            self.client = Some(client);
        }
        Ok(())
    }

    fn client(&mut self) -> Result<&mut Client, StoreError> {
        self.client.as_mut().ok_or_else(|| StoreError::new(Kind::Unavailable, "no connection"))
    }

    /// Runs a file of statements.
    pub(crate) fn run(&mut self, statements: &str) -> Result<(), StoreError> {
        Ok(self.client()?.batch_execute(statements)?)
    }

    fn select(
        &mut self,
        statement: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepare(statement)?;
        let rows = self.client()?.query(&prepared, values)?;
        rows.iter().map(row_of).collect()
    }

    fn execute(
        &mut self,
        statement: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<(), StoreError> {
        let prepared = self.prepare(statement)?;
        self.client()?.execute(&prepared, values)?;
        Ok(())
    }

    /// Some rows of each of several tables, by one statement.
    fn put_together<'a>(&mut self, puts: &[PutOf<'a>]) -> Result<(), StoreError> {
        let Some(((table, clash, _), before)) = puts.split_last() else { return Ok(()) };
        let mut first = 1;
        let mut part = |table: &Table, clash: Clash| {
            let insertion = insertion(table, clash, first);
            first += table.columns.len();
            insertion
        };
        let mut parts = Vec::new();
        for (place, (table, clash, _)) in before.iter().enumerate() {
            parts.push(format!("w{place} AS ({})", part(table, *clash)));
        }
        let last = part(table, *clash);
        let statement =
            if parts.is_empty() { last } else { format!("WITH {} {last}", parts.join(",")) };
        let of = |(table, _, rows): &PutOf<'a>| arrays(table.columns, rows);
        let arrays: Vec<Array<'_>> = puts.iter().flat_map(of).collect();
        self.execute(&statement, &as_sql(&arrays))
    }

    fn prepare(&mut self, statement: &str) -> Result<Statement, StoreError> {
        if let Some(prepared) = self.prepared.get(statement) {
            return Ok(prepared.clone());
        }
        let prepared = self.client()?.prepare(statement)?;
        if self.prepared.len() >= PREPARED {
            self.prepared.clear();
        }
        self.prepared.insert(statement.to_owned(), prepared.clone());
        Ok(prepared)
    }
}

fn row_of(row: &::postgres::Row) -> Result<Row, StoreError> {
    let value = |(place, column): (usize, &::postgres::Column)| match *column.type_() {
        Type::INT8 => Ok(row.try_get::<_, Option<i64>>(place)?.map_or(Value::Null, Value::Number)),
        Type::TEXT => Ok(row.try_get::<_, Option<String>>(place)?.map_or(Value::Null, Value::Text)),
        _ => Err(StoreError::damaged("the database has a column of a kind that is never made")),
    };
    row.columns().iter().enumerate().map(value).collect()
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut ::postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Number(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT8 | Type::TEXT)
    }

    to_sql_checked!();
}

impl From<::postgres::Error> for StoreError {
    fn from(error: ::postgres::Error) -> Self {
        let kind = match error.code() {
            None => Kind::Unavailable,
            Some(state) => kind_of(state),
        };
        // Its detail quotes values of rows, and a log has no card numbers.
        let cause = match (error.as_db_error(), error.source()) {
            (Some(said), _) => format!(": {}: {}", said.code().code(), said.message()),
            (None, Some(source)) => format!(": {source}"),
            (None, None) => String::new(),
        };
        Self::new(kind, format!("PostgreSQL: {error}{cause}"))
    }
}

/// By the classes of PostgreSQL's appendix A.
fn kind_of(state: &SqlState) -> Kind {
    let conflicts = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::UNIQUE_VIOLATION,
        SqlState::LOCK_NOT_AVAILABLE,
    ];
    if conflicts.contains(state) {
        return Kind::Conflict;
    }
    match state.code().get(..2) {
        // Connection, resources, operator intervention, system, roles that are not there yet.
        Some("08" | "53" | "57" | "58" | "28" | "3D" | "25" | "XX") => Kind::Unavailable,
        _ => Kind::OurBug,
    }
}

/// The values of one column of many rows, where they are.
pub(crate) enum Array<'a> {
    Numbers(Vec<Option<i64>>),
    Texts(Vec<Option<&'a str>>),
}

impl Array<'_> {
    pub(crate) fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Numbers(values) => values,
            Self::Texts(values) => values,
        }
    }
}

fn number(value: Option<&Value>) -> Option<i64> {
    if let Some(Value::Number(number)) = value { Some(*number) } else { None }
}

fn text(value: Option<&Value>) -> Option<&str> {
    if let Some(Value::Text(text)) = value { Some(text) } else { None }
}

pub(crate) fn arrays<'a>(columns: &[Column], rows: &'a [Row]) -> Vec<Array<'a>> {
    let column = |(place, (_, holds)): (usize, &Column)| {
        let values = rows.iter().map(|row| row.get(place));
        match holds {
            Holds::Number => Array::Numbers(values.map(number).collect()),
            Holds::Text => Array::Texts(values.map(text).collect()),
        }
    };
    columns.iter().enumerate().map(column).collect()
}

/// `unnest($1::text[],$2::bigint[])`, the first array being parameter `first`.
pub(crate) fn unnest(columns: &[Column], first: usize) -> String {
    let part = |(place, (_, holds)): (usize, &Column)| array_of(first + place, *holds);
    format!("unnest({})", columns.iter().enumerate().map(part).collect::<Vec<_>>().join(","))
}

/// `$1::text[]`.
pub(crate) fn array_of(place: usize, holds: Holds) -> String {
    match holds {
        Holds::Number => format!("${place}::bigint[]"),
        Holds::Text => format!("${place}::text[]"),
    }
}

/// Arrays of columns, as rows of a table.
fn insertion(table: &Table, clash: Clash, first: usize) -> String {
    format!(
        "INSERT INTO {} ({}) SELECT * FROM {}{}",
        table.name,
        names(table.columns),
        unnest(table.columns, first),
        conflict_clause(table, clash)
    )
}

fn as_sql<'a>(arrays: &'a [Array<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    arrays.iter().map(Array::as_sql).collect()
}

/// `t.a=k.a AND t.b=k.b`.
fn condition(by: &[Column]) -> String {
    let part = |(name, _): &Column| format!("t.{name}=k.{name}");
    by.iter().map(part).collect::<Vec<_>>().join(" AND ")
}

pub(crate) fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.0).collect::<Vec<_>>().join(",")
}

impl Database for Postgres {
    fn begin(&mut self, purpose: Purpose) -> Result<(), StoreError> {
        let begin = match purpose {
            Purpose::Write => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            Purpose::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            // A snapshot taken before its turn came would not see what another host has done.
            Purpose::Migrate => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        match self.connect().and_then(|()| self.run(begin)) {
            // An idle connection learns here that the server was restarted. Nothing was read, so a new one may begin;
            // a writer's lane, though, went with its connection.
            Err(error) if purpose == Purpose::Read && error.kind == Kind::Unavailable => {
                self.client = None;
                self.connect()?;
                self.run(begin)
            }
            begun => begun,
        }
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.run("COMMIT")
    }

    fn rollback(&mut self) {
        // A connection that cannot even roll back is given up: the server rolls back by itself.
        if self.client.as_mut().is_some_and(|client| client.batch_execute("ROLLBACK").is_err()) {
            self.client = None;
        }
    }

    fn take_time(&mut self) -> Result<(), StoreError> {
        let settings = ["statement_timeout", "idle_in_transaction_session_timeout"];
        for setting in settings {
            self.query(&format!("SELECT set_config('{setting}', '0', true)"), &[])?;
        }
        Ok(())
    }

    fn is_gone(&self) -> bool {
        self.client.as_ref().is_none_or(postgres::Client::is_closed)
    }

    fn find(
        &mut self,
        table: &Table,
        by: &[&str],
        last: Last,
        keys: &[Row],
    ) -> Result<Vec<Row>, StoreError> {
        let found = self.find_all(&[Sought { table, by, last, keys }])?;
        Ok(found.into_iter().next().unwrap_or_default())
    }

    fn find_all(&mut self, sought: &[Sought<'_>]) -> Result<Vec<Vec<Row>>, StoreError> {
        let question = Question::of(sought);
        let Some(statement) = question.statement() else {
            return Ok(vec![Vec::new(); sought.len()]);
        };
        let found = self.select(&statement, &question.values())?;
        question.sort(found)
    }

    fn put(&mut self, table: &Table, clash: Clash, rows: &[Row]) -> Result<(), StoreError> {
        self.put_all(&[(table, clash, rows)])
    }

    fn put_all(&mut self, puts: &[PutOf<'_>]) -> Result<(), StoreError> {
        let mut together: Vec<PutOf<'_>> = Vec::new();
        for put in puts.iter().filter(|(_, _, rows)| !rows.is_empty()) {
            // A part of a statement does not see what its other parts do.
            if together.iter().any(|(other, ..)| other.name == put.0.name) {
                self.put_together(&std::mem::take(&mut together))?;
            }
            together.push(*put);
        }
        self.put_together(&together)
    }

    fn take_out(&mut self, table: &Table, keys: &[Row]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let by = table.columns.get(..table.key).unwrap_or(&[]);
        let statement = format!(
            "DELETE FROM {} AS t USING {} AS k({}) WHERE {}",
            table.name,
            unnest(by, 1),
            names(by),
            condition(by)
        );
        let arrays = arrays(by, keys);
        self.execute(&statement, &as_sql(&arrays))
    }

    fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut numbered = String::new();
        for (place, part) in statement.split('?').enumerate() {
            if place > 0 {
                numbered.push_str(&format!("${place}"));
            }
            numbered.push_str(part);
        }
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        self.select(&numbered, &values)
    }

    fn posting_numbers(&mut self, count: usize) -> Result<Vec<i64>, StoreError> {
        let blocks = i64::try_from(count.div_ceil(NUMBERS)).unwrap_or(i64::MAX);
        let statement = "SELECT nextval('posting_blocks') FROM generate_series(1, $1::bigint)";
        let drawn = self.select(statement, &[&blocks])?.into_iter().flatten();
        let block = drawn.filter_map(|value| match value {
            Value::Number(block) => Some(block),
            _ => None,
        });
        Ok(block.flat_map(numbers_of).take(count).collect())
    }
}

/// The numbers of a block, which are its own: blocks are counted from 1.
fn numbers_of(block: i64) -> impl Iterator<Item = i64> {
    let most = i64::try_from(NUMBERS).unwrap_or(i64::MAX);
    let first = block.saturating_sub(1).saturating_mul(most).saturating_add(1);
    (first..).take(NUMBERS)
}

#[cfg(test)]
mod tests {
    use super::numbers_of;

    #[test]
    fn no_number_stands_in_two_blocks_and_none_is_left_out() {
        let numbers: Vec<i64> = (1..=3).flat_map(numbers_of).collect();
        assert!(numbers.iter().copied().eq(1..=3 * 1024));
    }
}
