//! Refusals as RFC 9457 problems. A name stands for ever: docs/problems.md has a heading for each.

use ::api::problem::{MEDIA_TYPE, Problem, TYPE_PREFIX};
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use host::{Fault, Refusal};
use store::{Kind, StoreError};

/// A request that changed nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused(pub Box<Problem>);

/// Problems that are not the ledger's: name, status, words.
pub const OWN: &[(&str, u16, &str)] = &[
    (
        "not_authenticated",
        401,
        "say who you are: a station by its certificate, an operator by a certificate or token",
    ),
    (
        "not_permitted",
        403,
        "this caller may not do that: a station speaks for itself, operators look and decide",
    ),
    ("not_found", 404, "there is nothing here: look at /openapi.json for what there is"),
    ("method_not_allowed", 405, "this resource does not take that method: look at /openapi.json"),
    ("body_too_large", 413, "the document is too large: send fewer reports at once"),
    ("not_json", 415, "the document must be JSON: set Content-Type to application/json"),
    ("malformed", 400, "the request cannot be read: correct what the detail names"),
    (
        "books_unavailable",
        503,
        "the books cannot be written or read now, and nobody knows whether it was done: send the same again, it is done once",
    ),
    (
        "books_damaged",
        500,
        "rows of the books cannot be read; nothing was done: have them examined",
    ),
    ("our_bug", 500, "the server failed; nothing was done: report this bug"),
];

impl Refused {
    fn own(name: &str, detail: Option<String>) -> Self {
        let known = OWN.iter().find(|row| row.0 == name);
        let (name, status, title) = known.copied().unwrap_or(("our_bug", 500, "the server failed"));
        let fault = if status >= 500 { "centre" } else { "station" };
        Self(Box::new(problem(name, status, title, detail, fault)))
    }

    pub(crate) fn not_authenticated() -> Self {
        Self::own("not_authenticated", None)
    }

    pub(crate) fn not_permitted(detail: &str) -> Self {
        Self::own("not_permitted", Some(detail.to_owned()))
    }

    pub(crate) fn not_found(detail: impl std::fmt::Display) -> Self {
        Self::own("not_found", Some(detail.to_string()))
    }

    pub(crate) fn malformed(detail: impl std::fmt::Display) -> Self {
        Self::own("malformed", Some(detail.to_string()))
    }

    /// The same with what was wrong with just this request.
    pub(crate) fn because(mut self, detail: String) -> Self {
        self.0.detail = Some(detail);
        self
    }

    /// Whether it is this refusal of the rules.
    pub(crate) fn is(&self, refusal: Refusal) -> bool {
        self.0.name() == refusal.name()
    }

    pub(crate) fn bug() -> Self {
        Self::own("our_bug", None)
    }

    pub(crate) fn shutting_down() -> Self {
        Self::own("books_unavailable", Some("the server is stopping".to_owned()))
    }

    /// By the status that a layer before the handlers chose.
    pub(crate) fn by_status(status: StatusCode, detail: String) -> Self {
        let name = match status.as_u16() {
            404 => "not_found",
            405 => "method_not_allowed",
            413 => "body_too_large",
            415 => "not_json",
            400..=499 => "malformed",
            _ => "our_bug",
        };
        Self::own(name, Some(detail).filter(|detail| !detail.is_empty()))
    }
}

fn problem(name: &str, status: u16, title: &str, detail: Option<String>, fault: &str) -> Problem {
    Problem {
        r#type: format!("{TYPE_PREFIX}{name}"),
        title: title.to_owned(),
        status,
        detail,
        fault: Some(fault.to_owned()),
        request_id: None,
    }
}

/// The status of a refusal of the rules.
#[must_use]
pub const fn status_of(refusal: Refusal) -> u16 {
    match refusal {
        Refusal::CardUnknown
        | Refusal::TidUnknown
        | Refusal::NothingToApprove
        | Refusal::NoActWaits
        | Refusal::AccountUnknown
        | Refusal::NothingToDecide => 404,
        Refusal::StationDoesNotOwnTid | Refusal::AccountOfOthers => 403,
        Refusal::LedgerOverflow => 500,
        Refusal::AsnNotIssuable
        | Refusal::OpeningInconsistent
        | Refusal::StatusNotGrey
        | Refusal::StatusTooShort
        | Refusal::StatusShowsNoTac
        | Refusal::PersonMissing
        | Refusal::ReasonMissing
        | Refusal::ReferenceMissing
        | Refusal::FundingOutOfRange
        | Refusal::AccountMissing
        | Refusal::Mac1Wrong
        | Refusal::GtacWrong
        | Refusal::TacWrong
        | Refusal::StatusAndMac1Disagree => 422,
        _ => 409,
    }
}

const fn fault_name(fault: Fault) -> &'static str {
    match fault {
        Fault::Card => "card",
        Fault::Station => "station",
        Fault::Operator => "operator",
        Fault::Centre => "centre",
        Fault::OurBug => "our_bug",
    }
}

/// The problem of a refusal.
#[must_use]
pub fn of_refusal(refusal: Refusal) -> Problem {
    let title = refusal.to_string();
    problem(refusal.name(), status_of(refusal), &title, None, fault_name(refusal.fault()))
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(Box::new(of_refusal(refusal)))
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        tracing::error!(kind = ?error.kind, "the books: {}", error.what);
        // What the database says stays in the log: it may name hosts and paths.
        match error.kind {
            Kind::Unavailable | Kind::Conflict => Self::own("books_unavailable", None),
            Kind::Damaged => Self::own("books_damaged", None),
            Kind::OurBug => Self::bug(),
        }
    }
}

impl IntoResponse for Refused {
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
