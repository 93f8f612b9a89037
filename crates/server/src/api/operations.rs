//! The operator log.

use ::api::Page;
use ::api::operate::Operation;
use ::api::problem::Problem;
use axum::Json;
use axum::extract::State;
use store::Cursor;

use crate::app::Shared;
use crate::body::Asked;
use crate::caller::AsOperator;
use crate::paging::{Paging, page_by_lanes};
use crate::problem::Refused;
use crate::words;

/// What operators had done, oldest first
///
/// Each line is written in the transaction that did it, and is never changed or removed.
#[utoipa::path(
    get, path = "/v1/operator-log", tag = "operators", params(Paging), security(("operator" = [])),
    responses(
        (status = 200, body = Page<Operation>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn operations(
    State(app): State<Shared>,
    _: AsOperator,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Operation>>, Refused> {
    let most = paging.most()?;
    let after: Cursor = paging.after(|text| text.parse().ok())?.unwrap_or_default();
    let known = after.clone();
    let lines = app.read(move |reader| reader.operations(&known, most)).await?;
    Ok(Json(page_by_lanes(after, &lines, most, words::operation)))
}
