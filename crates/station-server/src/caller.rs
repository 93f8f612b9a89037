//! Who calls, and what he may do. A handler takes the caller that it needs as an argument, so it cannot forget to ask.

use std::fmt;

use axum::Router;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse as _;
use pki::Peer;

use crate::problem::Problem;

/// Who calls.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Caller {
    /// Nobody that is known.
    #[default]
    Nobody,
    /// Another station.
    Station(String),
    /// A person, a till, a page.
    Operator(String),
}

/// How callers are told from each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Callers {
    /// The certificate of the connection names the caller.
    Certificates,
    /// Whoever is on this machine is an operator: for a loopback address alone. Pages of other sites are not.
    EverybodyHere,
}

impl Callers {
    /// Puts the caller into each request.
    pub fn recognise(self, router: Router) -> Router {
        router.layer(from_fn(move |mut request: Request, next: Next| async move {
            let caller = match self {
                Self::Certificates => by_certificate(request.extensions().get::<Peer>()),
                Self::EverybodyHere if pki::is_from_here(request.headers()) => {
                    Caller::Operator("here".to_owned())
                }
                Self::EverybodyHere => {
                    return Problem::not_permitted("this station is for this machine alone")
                        .into_response();
                }
            };
            request.extensions_mut().insert(caller);
            next.run(request).await
        }))
    }
}

fn by_certificate(peer: Option<&Peer>) -> Caller {
    match peer {
        Some(Peer::Station(name)) => Caller::Station(name.as_str().to_owned()),
        Some(Peer::Operator(name)) => Caller::Operator(name.as_str().to_owned()),
        Some(Peer::Nobody) | None => Caller::Nobody,
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("nobody"),
            Self::Station(name) => write!(f, "station {name}"),
            Self::Operator(name) => write!(f, "operator {name}"),
        }
    }
}

/// An operator, and no one else.
pub(crate) struct AsOperator;

/// Anybody who is known.
pub(crate) struct Known;

fn caller(parts: &Parts) -> Caller {
    parts.extensions.get::<Caller>().cloned().unwrap_or_default()
}

impl<S: Sync> FromRequestParts<S> for AsOperator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match caller(parts) {
            Caller::Operator(_) => Ok(Self),
            Caller::Station(_) => {
                Err(Problem::not_permitted("another station asks for grey records alone"))
            }
            Caller::Nobody => Err(Problem::not_authenticated()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match caller(parts) {
            Caller::Nobody => Err(Problem::not_authenticated()),
            Caller::Station(_) | Caller::Operator(_) => Ok(Self),
        }
    }
}
