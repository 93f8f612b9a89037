//! The operator log: what operators had done, each line written in the transaction that did it.

use host::{Input, Output};
use wire::Stamp;

use crate::database::{Clash, Database};
use crate::error::StoreError;
use crate::rows::{read_stamp, stamp};
use crate::table::OPERATOR_LOG;
use crate::value::{Columns, Row};

/// Who asks for a call, and where he asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// The operator, by the name in his certificate.
    pub operator: String,
    /// The id of his request.
    pub request: String,
    /// Method and route: `POST /v1/cards`.
    pub resource: String,
    /// When.
    pub at: Stamp,
}

/// A line of the operator log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operation {
    /// Its number in the log.
    pub number: i64,
    /// Who, where, when.
    pub signature: Signature,
    /// The name of the call, as [`Input::name`] has it.
    pub call: String,
    /// What it was about, as [`Input::about`] has it.
    pub about: String,
    /// `done`, or the name of the refusal.
    pub answer: String,
}

/// One call of a transaction, and the operator who asked for it.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) input: &'a Input,
    pub(crate) by: Option<&'a Signature>,
}

/// Writes a line for each call that an operator asked for, whatever it was answered.
pub(crate) fn note(
    database: &mut dyn Database,
    calls: &[Call<'_>],
    outputs: &[Output],
) -> Result<(), StoreError> {
    let signed = |(call, output): (&Call<'_>, &Output)| Some(row(call.by?, call.input, output));
    let rows: Vec<Row> = calls.iter().zip(outputs).filter_map(signed).collect();
    if rows.is_empty() { Ok(()) } else { database.put(&OPERATOR_LOG, Clash::Fail, &rows) }
}

fn row(by: &Signature, input: &Input, output: &Output) -> Row {
    let answer = output.as_ref().map_or_else(|refusal| refusal.name(), |_| "done");
    vec![
        by.operator.as_str().into(),
        by.request.as_str().into(),
        by.resource.as_str().into(),
        input.name().into(),
        input.about().into(),
        answer.into(),
        stamp(&by.at),
    ]
}

/// Lines after this number, oldest first.
pub(crate) fn page(
    database: &mut dyn Database,
    after: i64,
    most: usize,
) -> Result<Vec<Operation>, StoreError> {
    let (name, columns) = (OPERATOR_LOG.name, OPERATOR_LOG.names().join(","));
    let statement =
        format!("SELECT id, {columns} FROM {name} WHERE id > ? ORDER BY id LIMIT {most}");
    database.query(&statement, &[after.into()])?.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Operation, StoreError> {
    let mut columns = Columns::new(OPERATOR_LOG.name, row);
    let number = columns.number()?;
    let mut text = || columns.text();
    let (operator, request, resource) = (text()?, text()?, text()?);
    let (call, about, answer, at) = (text()?, text()?, text()?, read_stamp(&text()?)?);
    let signature = Signature { operator, request, resource, at };
    Ok(Operation { number, signature, call, about, answer })
}
