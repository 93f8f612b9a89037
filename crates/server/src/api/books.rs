//! The books row by row, for an audit by somebody else's program.

use ::api::books::{Field, Line};
use ::api::problem::Problem;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use store::{Row, Value};

use crate::app::Shared;
use crate::caller::AsOperator;
use crate::part::{Parts, streamed};
use crate::problem::Refused;

/// How large a part is, in bytes.
const PART: usize = 64 << 10;

/// All books, of one state, row by row
///
/// Lines of JSON: what an audit needs to work out every sum by itself. The last line says how many rows there were;
/// an export without it broke off.
#[utoipa::path(
    get, path = "/v1/books", tag = "operators", security(("operator" = [])),
    responses(
        (status = 200, body = Line, content_type = "application/x-ndjson"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn export(
    State(app): State<Shared>,
    _: AsOperator,
) -> Result<impl IntoResponse, Refused> {
    let body: Body = streamed(app, written).await?;
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], body))
}

/// Nobody listening any more ends it early.
fn written(reader: &mut store::Reader, parts: &Parts) -> Result<(), store::StoreError> {
    let (mut part, mut rows) = (Vec::with_capacity(PART), 0);
    reader.export(|table, row| {
        rows += 1;
        push(&mut part, &line(table, row));
        part.len() < PART || parts.give(std::mem::take(&mut part))
    })?;
    push(&mut part, &Line::End { rows });
    let _ = parts.give(part);
    Ok(())
}

fn line(table: &str, row: Row) -> Line {
    let field = |value: Value| match value {
        Value::Null => Field::Nothing,
        Value::Number(number) => Field::Number(number),
        Value::Text(text) => Field::Text(text),
    };
    Line::Row { table: table.to_owned(), row: row.into_iter().map(field).collect() }
}

fn push(part: &mut Vec<u8>, line: &Line) {
    // Texts and numbers: this does not fail.
    part.extend(serde_json::to_vec(line).unwrap_or_default());
    part.push(b'\n');
}
