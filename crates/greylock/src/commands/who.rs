//! Who calls: by certificate, or in development by what he says, from this machine alone.

use std::sync::Arc;

use api::STATION_HEADER;
use axum::Router;
use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use host::StationId;
use pki::{Name, Peer};
use server::Caller;

/// The one operator of a server in development.
const OPERATOR: &str = "developer";

/// How callers are told from each other.
pub(super) enum Callers {
    /// The certificate of the connection names the caller.
    Certificates,
    /// A station says its name in a header, the operator shows the token.
    Development {
        /// Of the one operator.
        token: String,
    },
}

/// Puts the caller into each request.
pub(super) fn recognised(router: Router, callers: Callers) -> Router {
    let callers = Arc::new(callers);
    router.layer(from_fn(move |mut request: Request, next: Next| {
        let callers = Arc::clone(&callers);
        async move {
            let caller = match &*callers {
                Callers::Certificates => by_certificate(request.extensions().get::<Peer>()),
                Callers::Development { token } => match pki::is_from_here(request.headers()) {
                    true => by_word(request.headers(), token),
                    false => return elsewhere(),
                },
            };
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
    }))
}

fn by_certificate(peer: Option<&Peer>) -> Caller {
    match peer {
        Some(Peer::Station(name)) => Caller::Station(StationId::from(name.as_str())),
        Some(Peer::Operator(name)) => Caller::Operator(name.as_str().to_owned()),
        Some(Peer::Nobody) | None => Caller::Nobody,
    }
}

fn by_word(headers: &HeaderMap, token: &str) -> Caller {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let shown = text(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    match (shown, text(STATION_HEADER)) {
        (Some(shown), None) if shown == token => Caller::Operator(OPERATOR.to_owned()),
        // The same names as in certificates.
        (None, Some(name)) => name
            .parse::<Name>()
            .map_or(Caller::Nobody, |name| Caller::Station(StationId::from(name.as_str()))),
        _ => Caller::Nobody,
    }
}

fn elsewhere() -> Response {
    (StatusCode::FORBIDDEN, "this server is for this machine alone\n").into_response()
}
