//! The on-line unlock (claim 2).

use ::api::problem::Problem;
use ::api::unlock::{Decision, Receipt, ReceiptTaken, UnlockAnswered, UnlockAsked};
use axum::Json;
use axum::extract::State;
use host::{Answer, Books as _, Input, Refusal, StationId, UnlockAnswer, UnlockRequest};
use wire::response::InitUnlock;
use wire::{GreyStatus, Tid};

use crate::app::Shared;
use crate::body::{Document, bytes, parsed};
use crate::caller::AsStation;
use crate::problem::Refused;
use crate::words;

/// Ask for the unlock of a grey card
///
/// The decision is durable before it is answered. The same session of the card gets the same answer again.
#[utoipa::path(
    post, path = "/v1/unlocks", tag = "stations", request_body = UnlockAsked,
    responses(
        (status = 200, body = UnlockAnswered),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn unlock(
    State(app): State<Shared>,
    AsStation(station): AsStation,
    Document(asked): Document<UnlockAsked>,
) -> Result<Json<UnlockAnswered>, Refused> {
    let tid = parsed("tid", &asked.tid)?;
    let status = GreyStatus::parse(&bytes("status", &asked.status)?);
    let status =
        status.ok_or_else(|| Refused::malformed("status: no answer to GET GREY STATUS"))?;
    let init = InitUnlock::parse(&bytes("init", &asked.init)?);
    let init =
        init.ok_or_else(|| Refused::malformed("init: no answer to INITIALIZE FOR UNLOCK"))?;
    let asn = parsed("asn", &asked.asn)?;
    owned(&app, &station, tid).await?;
    let request = UnlockRequest { tid, asn, status, init, now: app.now() };
    match app.apply(Input::Unlock(request)).await? {
        Answer::Unlock(UnlockAnswer::Decided(decided)) => Ok(Json(UnlockAnswered {
            decision: Some(Decision {
                amount: decided.amount.units(),
                date: decided.date.to_string(),
                time: decided.time.to_string(),
                mac2: decided.mac2.to_string(),
            }),
            wait: None,
            words: None,
            what_to_do: None,
        })),
        Answer::Unlock(UnlockAnswer::Wait(code)) => Ok(Json(UnlockAnswered {
            decision: None,
            wait: Some(code.name().to_owned()),
            words: Some(code.words().to_owned()),
            what_to_do: Some(code.what_to_do().to_owned()),
        })),
        _ => Err(Refused::bug()),
    }
}

/// A station speaks for its own terminals.
pub(super) async fn owned(app: &Shared, station: &StationId, tid: Tid) -> Result<(), Refused> {
    match app.look(move |centre| centre.books().station_of(tid)).await? {
        Some(owner) if owner == *station => Ok(()),
        Some(_) => Err(Refusal::StationDoesNotOwnTid.into()),
        None => Err(Refusal::TidUnknown.into()),
    }
}

/// Hand in the card's receipt of an on-line unlock
#[utoipa::path(
    post, path = "/v1/receipts", tag = "stations", request_body = Receipt,
    responses(
        (status = 200, body = ReceiptTaken),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn confirm(
    State(app): State<Shared>,
    _: AsStation,
    Document(receipt): Document<Receipt>,
) -> Result<Json<ReceiptTaken>, Refused> {
    let input = Input::Confirm {
        asn: parsed("asn", &receipt.asn)?,
        purse: receipt.purse.as_deref().map(words::purse).transpose()?,
        otc: receipt.otc,
        mac3: parsed("mac3", &receipt.mac3)?,
        now: app.now(),
    };
    match app.apply(input).await? {
        Answer::Confirmed(confirmed) => {
            Ok(Json(ReceiptTaken { amount: confirmed.amount.units(), repeat: confirmed.repeat }))
        }
        _ => Err(Refused::bug()),
    }
}
