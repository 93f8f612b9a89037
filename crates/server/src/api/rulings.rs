//! What two operators decide: one proposes, another one approves.

use ::api::operate::{Ruling, RulingState};
use ::api::problem::Problem;
use axum::Json;
use axum::extract::State;
use host::{Answer, Approval, Input, Proposal};

use crate::app::Shared;
use crate::body::Document;
use crate::caller::AsOperator;
use crate::problem::Refused;
use crate::words;

/// Propose a ruling
#[utoipa::path(
    post, path = "/v1/rulings", tag = "operators", request_body = Ruling, security(("operator" = [])),
    responses(
        (status = 200, body = RulingState),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn propose(
    State(app): State<Shared>,
    AsOperator(maker): AsOperator,
    Document(asked): Document<Ruling>,
) -> Result<Json<RulingState>, Refused> {
    let (lock, ruling) = (words::lock_id(&asked.lock)?, words::ruling_of(&asked)?);
    let proposal = Proposal { lock, ruling, maker, reason: asked.reason, now: app.now() };
    ruled(app.apply(Input::Propose(proposal)).await?)
}

/// Approve what another operator proposed
#[utoipa::path(
    post, path = "/v1/rulings/approvals", tag = "operators", request_body = Ruling, security(("operator" = [])),
    responses(
        (status = 200, body = RulingState),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn approve(
    State(app): State<Shared>,
    AsOperator(checker): AsOperator,
    Document(asked): Document<Ruling>,
) -> Result<Json<RulingState>, Refused> {
    let (lock, ruling) = (words::lock_id(&asked.lock)?, words::ruling_of(&asked)?);
    let approval = Approval { lock, ruling, checker, now: app.now() };
    ruled(app.apply(Input::Approve(approval)).await?)
}

fn ruled(answer: Answer) -> Result<Json<RulingState>, Refused> {
    match answer {
        Answer::Ruled(row) => Ok(Json(words::ruling(&row))),
        _ => Err(Refused::bug()),
    }
}

/// Proposals that wait for their checker
#[utoipa::path(
    get, path = "/v1/rulings", tag = "operators", security(("operator" = [])),
    responses(
        (status = 200, body = Vec<RulingState>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn waiting(
    State(app): State<Shared>,
    _: AsOperator,
) -> Result<Json<Vec<RulingState>>, Refused> {
    let rows = app.read(store::Reader::proposals).await?;
    Ok(Json(rows.iter().map(words::ruling).collect()))
}
