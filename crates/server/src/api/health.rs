//! Whether the server is there, and of use.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::app::Shared;
use crate::caller::AsOperator;
use crate::problem::Refused;

/// The process answers
#[utoipa::path(get, path = "/health", tag = "server", responses((status = 200, body = String)))]
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// The books can be read and written
#[utoipa::path(
    get, path = "/ready", tag = "server",
    responses((status = 200, body = String), (status = 503, body = ::api::problem::Problem))
)]
pub(super) async fn ready(State(app): State<Shared>) -> Result<&'static str, Refused> {
    app.read(store::Reader::end_of_events).await?;
    if app.is_open() { Ok("ready\n") } else { Err(Refused::shutting_down()) }
}

/// Figures for Prometheus
///
/// In the text format of OpenMetrics; docs/operations.md has the table. Without a certificate they are had on the
/// loopback address of `--metrics-listen` alone.
#[utoipa::path(
    get, path = "/metrics", tag = "server", security(("operator" = [])),
    responses(
        (status = 200, content_type = "application/openmetrics-text", body = String),
        (status = "4XX", body = ::api::problem::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn metrics(State(app): State<Shared>, _: AsOperator) -> impl IntoResponse {
    figures(State(app)).await
}

/// The same for whoever is on this machine.
pub(super) async fn figures(State(app): State<Shared>) -> impl IntoResponse {
    // The log says why they cannot be read.
    let sizes = app.read(store::Reader::sizes).await.ok();
    app.figures.sizes(sizes.as_ref());
    ([(CONTENT_TYPE, crate::figures::MEDIA_TYPE)], app.figures.text())
}

/// The document that describes the interface.
pub(super) async fn document(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text)
}
