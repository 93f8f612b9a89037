//! Each request's way: its id, its line in the log, its figures.

use std::time::Instant;

use ::api::problem::Problem as Stated;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tracing::Instrument as _;

use crate::app::Shared;
use crate::caller::Caller;
use crate::problem::Problem;

/// Where a request carries its id, and its answer too.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken from a client.
const LONGEST: usize = 64;

/// The layer around every resource.
pub(crate) async fn follow(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = asked_id(request.headers()).unwrap_or_else(|| app.new_request_id());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let caller = request.extensions().get::<Caller>().cloned().unwrap_or_default();
    let span = tracing::info_span!("request", request = %id);
    let answered = next.run(request).instrument(span.clone()).await;
    let (answered, problem) = marked(answered, &id);
    let status = answered.status().as_u16();
    app.figures.request(method.as_str(), route, status);
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (method, problem) = (method.as_str(), problem.as_deref());
    span.in_scope(|| {
        // What machines and pages ask all the time is said only to whoever wants to know it all.
        if method == "GET" {
            tracing::debug!(method, route, status, problem, millis, %caller, "answered");
        } else {
            tracing::info!(method, route, status, problem, millis, %caller, "answered");
        }
    });
    answered
}

/// A client's id, when it is short and plain.
fn asked_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let sane = (1..=LONGEST).contains(&id.len()) && id.bytes().all(fits);
    sane.then(|| id.to_owned())
}

/// The answer with the id of its request; a problem says it, too. And the problem's name.
fn marked(mut answered: Response, id: &str) -> (Response, Option<String>) {
    let mut name = None;
    if let Some(mut problem) = answered.extensions_mut().remove::<Stated>() {
        name = Some(problem.name().to_owned());
        problem.request_id = Some(id.to_owned());
        answered = Problem(Box::new(problem)).into_response();
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        answered.headers_mut().insert(REQUEST_ID, value);
    }
    (answered, name)
}
