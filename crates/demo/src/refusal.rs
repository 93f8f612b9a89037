//! What hands cannot do, as problems.

use api::problem::{MEDIA_TYPE, Problem, TYPE_PREFIX};
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};

/// What hands cannot do; nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// No such card.
    #[error("there is no card {0}: GET /demo/v1/world has the wallet")]
    NoSuchCard(String),
    /// No such place.
    #[error("there is no {0}: GET /demo/v1/world has the stations")]
    NoSuchPlace(String),
    /// No such story.
    #[error("there is no story {0}: GET /demo/v1/world has them")]
    NoSuchStory(String),
    /// Another card is in.
    #[error("another card is in this reader: pull it out first")]
    SlotTaken,
    /// The card is in another reader.
    #[error("this card is in a reader already: pull it out first")]
    CardElsewhere,
    /// The card is in no reader.
    #[error("this card is in no reader")]
    CardNotIn,
    /// A story runs.
    #[error("a story runs: stop it first")]
    StoryRuns,
    /// What was asked is none.
    #[error("{0}")]
    Malformed(String),
    /// Something of ours failed.
    #[error("the demo failed: {0}")]
    Failed(String),
}

impl Refusal {
    const fn row(&self) -> (&'static str, StatusCode) {
        match self {
            Self::NoSuchCard(_) => ("no_such_card", StatusCode::NOT_FOUND),
            Self::NoSuchPlace(_) => ("no_such_place", StatusCode::NOT_FOUND),
            Self::NoSuchStory(_) => ("no_such_story", StatusCode::NOT_FOUND),
            Self::SlotTaken => ("slot_taken", StatusCode::CONFLICT),
            Self::CardElsewhere => ("card_elsewhere", StatusCode::CONFLICT),
            Self::CardNotIn => ("card_not_in", StatusCode::CONFLICT),
            Self::StoryRuns => ("story_runs", StatusCode::CONFLICT),
            Self::Malformed(_) => ("malformed", StatusCode::BAD_REQUEST),
            Self::Failed(_) => ("our_bug", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (name, status) = self.row();
        let fault = if status.is_server_error() { "our_bug" } else { "operator" };
        let problem = Problem {
            r#type: format!("{TYPE_PREFIX}{name}"),
            title: self.to_string(),
            status: status.as_u16(),
            detail: None,
            fault: Some(fault.to_owned()),
            request_id: None,
        };
        let mut response = (status, Json(problem)).into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        response
    }
}
