//! The ledger.

use ::api::Page;
use ::api::ledger::{Account, Posting, TrialBalance};
use ::api::problem::Problem;
use axum::Json;
use axum::extract::State;
use store::Cursor;

use crate::app::Shared;
use crate::body::Asked;
use crate::caller::AsOperator;
use crate::paging::{Paging, page_by_lanes};
use crate::problem::Refused;
use crate::words;

/// Every account, and their sum, which is zero
#[utoipa::path(
    get, path = "/v1/accounts", tag = "operators", security(("operator" = [])),
    responses(
        (status = 200, body = TrialBalance),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn accounts(
    State(app): State<Shared>,
    _: AsOperator,
) -> Result<Json<TrialBalance>, Refused> {
    let (trial, sum) = app
        .look(|centre| {
            let trial = centre.trial_balance();
            (trial.accounts, trial.sum)
        })
        .await?;
    let units = |sum: i128| i64::try_from(sum).map_err(|_| host::Refusal::LedgerOverflow);
    let mut accounts = Vec::new();
    for (account, balance) in &trial {
        accounts.push(Account { account: account.to_string(), balance: units(*balance)? });
    }
    Ok(Json(TrialBalance { accounts, sum: units(sum)? }))
}

/// The postings, oldest first
#[utoipa::path(
    get, path = "/v1/postings", tag = "operators", params(Paging), security(("operator" = [])),
    responses(
        (status = 200, body = Page<Posting>),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn postings(
    State(app): State<Shared>,
    _: AsOperator,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Page<Posting>>, Refused> {
    let most = paging.most()?;
    let after: Cursor = paging.after(|text| text.parse().ok())?.unwrap_or_default();
    let known = after.clone();
    let postings = app.read(move |reader| reader.postings(&known, most)).await?;
    Ok(Json(page_by_lanes(after, &postings, most, words::posting)))
}
