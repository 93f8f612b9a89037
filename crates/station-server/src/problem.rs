//! Refusals as RFC 9457 problems. A name stands for ever: docs/station.md has a row for each.

use ::api::problem::{MEDIA_TYPE, Problem as Stated, TYPE_PREFIX};
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use forecourt::Refused;

/// A request that changed nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem(pub Box<Stated>);

/// A problem's name, status, whose fault it is, and words.
pub type Row = (&'static str, u16, &'static str, &'static str);

/// Every problem.
pub const TABLE: &[Row] = &[
    ("not_authenticated", 401, "operator", "say who you are: by a certificate of this network"),
    ("not_permitted", 403, "operator", "this caller may not do that: ask as an operator"),
    ("not_found", 404, "operator", "there is nothing here: look at /openapi.json"),
    (
        "method_not_allowed",
        405,
        "operator",
        "this resource does not take that method: look at /openapi.json",
    ),
    (
        "not_acceptable",
        406,
        "operator",
        "this is not to be had in that form: look at /openapi.json",
    ),
    ("body_too_large", 413, "operator", "the document is too large: send less"),
    ("not_json", 415, "operator", "the document must be JSON: set Content-Type"),
    ("malformed", 400, "operator", "the request cannot be read: correct what the detail names"),
    ("no_such_nozzle", 404, "operator", "this station has no such nozzle: look at /v1/site"),
    ("no_such_visit", 404, "operator", "this visit is not known: the last ones are kept"),
    ("visit_runs", 404, "operator", "this visit has not ended: wait for its event, or ask again"),
    ("no_card", 409, "card", "no card is in: put one in first"),
    ("nozzle_busy", 409, "operator", "a visit runs here: wait until it has ended"),
    ("nothing_runs", 409, "operator", "nothing runs at this nozzle: there is nothing to stop"),
    ("out_of_order", 409, "station", "the nozzle is out of order: look at what the detail names"),
    ("old_parameters", 409, "operator", "newer parameters are known: raise the version"),
    ("paper_not_believed", 422, "card", "this paper frees no card: look at what the detail says"),
    ("no_papers", 409, "station", "this station cannot check papers: give it `authority`"),
    ("not_kept", 503, "station", "the journal could not keep it: look at the station's disk"),
    ("closing", 503, "station", "the station is stopping: ask again when it has started"),
    ("no_power", 503, "station", "the station has no power: ask again when it has"),
    ("our_bug", 500, "our_bug", "the station's server failed: report this bug"),
];

impl Problem {
    /// A row of the table; a name that is none would be our bug.
    fn named(name: &str, detail: Option<String>) -> Self {
        let known = TABLE.iter().find(|row| row.0 == name);
        let bug = ("our_bug", 500, "our_bug", "the station's server failed");
        let (name, status, fault, title) = known.copied().unwrap_or(bug);
        Self(Box::new(Stated {
            r#type: format!("{TYPE_PREFIX}{name}"),
            title: title.to_owned(),
            status,
            detail,
            fault: Some(fault.to_owned()),
            request_id: None,
        }))
    }

    pub(crate) fn not_authenticated() -> Self {
        Self::named("not_authenticated", None)
    }

    pub(crate) fn not_permitted(detail: &str) -> Self {
        Self::named("not_permitted", Some(detail.to_owned()))
    }

    pub(crate) fn not_found(detail: &str) -> Self {
        Self::named("not_found", Some(detail.to_owned()))
    }

    pub(crate) fn malformed(detail: impl std::fmt::Display) -> Self {
        Self::named("malformed", Some(detail.to_string()))
    }

    pub(crate) fn not_acceptable() -> Self {
        Self::named("not_acceptable", None)
    }

    pub(crate) fn paper_not_believed(detail: String) -> Self {
        Self::named("paper_not_believed", Some(detail))
    }

    pub(crate) fn no_papers() -> Self {
        Self::named("no_papers", None)
    }

    pub(crate) fn no_power() -> Self {
        Self::named("no_power", None)
    }

    pub(crate) fn bug() -> Self {
        Self::named("our_bug", None)
    }

    /// By the status that a layer before the handlers chose.
    pub(crate) fn by_status(status: StatusCode, detail: &str) -> Self {
        let name = match status.as_u16() {
            404 => "not_found",
            405 => "method_not_allowed",
            413 => "body_too_large",
            415 => "not_json",
            400..=499 => "malformed",
            _ => "our_bug",
        };
        Self::named(name, Some(detail.to_owned()).filter(|detail| !detail.is_empty()))
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self::named(refused.name(), Some(refused.to_string()))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self.0)).into_response();
        // For the layer around all resources, which knows the id of the request.
        response.extensions_mut().insert(*self.0);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
