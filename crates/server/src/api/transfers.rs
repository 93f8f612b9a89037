//! Loads and unloads: the centre decides, the card proves.

use ::api::problem::Problem;
use ::api::transfer::{
    OpenTransfer, TransferAsked, TransferDecided, TransferProof, TransferProved,
};
use axum::Json;
use axum::extract::State;
use host::{Answer, Input, TransferRequest, Way};
use wire::Amount;
use wire::response::InitLoad;

use super::unlocks::owned;
use crate::app::Shared;
use crate::body::{Document, InPath, bytes, parsed};
use crate::caller::{AsStation, Known};
use crate::problem::Refused;
use crate::words::{self, purse_name};

const fn way_name(way: Way) -> &'static str {
    match way {
        Way::Load => "load",
        Way::Unload => "unload",
    }
}

fn way(name: &str) -> Result<Way, Refused> {
    let known = [Way::Load, Way::Unload].into_iter().find(|known| way_name(*known) == name);
    known.ok_or_else(|| Refused::malformed("way: want load or unload"))
}

/// Ask for a load or an unload
///
/// The decision is durable before it is answered. The same session of the card gets the same answer again.
#[utoipa::path(
    post, path = "/v1/transfers", tag = "stations", request_body = TransferAsked,
    responses(
        (status = 200, body = TransferDecided),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn decide(
    State(app): State<Shared>,
    AsStation(station): AsStation,
    Document(asked): Document<TransferAsked>,
) -> Result<Json<TransferDecided>, Refused> {
    let init = InitLoad::parse(&bytes("init", &asked.init)?);
    let init = init.ok_or_else(|| Refused::malformed("init: no answer to INITIALIZE"))?;
    let amount = Amount::new(asked.amount);
    let request = TransferRequest {
        way: way(&asked.way)?,
        tid: parsed("tid", &asked.tid)?,
        asn: parsed("asn", &asked.asn)?,
        purse: words::purse(&asked.purse)?,
        amount: amount.ok_or_else(|| Refused::malformed("amount: out of range"))?,
        init,
        account: asked.account.map(|name| parsed("account", &name)).transpose()?,
        now: app.now(),
    };
    owned(&app, &station, request.tid).await?;
    if request.account.is_none() && app.charges_accounts_only() {
        return Err(host::Refusal::AccountMissing.into());
    }
    match app.apply(Input::Transfer(request)).await? {
        Answer::Transfer(decided) => Ok(Json(TransferDecided {
            date: decided.date.to_string(),
            time: decided.time.to_string(),
            mac2: decided.mac2.to_string(),
        })),
        _ => Err(Refused::bug()),
    }
}

/// Hand in the card's proof of a load or an unload
#[utoipa::path(
    post, path = "/v1/transfers/proofs", tag = "stations", request_body = TransferProof,
    responses(
        (status = 200, body = TransferProved),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn prove(
    State(app): State<Shared>,
    _: AsStation,
    Document(proof): Document<TransferProof>,
) -> Result<Json<TransferProved>, Refused> {
    let input = Input::ConfirmTransfer {
        way: way(&proof.way)?,
        asn: parsed("asn", &proof.asn)?,
        purse: words::purse(&proof.purse)?,
        otc: proof.otc,
        tac: parsed("tac", &proof.tac)?,
        now: app.now(),
    };
    match app.apply(input).await? {
        Answer::TransferConfirmed(confirmed) => {
            Ok(Json(TransferProved { amount: confirmed.amount.units(), repeat: confirmed.repeat }))
        }
        _ => Err(Refused::bug()),
    }
}

/// The loads and unloads of a card that no proof was brought for
#[utoipa::path(
    get, path = "/v1/cards/{asn}/transfers/open", tag = "stations", params(("asn" = String, Path)),
    responses(
        (status = 200, body = Vec<OpenTransfer>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn open(
    State(app): State<Shared>,
    _: Known,
    InPath(asn): InPath<String>,
) -> Result<Json<Vec<OpenTransfer>>, Refused> {
    let asn = parsed("asn", &asn)?;
    let document = |open: host::OpenTransfer| OpenTransfer {
        way: way_name(open.way).to_owned(),
        purse: purse_name(open.purse).to_owned(),
        otc: open.otc,
    };
    let open = app
        .look(move |centre| centre.open_transfers(asn).into_iter().map(document).collect())
        .await?;
    Ok(Json(open))
}
