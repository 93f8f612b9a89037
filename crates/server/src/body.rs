//! Documents of requests: what cannot be read is a problem like any other.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Refused;

/// A JSON document.
pub(crate) struct Document<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Document<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let read = Json::<T>::from_request(request, state).await;
        read.map(|Json(document)| Self(document)).map_err(|rejection: JsonRejection| {
            Refused::by_status(rejection.status(), rejection.body_text())
        })
    }
}

/// Parts of the path.
pub(crate) struct InPath<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(value)| Self(value)).map_err(|rejection: PathRejection| {
            Refused::by_status(rejection.status(), rejection.body_text())
        })
    }
}

/// What stands behind the question mark.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(value)| Self(value)).map_err(|rejection: QueryRejection| {
            Refused::by_status(rejection.status(), rejection.body_text())
        })
    }
}

/// A field whose text is an id or a code of the protocol.
pub(crate) fn parsed<T: std::str::FromStr>(field: &str, text: &str) -> Result<T, Refused>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Refused::malformed(format!("{field}: {error}")))
}

/// A field that is so many bytes in hex.
pub(crate) fn bytes(field: &str, text: &str) -> Result<Vec<u8>, Refused> {
    hex::decode(text).map_err(|error| Refused::malformed(format!("{field}: {error}")))
}
