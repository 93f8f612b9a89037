//! PSAMs: whose they are, and what is missing of them.

use ::api::Page;
use ::api::operate::Holes;
use ::api::problem::Problem;
use ::api::register::{Psam, Registered};
use axum::Json;
use axum::extract::State;
use host::{Answer, Books as _, Input};

use crate::app::Shared;
use crate::body::{Asked, Document, InPath, parsed};
use crate::caller::AsOperator;
use crate::paging::{Paging, page};
use crate::problem::Refused;
use crate::words;

/// Give a PSAM to a station: only it speaks for its TID
#[utoipa::path(
    post, path = "/v1/psams", tag = "operators", request_body = Psam, security(("operator" = [])),
    responses(
        (status = 200, body = Registered),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn register(
    State(app): State<Shared>,
    _: AsOperator,
    Document(psam): Document<Psam>,
) -> Result<Json<Registered>, Refused> {
    // What no certificate can carry, no station could ever say that it is.
    let station: pki::Name = parsed("station", &psam.station)?;
    let (tid, station) = (parsed("tid", &psam.tid)?, station.as_str().to_owned());
    let input = Input::RegisterPsam { tid, station };
    match app.apply(input).await? {
        Answer::Registered(host::Registered { repeat }) => Ok(Json(Registered { repeat })),
        _ => Err(Refused::bug()),
    }
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
    let document = |(tid, station): &(wire::Tid, host::StationId)| Psam {
        tid: tid.to_string(),
        station: station.to_string(),
    };
    Ok(Json(page(&psams, most, |(tid, _)| tid.to_string(), document)))
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
