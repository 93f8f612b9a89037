//! Issuing: the profile of a card or PSAM for the machine that personalises it. It holds keys: operators alone get it, it
//! is logged nowhere, and its bytes are wiped when they were sent.

use ::api::issue::{IssueCard, IssuePsam, Profile, Secret};
use ::api::problem::Problem;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use card::Aid;
use crypto::Key;
use host::issue::{
    CardOrder, NoWayOver, NotDispersed, PsamOrder, card_profile, card_profile_from, psam_profile,
};
use host::{CardOpening, Input, PurseOpening, Subject};
use wire::{Date, Purse};
use zeroize::Zeroizing;

use super::acts;
use crate::app::Shared;
use crate::body::{Document, InPath, bytes, parsed};
use crate::caller::AsOperator;
use crate::problem::Refused;
use crate::words;

/// In place of the key that the personalising machine draws by itself.
const DRAWN_THERE: Key = Key::new([0; 16]);

/// Begin a card, and hear what it is to be made of
///
/// It is durable in the books, begun on this chip, before its keys leave. The same card on the same chip is answered
/// again. The key behind the card's random numbers is left zero: whoever personalises it draws that one.
#[utoipa::path(
    post, path = "/v1/cards/{asn}/profile", tag = "operators", params(("asn" = String, Path)),
    request_body = IssueCard, security(("operator" = [])),
    responses(
        (status = 200, body = Profile),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn card(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(asn): InPath<String>,
    Document(asked): Document<IssueCard>,
) -> Result<impl IntoResponse, Refused> {
    let order = card_order(&asn, &asked)?;
    let chip = words::chip(Some(&asked.chip))?;
    // Made before anything is begun: what cannot be made spends no number.
    let profile = match asked.begin_with {
        None => card_profile(app.vault(), &order, DRAWN_THERE).map_err(not_dispersed),
        Some(first) => {
            card_profile_from(app.vault(), &order, DRAWN_THERE, first).map_err(no_way_over)
        }
    }?;
    let openings = profile.opening.map(|opening| {
        let card::Opening { balance, limit, ctc, otc } = opening;
        PurseOpening { balance, limit, ctc, otc }
    });
    let card = CardOpening {
        asn: order.asn,
        openings,
        key_version: Some(profile.keys.maintenance.version),
        expiry: Some(order.expiry),
    };
    let begun = app.apply(Input::RegisterCard { card, chip, now: app.now() }).await;
    let registered = acts::registered(&app, Subject::Card(order.asn), begun).await?;
    sealed(registered.0.repeat, profile.encode().as_slice())
}

/// Begin a PSAM, and hear what it is to be made of
///
/// As for a card. It belongs to the station for ever. The key behind its random numbers is left zero.
#[utoipa::path(
    post, path = "/v1/psams/{tid}/profile", tag = "operators", params(("tid" = String, Path)),
    request_body = IssuePsam, security(("operator" = [])),
    responses(
        (status = 200, body = Profile),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn psam(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(tid): InPath<String>,
    Document(asked): Document<IssuePsam>,
) -> Result<impl IntoResponse, Refused> {
    let serial = bytes("serial", &asked.serial)?.try_into();
    let order = PsamOrder {
        tid: parsed("tid", &tid)?,
        serial: serial.map_err(|_| Refused::malformed("serial: want 10 bytes"))?,
        first_ttc: asked.first_ttc,
    };
    // What no certificate can carry, no station could ever say that it is.
    let station: pki::Name = parsed("station", &asked.station)?;
    let chip = words::chip(Some(&asked.chip))?;
    let profile = psam_profile(app.vault(), &order, DRAWN_THERE).map_err(not_dispersed)?;
    let (tid, station) = (order.tid, station.as_str().to_owned());
    let begun = app.apply(Input::RegisterPsam { tid, station, expiry: None, chip }).await;
    let registered = acts::registered(&app, Subject::Psam(tid), begun).await?;
    sealed(registered.0.repeat, profile.encode().as_slice())
}

fn card_order(asn: &str, asked: &IssueCard) -> Result<CardOrder, Refused> {
    let purse: Purse = words::purse(&asked.purse)?;
    let PurseOpening { balance, limit, ctc, otc } = words::opening_of("opening", &asked.opening)?;
    let aid = Aid::new(&bytes("aid", &asked.aid)?);
    Ok(CardOrder {
        asn: parsed("asn", asn)?,
        purse,
        opening: card::Opening { balance, limit, ctc, otc },
        aid: aid.ok_or_else(|| Refused::malformed("aid: want 1 to 16 bytes"))?,
        start: date("start", &asked.start)?,
        expiry: date("expiry", &asked.expiry)?,
    })
}

fn date(field: &str, text: &str) -> Result<Date, Refused> {
    let date = bytes(field, text)?.try_into().ok().and_then(Date::from_bytes);
    date.ok_or_else(|| Refused::malformed(format!("{field}: want a date as YYYYMMDD")))
}

fn not_dispersed(_: NotDispersed) -> Refused {
    host::Refusal::KeyVersionUnknown.into()
}

fn no_way_over(error: NoWayOver) -> Refused {
    match error {
        NoWayOver::NotDispersed(error) => not_dispersed(error),
        error => Refused::malformed(format!("begin_with: {error}")),
    }
}

/// The bytes wipe themselves when they are out.
fn sealed(repeat: bool, profile: &[u8]) -> Result<impl IntoResponse + use<>, Refused> {
    let profile = Secret(Zeroizing::new(hex::encode(profile)));
    let text = serde_json::to_vec(&Profile { repeat, profile }).map_err(|_| Refused::bug())?;
    let body = Body::from(Bytes::from_owner(Zeroizing::new(text)));
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body))
}
