//! How the station is, and its prices and limits.

use ::api::Page;
use ::api::operate::Lock;
use ::api::parameters::Parameters;
use ::api::problem::Problem as Stated;
use ::api::site::{Nozzle, OpenLock, ParametersStanding, Site};
use axum::Json;
use axum::extract::State;
use forecourt::{Forecourt, Refused};
use serde::Deserialize;
use terminal::Progress;
use utoipa::IntoParams;
use wire::{LockId, Purse, Tid, Ttc};

use crate::app::Shared;
use crate::body::{Asked, Document, InPath};
use crate::caller::AsOperator;
use crate::problem::Problem;

/// The whole station at this moment
#[utoipa::path(
    get, path = "/v1/site", tag = "station",
    responses(
        (status = 200, body = Site),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn site(State(app): State<Shared>, _: AsOperator) -> Result<Json<Site>, Problem> {
    app.ask(|station| Ok(station.site())).await.map(Json)
}

/// One nozzle
#[utoipa::path(
    get, path = "/v1/nozzles/{nozzle}", tag = "station", params(("nozzle" = u8, Path)),
    responses(
        (status = 200, body = Nozzle),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn nozzle(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(number): InPath<u8>,
) -> Result<Json<Nozzle>, Problem> {
    let look =
        move |station: &Forecourt| station.nozzle(number).ok_or(Refused::NoSuchNozzle(number));
    app.ask(look).await.map(Json)
}

/// Which locks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Those that are not at their end; there are no others to be had here.
    open: bool,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// How many rows at most: 1 to 500, usually 100.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// Locks that are not at their end
#[utoipa::path(
    get, path = "/v1/locks", tag = "station", params(Which),
    responses(
        (status = 200, body = Page<OpenLock>),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn locks(
    State(app): State<Shared>,
    _: AsOperator,
    Asked(which): Asked<Which>,
) -> Result<Json<Page<OpenLock>>, Problem> {
    if !which.open {
        return Err(Problem::malformed("open: want true"));
    }
    let most = which.limit.unwrap_or(100);
    if !(1..=500).contains(&most) {
        return Err(Problem::malformed("limit: want 1 to 500"));
    }
    let after = which.cursor.as_deref().map(|text| {
        place(text).ok_or_else(|| Problem::malformed("cursor: want the `next` of the page before"))
    });
    let after = after.transpose()?;
    app.ask(move |station| Ok(page(station, after, most))).await.map(Json)
}

/// `TID/TTC`.
fn place(text: &str) -> Option<(Tid, Ttc)> {
    let (tid, ttc) = text.split_once('/')?;
    Some((tid.parse().ok()?, Ttc(ttc.parse().ok()?)))
}

fn page(station: &Forecourt, after: Option<(Tid, Ttc)>, most: usize) -> Page<OpenLock> {
    let mut open = station.open_locks();
    open.sort_by_key(|open| (open.lock.tid, open.lock.ttc));
    open.retain(|open| after.is_none_or(|after| (open.lock.tid, open.lock.ttc) > after));
    let more = open.len() > most;
    open.truncate(most);
    let last = open.last().filter(|_| more);
    let next = last.map(|last| format!("{}/{}", last.lock.tid, last.lock.ttc.0));
    let logbook = station.logbook();
    let item = |open: &forecourt::OpenLock| {
        let progress = logbook.look(|index| index.progress(open.lock.tid, open.lock.ttc));
        let amount = progress.as_ref().and_then(delivered);
        let (lock, step) = (lock_of(&open.lock), open.step.to_owned());
        OpenLock { lock, nozzle: open.nozzle, step, amount }
    };
    Page { items: open.iter().map(item).collect(), next }
}

fn delivered(progress: &Progress) -> Option<u32> {
    match progress {
        Progress::Delivered(_, _, delivery) => Some(delivery.amount.units()),
        other => other.record().map(|record| record.delivery.amount.units()),
    }
}

/// A lock as a document.
pub(super) fn lock_of(lock: &LockId) -> Lock {
    let purse = match lock.purse {
        Purse::Ed => "ed",
        Purse::Ep => "ep",
    };
    Lock {
        asn: lock.asn.to_string(),
        purse: purse.to_owned(),
        ctc: lock.ctc,
        tid: lock.tid.to_string(),
        ttc: lock.ttc.0,
    }
}

/// Bring new prices and limits
///
/// Durable when this is answered, in force from their time on and between visits.
#[utoipa::path(
    post, path = "/v1/parameters", tag = "station", request_body = Parameters,
    responses(
        (status = 200, body = ParametersStanding),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn set_parameters(
    State(app): State<Shared>,
    _: AsOperator,
    Document(parameters): Document<Parameters>,
) -> Result<Json<ParametersStanding>, Problem> {
    let parameters = forecourt::Parameters::try_from(parameters).map_err(Problem::malformed)?;
    app.ask(move |station| station.set_parameters(parameters)).await.map(Json)
}
