//! Cards.

use ::api::Page;
use ::api::problem::Problem;
use ::api::register::{Card, NewCard, Registered, ReplaceCard, Replaced};
use ::api::unlock::{SwitchAnswered, SwitchAsked, Unblock, UnblockAsked};
use axum::Json;
use axum::extract::State;
use host::{
    Account, Answer, Books as _, CardOpening, Codes as _, Input, ReplaceOrder, Subject,
    SwitchAnswer, SwitchRequest,
};
use store::Look;
use wire::response::InitUpdate;
use wire::{Asn, Date, Purse};

use super::acts;
use crate::app::Shared;
use crate::body::{Asked, Document, InPath, bytes, parsed};
use crate::caller::AsOperator;
use crate::paging::{Paging, page};
use crate::problem::Refused;
use crate::words;

/// Take a card into the books that is made with the centre's keys
///
/// Before its profile goes onto a blank chip: the same number on the same chip is a repeat, on another one a clone.
#[utoipa::path(
    post, path = "/v1/cards", tag = "operators", request_body = NewCard, security(("operator" = [])),
    responses(
        (status = 200, body = Registered),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn register(
    State(app): State<Shared>,
    _: AsOperator,
    Document(asked): Document<NewCard>,
) -> Result<Json<Registered>, Refused> {
    let card = CardOpening {
        asn: parsed("asn", &asked.asn)?,
        openings: [words::opening_of("ed", &asked.ed)?, words::opening_of("ep", &asked.ep)?],
        key_version: asked.key_version,
        expiry: words::expiry(asked.expiry.as_deref())?,
    };
    let chip = words::chip(asked.chip.as_deref())?;
    let begun = app.apply(Input::RegisterCard { card, chip, now: app.now() }).await;
    acts::registered(&app, Subject::Card(card.asn), begun).await
}

/// The cards
#[utoipa::path(
    get, path = "/v1/cards", tag = "operators", params(Paging), security(("operator" = [])),
    responses(
        (status = 200, body = Page<Card>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn cards(
    State(app): State<Shared>,
    _: AsOperator,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Card>>, Refused> {
    let (most, after) = (paging.most()?, paging.after(|text| text.parse().ok())?);
    let cards = app.read(move |reader| reader.cards(after, most)).await?;
    let (numbers, today): (Vec<Asn>, _) =
        (cards.iter().map(|card| card.opening.asn).collect(), app.now().date);
    let documents = app
        .look(move |centre| {
            let of = |asn: &Asn| document(centre, *asn, today);
            numbers.iter().filter_map(of).collect::<Vec<_>>()
        })
        .await?;
    let next = page(&cards, most, |card| card.opening.asn.to_string(), |_| ()).next;
    Ok(Json(Page { items: documents, next }))
}

/// A card
#[utoipa::path(
    get, path = "/v1/cards/{asn}", tag = "operators", params(("asn" = String, Path)), security(("operator" = [])),
    responses(
        (status = 200, body = Card),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn card(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(asn): InPath<String>,
) -> Result<Json<Card>, Refused> {
    let (asn, today) = (parsed("asn", &asn)?, app.now().date);
    let found = app.look(move |centre| document(centre, asn, today)).await?;
    found.map(Json).ok_or_else(|| host::Refusal::CardUnknown.into())
}

fn document(centre: Look<'_, '_>, asn: Asn, today: Date) -> Option<Card> {
    let books = centre.books();
    let card = books.card(asn)?;
    let [ed, ep] = &card.opening.openings;
    let units = |account: Account| i64::try_from(books.balance(&account)).unwrap_or(i64::MAX);
    Some(Card {
        asn: asn.to_string(),
        ed: words::opening(ed),
        ep: words::opening(ep),
        key_version: card.opening.key_version,
        key_versions: centre.key_versions(asn).unwrap_or_default(),
        expiry: card.opening.expiry.map(|last| last.to_string()),
        state: card.state(today).name().to_owned(),
        reason: card.blacklisted().map(|code| code.name().to_owned()),
        money: Purse::ALL.map(|purse| units(Account::Float(asn, purse))),
        reserved: Purse::ALL.map(|purse| units(Account::Reserved(asn, purse))),
        life: words::life(&card.life),
    })
}

/// The code that unblocks a locked application
///
/// It leaves balance, mark and unread TAC as they are; the unlock can follow (protocol §5).
#[utoipa::path(
    post, path = "/v1/cards/{asn}/unblock", tag = "operators", params(("asn" = String, Path)),
    request_body = UnblockAsked, security(("operator" = [])),
    responses(
        (status = 200, body = Unblock),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn unblock(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(asn): InPath<String>,
    Document(asked): Document<UnblockAsked>,
) -> Result<Json<Unblock>, Refused> {
    let asn = parsed("asn", &asn)?;
    let (challenge, version) = (four_bytes(&asked.challenge)?, asked.key_version);
    match app.apply(Input::Unblock { asn, version, challenge, now: app.now() }).await? {
        Answer::Unblocked(mac) => Ok(Json(Unblock { mac: mac.to_string() })),
        _ => Err(Refused::bug()),
    }
}

fn four_bytes(challenge: &str) -> Result<[u8; 4], Refused> {
    let four = bytes("challenge", challenge)?.try_into();
    four.map_err(|_| Refused::malformed("challenge: want 4 bytes"))
}

/// Bring a card over to other keys that it holds
///
/// The card proves which keys it uses; the answer is the code of SWITCH KEYS, or nothing once it has proved the new
/// ones. Asked again after every attempt, also one whose answer was lost.
#[utoipa::path(
    post, path = "/v1/cards/{asn}/switch", tag = "operators", params(("asn" = String, Path)),
    request_body = SwitchAsked, security(("operator" = [])),
    responses(
        (status = 200, body = SwitchAnswered),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn switch(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(asn): InPath<String>,
    Document(asked): Document<SwitchAsked>,
) -> Result<Json<SwitchAnswered>, Refused> {
    let init = InitUpdate::parse(&bytes("init", &asked.init)?);
    let init =
        init.ok_or_else(|| Refused::malformed("init: no answer to INITIALIZE FOR UPDATE"))?;
    let newest = || app.look(|centre| centre.vault().versions().into_iter().next());
    let to = match asked.to {
        Some(to) => to,
        None => newest().await?.ok_or(host::Refusal::KeyVersionUnknown)?,
    };
    let request = SwitchRequest {
        asn: parsed("asn", &asn)?,
        to,
        tid: parsed("tid", &asked.tid)?,
        init,
        challenge: four_bytes(&asked.challenge)?,
        now: app.now(),
    };
    let mac = match app.apply(Input::Switch(request)).await? {
        Answer::Switch(SwitchAnswer::Send(mac)) => Some(mac.to_string()),
        Answer::Switch(SwitchAnswer::Done) => None,
        _ => return Err(Refused::bug()),
    };
    Ok(Json(SwitchAnswered { to, mac }))
}

/// Replace a lost card, with what the books prove
#[utoipa::path(
    post, path = "/v1/cards/{asn}/replacement", tag = "operators", params(("asn" = String, Path)),
    request_body = ReplaceCard, security(("operator" = [])),
    responses(
        (status = 200, body = Replaced),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn replace(
    State(app): State<Shared>,
    AsOperator(caller): AsOperator,
    InPath(asn): InPath<String>,
    Document(asked): Document<ReplaceCard>,
) -> Result<Json<Replaced>, Refused> {
    let ReplaceCard { maker, checker, reason } = asked;
    // Who orders is who asks: nobody orders under another name.
    if maker != caller {
        return Err(Refused::malformed(format!("maker: you are {caller}")));
    }
    let order = ReplaceOrder { asn: parsed("asn", &asn)?, maker, checker, reason, now: app.now() };
    match app.apply(Input::Replace(order)).await? {
        Answer::Replaced(host::Replaced { money, repeat }) => Ok(Json(Replaced { money, repeat })),
        _ => Err(Refused::bug()),
    }
}
