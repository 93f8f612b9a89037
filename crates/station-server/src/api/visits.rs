//! What is done with the card that is in.

use ::api::problem::Problem as Stated;
use ::api::site::{Outcome, PayAsked, RefuelAsked, VisitBegun};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::app::Shared;
use crate::body::{Document, InPath};
use crate::caller::AsOperator;
use crate::problem::Problem;

type Begun = Result<(StatusCode, Json<VisitBegun>), Problem>;

fn begun(visit: u64) -> (StatusCode, Json<VisitBegun>) {
    (StatusCode::ACCEPTED, Json(VisitBegun { visit }))
}

/// Refuel with the card that is in
///
/// The outcome comes as an event, and is kept.
#[utoipa::path(
    post, path = "/v1/nozzles/{nozzle}/refuel", tag = "visits", params(("nozzle" = u8, Path)),
    request_body = RefuelAsked,
    responses(
        (status = 202, body = VisitBegun),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn refuel(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(nozzle): InPath<u8>,
    Document(asked): Document<RefuelAsked>,
) -> Begun {
    app.ask(move |station| station.refuel(nozzle, asked)).await.map(begun)
}

/// Free the card that is in, if it is grey
#[utoipa::path(
    post, path = "/v1/nozzles/{nozzle}/unlock", tag = "visits", params(("nozzle" = u8, Path)),
    responses(
        (status = 202, body = VisitBegun),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn unlock(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(nozzle): InPath<u8>,
) -> Begun {
    app.ask(move |station| station.unlock(nozzle)).await.map(begun)
}

/// Load, unload or pay with the card that is in
#[utoipa::path(
    post, path = "/v1/nozzles/{nozzle}/pay", tag = "visits", params(("nozzle" = u8, Path)),
    request_body = PayAsked,
    responses(
        (status = 202, body = VisitBegun),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn pay(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(nozzle): InPath<u8>,
    Document(asked): Document<PayAsked>,
) -> Begun {
    app.ask(move |station| station.pay(nozzle, asked)).await.map(begun)
}

/// Close the nozzle
///
/// What has flowed is debited.
#[utoipa::path(
    post, path = "/v1/nozzles/{nozzle}/stop", tag = "visits", params(("nozzle" = u8, Path)),
    responses(
        (status = 204),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn stop(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(nozzle): InPath<u8>,
) -> Result<StatusCode, Problem> {
    app.ask(move |station| station.stop(nozzle)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a visit ended
///
/// 404 with the problem `visit_runs` until then.
#[utoipa::path(
    get, path = "/v1/nozzles/{nozzle}/visits/{visit}", tag = "visits",
    params(("nozzle" = u8, Path), ("visit" = u64, Path)),
    responses(
        (status = 200, body = Outcome),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn outcome(
    State(app): State<Shared>,
    _: AsOperator,
    InPath((nozzle, visit)): InPath<(u8, u64)>,
) -> Result<Json<Outcome>, Problem> {
    app.ask(move |station| station.outcome(nozzle, visit)).await.map(Json)
}
