//! The lists that stations keep.

use ::api::Page;
use ::api::lists::{Blacklisted, GreyRecord};
use ::api::problem::Problem;
use axum::Json;
use axum::extract::State;
use host::Books as _;
use store::Listed;
use wire::{ClaimedRecord, LockId, Ttc};

use crate::app::Shared;
use crate::body::{Asked, InPath};
use crate::caller::Known;
use crate::paging::{Paging, page};
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
