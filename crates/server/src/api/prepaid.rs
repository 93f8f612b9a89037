//! Prepaid accounts: opened and funded by operators, charged by loads.

use ::api::Page;
use ::api::prepaid::{Funded, Funding as Paid, NewFunding, NewPrepaid, Prepaid};
use ::api::problem::Problem;
use ::api::register::Registered;
use axum::Json;
use axum::extract::State;
use host::{Account, Answer, Books as _, Funding, Input, PrepaidAccount, Refusal, StationId};

use crate::app::Shared;
use crate::body::{Asked, Document, InPath, parsed};
use crate::caller::AsOperator;
use crate::paging::{Paging, page};
use crate::problem::Refused;

/// Longest text of a name in bytes.
const LONGEST: usize = 128;

fn readable(field: &str, text: String) -> Result<String, Refused> {
    let sound = !text.trim().is_empty() && text.len() <= LONGEST;
    if sound && !text.chars().any(char::is_control) {
        return Ok(text);
    }
    Err(Refused::malformed(format!("{field}: want a name of at most {LONGEST} printable bytes")))
}

fn document(account: &PrepaidAccount, balance: i64) -> Prepaid {
    Prepaid {
        name: account.name.to_string(),
        holder: account.holder.clone(),
        stations: account.stations.iter().map(ToString::to_string).collect(),
        balance,
    }
}

fn units(balance: i128) -> Result<i64, Refusal> {
    i64::try_from(balance).map_err(|_| Refusal::LedgerOverflow)
}

/// Open a prepaid account
///
/// The same one again is a repeat.
#[utoipa::path(
    post, path = "/v1/prepaid", tag = "operators", request_body = NewPrepaid, security(("operator" = [])),
    responses(
        (status = 200, body = Registered),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn open(
    State(app): State<Shared>,
    _: AsOperator,
    Document(asked): Document<NewPrepaid>,
) -> Result<Json<Registered>, Refused> {
    let stations = asked.stations.into_iter().map(|name| readable("stations", name).map(StationId));
    let account = PrepaidAccount {
        name: parsed("name", &asked.name)?,
        holder: readable("holder", asked.holder)?,
        stations: stations.collect::<Result<_, _>>()?,
    };
    match app.apply(Input::OpenPrepaid(account)).await? {
        Answer::Registered(host::Registered { repeat }) => Ok(Json(Registered { repeat })),
        _ => Err(Refused::bug()),
    }
}

/// The prepaid accounts
#[utoipa::path(
    get, path = "/v1/prepaid", tag = "operators", params(Paging), security(("operator" = [])),
    responses(
        (status = 200, body = Page<Prepaid>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn accounts(
    State(app): State<Shared>,
    _: AsOperator,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Prepaid>>, Refused> {
    let (most, after) = (paging.most()?, paging.after(|text| text.parse().ok())?);
    let accounts = app.read(move |reader| reader.prepaid(after, most)).await?;
    let name = |(account, _): &(PrepaidAccount, i64)| account.name.to_string();
    Ok(Json(page(&accounts, most, name, |(account, balance)| document(account, *balance))))
}

/// A prepaid account
#[utoipa::path(
    get, path = "/v1/prepaid/{name}", tag = "operators", params(("name" = String, Path)), security(("operator" = [])),
    responses(
        (status = 200, body = Prepaid),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn account(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(name): InPath<String>,
) -> Result<Json<Prepaid>, Refused> {
    let name = parsed("name", &name)?;
    let found = app
        .look(move |centre| {
            let account = centre.books().prepaid(name)?;
            Some((account, centre.books().balance(&Account::Prepaid(name))))
        })
        .await?;
    let (account, balance) = found.ok_or(Refusal::AccountUnknown)?;
    Ok(Json(document(&account, units(balance)?)))
}

/// Enter what was paid into a prepaid account, or is paid back
///
/// One reference is one payment: sent again, it is posted once.
#[utoipa::path(
    post, path = "/v1/prepaid/{name}/fundings", tag = "operators", params(("name" = String, Path)),
    request_body = NewFunding, security(("operator" = [])),
    responses(
        (status = 200, body = Funded),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn fund(
    State(app): State<Shared>,
    AsOperator(maker): AsOperator,
    InPath(name): InPath<String>,
    Document(asked): Document<NewFunding>,
) -> Result<Json<Funded>, Refused> {
    let NewFunding { reference, amount } = asked;
    let funding =
        Funding { name: parsed("name", &name)?, reference, amount, maker, now: app.now() };
    match app.apply(Input::FundPrepaid(funding)).await? {
        Answer::Funded(host::Funded { balance, repeat }) => {
            Ok(Json(Funded { balance: units(balance)?, repeat }))
        }
        _ => Err(Refused::bug()),
    }
}

/// What was paid into a prepaid account, and back, by reference
#[utoipa::path(
    get, path = "/v1/prepaid/{name}/fundings", tag = "operators", params(("name" = String, Path), Paging),
    security(("operator" = [])),
    responses(
        (status = 200, body = Page<Paid>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn fundings(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(name): InPath<String>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Paid>>, Refused> {
    let name = parsed("name", &name)?;
    let most = paging.most()?;
    let after = paging.after(reference_of)?.unwrap_or_default();
    let paid = app.read(move |reader| reader.fundings(name, &after, most)).await?;
    let document = |funding: &Funding| Paid {
        reference: funding.reference.clone(),
        amount: funding.amount,
        maker: funding.maker.clone(),
        date: funding.now.date.to_string(),
        time: funding.now.time.to_string(),
    };
    // A reference may hold what no address does.
    Ok(Json(page(&paid, most, |funding| hex::encode(&funding.reference), document)))
}

fn reference_of(cursor: &str) -> Option<String> {
    String::from_utf8(hex::decode(cursor).ok()?).ok().filter(|text| !text.contains('\0'))
}
