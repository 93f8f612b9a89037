//! The lists that stations keep.

use ::api::Page;
use ::api::lists::{Blacklisted, GreyRecord, ListState};
use ::api::problem::Problem;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use host::Books as _;
use serde::Deserialize;
use store::{Cursor, Head, List, Listed};
use utoipa::IntoParams;
use wire::{ClaimedRecord, LockId, Ttc};

use crate::app::Shared;
use crate::body::{Asked, InPath};
use crate::caller::Known;
use crate::paging::{Paging, page};
use crate::part::{Parts, streamed};
use crate::problem::Refused;

fn document(record: &ClaimedRecord) -> GreyRecord {
    GreyRecord { record: hex::encode(wire::record::encode(record).to_vec()) }
}

/// The grey list: every record by which a card can be unlocked
#[utoipa::path(
    get, path = "/v1/grey-records", tag = "stations", params(Paging),
    responses(
        (status = 200, body = Page<GreyRecord>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn grey_records(
    State(app): State<Shared>,
    _: Known,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<GreyRecord>>, Refused> {
    let (most, after) = (paging.most()?, paging.after(place)?);
    let places = app.read(move |reader| reader.listed(after, most)).await?;
    let wanted = places.clone();
    let records = app
        .look(move |centre| {
            let record = |place: &Listed| {
                let lock = centre.books().claimed_lock(place.tid, place.ttc)?;
                centre.grey_record(&lock)
            };
            wanted.iter().filter_map(record).collect::<Vec<_>>()
        })
        .await?;
    let full = page(&places, most, |at| format!("{}/{}/{}", at.asn, at.tid, at.ttc.0), |_| ());
    Ok(Json(Page { items: records.iter().map(document).collect(), next: full.next }))
}

fn place(text: &str) -> Option<Listed> {
    let mut parts = text.splitn(3, '/');
    let (asn, tid, ttc) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Listed { asn: asn.parse().ok()?, tid: tid.parse().ok()?, ttc: Ttc(ttc.parse().ok()?) })
}

/// The record of one lock, by its whole id
///
/// The id is that of docs/formats.md in hex: ASN, purse, CTC, TID, TTC.
#[utoipa::path(
    get, path = "/v1/grey-records/{lock}", tag = "stations", params(("lock" = String, Path)),
    responses(
        (status = 200, body = GreyRecord),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn grey_record(
    State(app): State<Shared>,
    _: Known,
    InPath(lock): InPath<String>,
) -> Result<Json<GreyRecord>, Refused> {
    let id = hex::decode(&lock).ok().and_then(|bytes| wire::record::decode::<LockId>(&bytes));
    let id = id.ok_or_else(|| Refused::malformed("lock: want a lock id in hex"))?;
    let record = app.look(move |centre| centre.grey_record(&id)).await?;
    let record = record.ok_or_else(|| Refused::not_found("no record of this lock is listed"))?;
    Ok(Json(document(&record)))
}

/// Cards that get no new lock
#[utoipa::path(
    get, path = "/v1/blacklist", tag = "stations",
    responses(
        (status = 200, body = Vec<Blacklisted>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn blacklist(
    State(app): State<Shared>,
    _: Known,
) -> Result<Json<Vec<Blacklisted>>, Refused> {
    let card = |(asn, code): (wire::Asn, host::Code)| Blacklisted {
        asn: asn.to_string(),
        reason: code.name().to_owned(),
    };
    let listed = app.look(move |centre| centre.blacklist().into_iter().map(card).collect()).await?;
    Ok(Json(listed))
}

/// A whole list as its file, from which a station goes on by events
///
/// The octets of docs/formats.md: version, number of rows, digest, cursor, then the rows, all of one state of the books.
/// The events behind that cursor are the changes since. The list is `blacklist` or `grey`.
#[utoipa::path(
    get, path = "/v1/lists/{list}", tag = "stations", params(("list" = String, Path)),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_base(
    State(app): State<Shared>,
    _: Known,
    InPath(list): InPath<String>,
) -> Result<impl IntoResponse, Refused> {
    let list = of_name(&list)?;
    // Taken before anything is read: however slowly lists are fetched, others can read.
    let turn = app.turn_for_a_base()?;
    let written = move |reader: &mut store::Reader, parts: &Parts| {
        let _turn = turn;
        reader.list_base(list, |part| parts.give(part))
    };
    let body: Body = streamed(app, written).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], body))
}

/// Where a station is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct At {
    /// The cursor up to which the station has heard the events; that of now without it.
    at: Option<String>,
}

/// What a list holds at a cursor
///
/// A station compares it with what it holds there. It costs the same however long the list is. A cursor that these
/// books never had is `not_found`: the station takes a new base.
#[utoipa::path(
    get, path = "/v1/lists/{list}/state", tag = "stations", params(("list" = String, Path), At),
    responses(
        (status = 200, body = ListState),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_state(
    State(app): State<Shared>,
    _: Known,
    InPath(list): InPath<String>,
    Asked(At { at }): Asked<At>,
) -> Result<Json<ListState>, Refused> {
    let list = of_name(&list)?;
    let at = at.map(|at| at.parse::<Cursor>().map_err(Refused::malformed)).transpose()?;
    let (found, end) = app
        .read(move |reader| {
            let found = reader.list_at(list, at)?;
            Ok((found, reader.end_of_events()?))
        })
        .await?;
    let no_such_cursor = || Refused::not_found("these books never had that cursor");
    let Head { cursor, numbers, .. } = found.ok_or_else(no_such_cursor)?;
    Ok(Json(ListState {
        cursor: cursor.to_string(),
        version: numbers.version,
        rows: numbers.rows,
        digest: numbers.digest.to_string(),
        end: end.to_string(),
    }))
}

fn of_name(name: &str) -> Result<List, Refused> {
    match name {
        "blacklist" => Ok(List::Blacklist),
        "grey" => Ok(List::GreyList),
        _ => Err(Refused::not_found("a list is `blacklist` or `grey`")),
    }
}
