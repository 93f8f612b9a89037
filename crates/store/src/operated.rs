//! The operator log: what operators had done, each line written in the transaction that did it.

use host::{Input, Output};
use lists::Cursor;
use wire::Stamp;

use crate::database::{Clash, Database};
use crate::error::StoreError;
use crate::feed;
use crate::page::Numbered;
use crate::rows::{read_stamp, stamp};
use crate::table::{NUMBERED_OPERATIONS, OPERATOR_LOG};
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
    lane: i64,
    calls: &[Call<'_>],
    outputs: &[Output],
) -> Result<(), StoreError> {
    let signed =
        |(call, output): (&Call<'_>, &Output)| Some(row(lane, call.by?, call.input, output));
    let rows: Vec<Row> = calls.iter().zip(outputs).filter_map(signed).collect();
    if rows.is_empty() { Ok(()) } else { database.put(&OPERATOR_LOG, Clash::Fail, &rows) }
}

fn row(lane: i64, by: &Signature, input: &Input, output: &Output) -> Row {
    let answer = output.as_ref().map_or_else(|refusal| refusal.name(), |_| "done");
    vec![
        by.operator.as_str().into(),
        by.request.as_str().into(),
        by.resource.as_str().into(),
        input.name().into(),
        input.about().into(),
        answer.into(),
        stamp(&by.at),
        lane.into(),
    ]
}

/// Lines behind this cursor, oldest first.
pub(crate) fn page(
    database: &mut dyn Database,
    after: &Cursor,
    most: usize,
) -> Result<Vec<Numbered<Operation>>, StoreError> {
    let rows = feed::upcoming(database, &NUMBERED_OPERATIONS, ("id", "id"), after, most)?;
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Numbered<Operation>, StoreError> {
    let mut columns = Columns::new(OPERATOR_LOG.name, row);
    let (lane, number) = (columns.number()?, columns.number()?);
    let mut text = || columns.text();
    let (operator, request, resource) = (text()?, text()?, text()?);
    let (call, about, answer, at) = (text()?, text()?, text()?, read_stamp(&text()?)?);
    let signature = Signature { operator, request, resource, at };
    Ok(Numbered { lane, number, row: Operation { signature, call, about, answer } })
}
