//! Whether the server is there, and of use.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

use crate::app::Shared;
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

/// The document that describes the interface.
pub(super) async fn document(text: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text)
}
