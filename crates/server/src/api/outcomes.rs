//! Outcomes and notices.

use ::api::Page;
use ::api::operate::{Notice, Outcome, Purchase};
use ::api::problem::Problem;
use axum::Json;
use axum::extract::State;
use host::{Books as _, PurchaseRow};
use serde::Deserialize;
use store::{Cursor, Kept, Numbered, Of};
use utoipa::IntoParams;
use wire::{Tid, Ttc};

use crate::app::Shared;
use crate::body::{Asked, InPath, parsed};
use crate::caller::AsOperator;
use crate::paging::{Paging, number, page, page_by_lanes};
use crate::problem::Refused;
use crate::words;

/// Of what.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Of this card only.
    asn: Option<String>,
    /// Of this terminal only.
    tid: Option<String>,
}

fn of(wanted: &Wanted) -> Result<Of, Refused> {
    match (&wanted.asn, &wanted.tid) {
        (None, None) => Ok(Of::All),
        (Some(asn), None) => Ok(Of::Card(parsed("asn", asn)?)),
        (None, Some(tid)) => Ok(Of::Terminal(parsed("tid", tid)?)),
        (Some(_), Some(_)) => Err(Refused::malformed("either asn or tid")),
    }
}

/// The outcomes that the centre heard
#[utoipa::path(
    get, path = "/v1/outcomes", tag = "operators", params(Wanted, Paging), security(("operator" = [])),
    responses(
        (status = 200, body = Page<Outcome>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn outcomes(
    State(app): State<Shared>,
    _: AsOperator,
    Asked(wanted): Asked<Wanted>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Outcome>>, Refused> {
    let of = of(&wanted)?;
    let (most, after) = (paging.most()?, paging.after(number)?);
    let numbers = app.read(move |reader| reader.numbers((Kept::Locks, of), after, most)).await?;
    let asked = numbers.clone();
    let rows = app
        .look(move |centre| {
            let row = |(tid, ttc): &(Tid, Ttc)| centre.outcome_at(*tid, *ttc);
            asked.iter().filter_map(row).map(|row| words::outcome(&row)).collect::<Vec<_>>()
        })
        .await?;
    let next = page(&numbers, most, |(tid, ttc)| format!("{tid}/{}", ttc.0), |_| ()).next;
    Ok(Json(Page { items: rows, next }))
}

/// The purchases that the centre heard of
#[utoipa::path(
    get, path = "/v1/purchases", tag = "operators", params(Wanted, Paging), security(("operator" = [])),
    responses(
        (status = 200, body = Page<Purchase>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn purchases(
    State(app): State<Shared>,
    _: AsOperator,
    Asked(wanted): Asked<Wanted>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Purchase>>, Refused> {
    let of = of(&wanted)?;
    let (most, after) = (paging.most()?, paging.after(number)?);
    let numbers =
        app.read(move |reader| reader.numbers((Kept::Purchases, of), after, most)).await?;
    let asked = numbers.clone();
    let rows = app
        .look(move |centre| {
            let row = |(tid, ttc): &(Tid, Ttc)| centre.purchase_at(*tid, *ttc);
            let station = |row: &PurchaseRow| centre.books().station_of(row.terms.id.tid);
            let document = |row: PurchaseRow| words::purchase(&row, station(&row));
            asked.iter().filter_map(row).map(document).collect::<Vec<_>>()
        })
        .await?;
    let next = page(&numbers, most, |(tid, ttc)| format!("{tid}/{}", ttc.0), |_| ()).next;
    Ok(Json(Page { items: rows, next }))
}

/// The outcome of one lock
#[utoipa::path(
    get, path = "/v1/outcomes/{tid}/{ttc}", tag = "operators",
    params(("tid" = String, Path), ("ttc" = u32, Path)), security(("operator" = [])),
    responses(
        (status = 200, body = Outcome),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn outcome(
    State(app): State<Shared>,
    _: AsOperator,
    InPath((tid, ttc)): InPath<(String, u32)>,
) -> Result<Json<Outcome>, Refused> {
    let tid = parsed("tid", &tid)?;
    let row = app.look(move |centre| centre.outcome_at(tid, Ttc(ttc))).await?;
    let row = row.ok_or_else(|| Refused::not_found("nothing was heard of this lock"))?;
    Ok(Json(words::outcome(&row)))
}

/// What waits for a decision or needs attention
#[utoipa::path(
    get, path = "/v1/notices", tag = "operators", params(Paging), security(("operator" = [])),
    responses(
        (status = 200, body = Page<Notice>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn notices(
    State(app): State<Shared>,
    _: AsOperator,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Notice>>, Refused> {
    let most = paging.most()?;
    let after: Cursor = paging.after(|text| text.parse().ok())?.unwrap_or_default();
    let known = after.clone();
    let notices = app.read(move |reader| reader.notices(&known, most)).await?;
    let mut answer = page_by_lanes(after, &notices, most, |_| ());
    let items = app
        .look(move |centre| {
            let document = |row: &Numbered<host::Notice>| {
                let lock = row.row.about.lock;
                words::notice(&row.row, lock.is_some_and(|lock| centre.is_over(&lock)))
            };
            notices.iter().map(document).collect()
        })
        .await?;
    Ok(Json(Page { items, next: answer.next.take() }))
}
