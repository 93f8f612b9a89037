//! Who calls, and what he may do. A handler takes the caller that it needs as an argument, so it cannot forget to
//! ask.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use host::StationId;

use crate::problem::Refused;

/// Who calls, as the shell found out: by certificate, token, or in development by a header.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Caller {
    /// Nobody that is known.
    #[default]
    Nobody,
    /// A station.
    Station(StationId),
    /// A person at the centre.
    Operator(String),
}

impl Caller {
    fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_default()
    }
}

/// A station, and no one else.
pub(crate) struct AsStation(pub(crate) StationId);

/// An operator, and no one else.
pub(crate) struct AsOperator(pub(crate) String);

/// Anybody who is known.
pub(crate) struct Known;

impl<S: Sync> FromRequestParts<S> for AsStation {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        match Caller::of(parts) {
            Caller::Station(station) => Ok(Self(station)),
            Caller::Operator(_) => {
                Err(Refused::not_permitted("only a station reports and unlocks"))
            }
            Caller::Nobody => Err(Refused::not_authenticated()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for AsOperator {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        match Caller::of(parts) {
            Caller::Operator(name) => Ok(Self(name)),
            Caller::Station(_) => {
                Err(Refused::not_permitted("only an operator looks at this and decides"))
            }
            Caller::Nobody => Err(Refused::not_authenticated()),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Known {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        match Caller::of(parts) {
            Caller::Nobody => Err(Refused::not_authenticated()),
            Caller::Station(_) | Caller::Operator(_) => Ok(Self),
        }
    }
}
