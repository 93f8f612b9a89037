//! Whether the server is there, and of use.

use ::api::problem::Problem as Stated;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::app::Shared;
use crate::caller::AsOperator;
use crate::problem::Problem;

/// The process answers
#[utoipa::path(get, path = "/health", tag = "server", responses((status = 200, body = String)))]
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// The station runs
#[utoipa::path(
    get, path = "/ready", tag = "server",
    responses((status = 200, body = String), (status = 503, body = Stated))
)]
pub(super) async fn ready(State(app): State<Shared>) -> Result<&'static str, Problem> {
    app.ask(|_| Ok(())).await?;
    Ok("ready\n")
}

/// Figures for Prometheus
///
/// In the text format of OpenMetrics; docs/station.md has the table.
#[utoipa::path(
    get, path = "/metrics", tag = "server",
    responses(
        (status = 200, content_type = "application/openmetrics-text", body = String),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(super) async fn metrics(State(app): State<Shared>, _: AsOperator) -> impl IntoResponse {
    figures(State(app)).await
}

/// The same for whoever is on this machine.
pub(super) async fn figures(State(app): State<Shared>) -> impl IntoResponse {
    let site = app.ask(|station| Ok(station.site())).await.ok();
    ([(CONTENT_TYPE, crate::figures::MEDIA_TYPE)], app.figures.text(site.as_ref()))
}

/// The document that describes the interface.
pub(super) async fn document(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text)
}
