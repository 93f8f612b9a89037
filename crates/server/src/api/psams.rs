//! PSAMs: whose they are, and what is missing of them.

use ::api::Page;
use ::api::operate::Holes;
use ::api::problem::Problem;
use ::api::register::{NewPsam, Psam, Registered};
use axum::Json;
use axum::extract::State;
use host::{Books as _, Input, Subject};
use wire::Date;

use super::acts;
use crate::app::Shared;
use crate::body::{Asked, Document, InPath, parsed};
use crate::caller::AsOperator;
use crate::paging::{Paging, page};
use crate::problem::Refused;
use crate::words;

/// Give a PSAM to a station: only it speaks for its TID
#[utoipa::path(
    post, path = "/v1/psams", tag = "operators", request_body = NewPsam, security(("operator" = [])),
    responses(
        (status = 200, body = Registered),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn register(
    State(app): State<Shared>,
    _: AsOperator,
    Document(psam): Document<NewPsam>,
) -> Result<Json<Registered>, Refused> {
    // What no certificate can carry, no station could ever say that it is.
    let station: pki::Name = parsed("station", &psam.station)?;
    let (tid, station) = (parsed("tid", &psam.tid)?, station.as_str().to_owned());
    let (expiry, chip) =
        (words::expiry(psam.expiry.as_deref())?, words::chip(psam.chip.as_deref())?);
    let begun = app.apply(Input::RegisterPsam { tid, station, expiry, chip }).await;
    acts::registered(&app, Subject::Psam(tid), begun).await
}

/// The PSAMs
#[utoipa::path(
    get, path = "/v1/psams", tag = "operators", params(Paging), security(("operator" = [])),
    responses(
        (status = 200, body = Page<Psam>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn psams(
    State(app): State<Shared>,
    _: AsOperator,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Psam>>, Refused> {
    let (most, after) = (paging.most()?, paging.after(|text| text.parse().ok())?);
    let psams = app.read(move |reader| reader.psams(after, most)).await?;
    let today = app.now().date;
    Ok(Json(page(&psams, most, |psam| psam.tid.to_string(), |psam| document(psam, today))))
}

fn document(psam: &host::Psam, today: Date) -> Psam {
    Psam {
        tid: psam.tid.to_string(),
        station: psam.station.to_string(),
        expiry: psam.expiry.map(|last| last.to_string()),
        state: psam.state(today).name().to_owned(),
        life: words::life(&psam.life),
    }
}

/// A PSAM
#[utoipa::path(
    get, path = "/v1/psams/{tid}", tag = "operators", params(("tid" = String, Path)), security(("operator" = [])),
    responses(
        (status = 200, body = Psam),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn psam(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(tid): InPath<String>,
) -> Result<Json<Psam>, Refused> {
    let (tid, today) = (parsed("tid", &tid)?, app.now().date);
    let found = app.look(move |centre| centre.books().psam(tid)).await?;
    found.map(|psam| Json(document(&psam, today))).ok_or_else(|| host::Refusal::TidUnknown.into())
}

/// The transaction numbers of a PSAM that nobody reported
#[utoipa::path(
    get, path = "/v1/psams/{tid}/holes", tag = "operators", params(("tid" = String, Path)),
    security(("operator" = [])),
    responses(
        (status = 200, body = Holes),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn holes(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(tid): InPath<String>,
) -> Result<Json<Holes>, Refused> {
    let tid = parsed("tid", &tid)?;
    let holes =
        app.look(move |centre| centre.books().station_of(tid).map(|_| centre.holes(tid))).await?;
    let holes = holes.ok_or(host::Refusal::TidUnknown)?;
    Ok(Json(words::holes(tid, &holes)))
}
