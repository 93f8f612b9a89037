//! What operators do about cards and PSAMs: issuing confirmed, blocks, losses, alarms lifted, chips given up.

use ::api::problem::Problem;
use ::api::register::{Acted, Issued, NewAct, Registered};
use axum::Json;
use axum::extract::State;
use host::{ActApproval, ActOrder, Answer, Input, Measure, Refusal, Subject};

use crate::app::Shared;
use crate::body::{Document, InPath, parsed};
use crate::caller::AsOperator;
use crate::problem::Refused;
use crate::words;

/// The answer to a registration; a refusal names the chip that the number was begun on.
pub(super) async fn registered(
    app: &Shared,
    subject: Subject,
    answered: Result<Answer, Refused>,
) -> Result<Json<Registered>, Refused> {
    match answered {
        Ok(Answer::Registered(host::Registered { repeat })) => Ok(Json(Registered { repeat })),
        Ok(_) => Err(Refused::bug()),
        Err(refused) if refused.is(Refusal::BegunOnAnotherChip) => {
            let begun = app.look(move |centre| begun_on(centre.books(), subject)).await?;
            let on =
                begun.map_or("no chip that was named".to_owned(), |chip| format!("chip {chip}"));
            Err(refused.because(format!("it was begun on {on}")))
        }
        Err(refused) => Err(refused),
    }
}

fn begun_on(books: &impl host::Books, subject: Subject) -> Option<host::Chip> {
    match subject {
        Subject::Card(asn) => books.card(asn)?.life.chip,
        Subject::Psam(tid) => books.psam(tid)?.life.chip,
    }
}

async fn issued(
    app: &Shared,
    subject: Subject,
    issued: Issued,
) -> Result<Json<Registered>, Refused> {
    let chip = words::chip(issued.chip.as_deref())?;
    let confirmed = app.apply(Input::ConfirmIssue { subject, chip, now: app.now() }).await;
    registered(app, subject, confirmed).await
}

async fn act(
    app: &Shared,
    subject: Subject,
    maker: String,
    asked: NewAct,
) -> Result<Json<Acted>, Refused> {
    let measure = Measure::from_name(&asked.measure);
    let wrong = || {
        let names: Vec<&str> = Measure::ALL.iter().map(|measure| measure.name()).collect();
        Refused::malformed(format!("measure: want one of {}", names.join(", ")))
    };
    let (measure, now) = (measure.ok_or_else(wrong)?, app.now());
    let NewAct { seen, reason, .. } = asked;
    let order = ActOrder { subject, measure, seen, maker, reason, now };
    acted(&app.apply(Input::Act(order)).await?)
}

async fn approve(
    app: &Shared,
    subject: Subject,
    number: u32,
    checker: String,
) -> Result<Json<Acted>, Refused> {
    let approval = ActApproval { subject, number, checker, now: app.now() };
    acted(&app.apply(Input::ApproveAct(approval)).await?)
}

fn acted(answer: &Answer) -> Result<Json<Acted>, Refused> {
    match answer {
        Answer::Acted(host::Acted { number, state, repeat }) => {
            Ok(Json(Acted { number: *number, state: state.name().to_owned(), repeat: *repeat }))
        }
        _ => Err(Refused::bug()),
    }
}

/// Say that a card was made and is out
#[utoipa::path(
    post, path = "/v1/cards/{asn}/issued", tag = "operators", params(("asn" = String, Path)),
    request_body = Issued, security(("operator" = [])),
    responses(
        (status = 200, body = Registered),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn card_issued(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(asn): InPath<String>,
    Document(asked): Document<Issued>,
) -> Result<Json<Registered>, Refused> {
    issued(&app, Subject::Card(parsed("asn", &asn)?), asked).await
}

/// Do something about a card
///
/// It becomes the next act in the history, if nothing else was done since it was looked at. What needs two persons
/// counts once another one approved it.
#[utoipa::path(
    post, path = "/v1/cards/{asn}/acts", tag = "operators", params(("asn" = String, Path)),
    request_body = NewAct, security(("operator" = [])),
    responses(
        (status = 200, body = Acted),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn act_on_card(
    State(app): State<Shared>,
    AsOperator(maker): AsOperator,
    InPath(asn): InPath<String>,
    Document(asked): Document<NewAct>,
) -> Result<Json<Acted>, Refused> {
    act(&app, Subject::Card(parsed("asn", &asn)?), maker, asked).await
}

/// Approve what another operator ordered about a card
#[utoipa::path(
    post, path = "/v1/cards/{asn}/acts/{number}/approval", tag = "operators",
    params(("asn" = String, Path), ("number" = u32, Path)), security(("operator" = [])),
    responses(
        (status = 200, body = Acted),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn approve_on_card(
    State(app): State<Shared>,
    AsOperator(checker): AsOperator,
    InPath((asn, number)): InPath<(String, u32)>,
) -> Result<Json<Acted>, Refused> {
    approve(&app, Subject::Card(parsed("asn", &asn)?), number, checker).await
}

/// Say that a PSAM was made and is out
#[utoipa::path(
    post, path = "/v1/psams/{tid}/issued", tag = "operators", params(("tid" = String, Path)),
    request_body = Issued, security(("operator" = [])),
    responses(
        (status = 200, body = Registered),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn psam_issued(
    State(app): State<Shared>,
    _: AsOperator,
    InPath(tid): InPath<String>,
    Document(asked): Document<Issued>,
) -> Result<Json<Registered>, Refused> {
    issued(&app, Subject::Psam(parsed("tid", &tid)?), asked).await
}

/// Do something about a PSAM
///
/// It becomes the next act in the history, if nothing else was done since it was looked at. What needs two persons
/// counts once another one approved it.
#[utoipa::path(
    post, path = "/v1/psams/{tid}/acts", tag = "operators", params(("tid" = String, Path)),
    request_body = NewAct, security(("operator" = [])),
    responses(
        (status = 200, body = Acted),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn act_on_psam(
    State(app): State<Shared>,
    AsOperator(maker): AsOperator,
    InPath(tid): InPath<String>,
    Document(asked): Document<NewAct>,
) -> Result<Json<Acted>, Refused> {
    act(&app, Subject::Psam(parsed("tid", &tid)?), maker, asked).await
}

/// Approve what another operator ordered about a PSAM
#[utoipa::path(
    post, path = "/v1/psams/{tid}/acts/{number}/approval", tag = "operators",
    params(("tid" = String, Path), ("number" = u32, Path)), security(("operator" = [])),
    responses(
        (status = 200, body = Acted),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn approve_on_psam(
    State(app): State<Shared>,
    AsOperator(checker): AsOperator,
    InPath((tid, number)): InPath<(String, u32)>,
) -> Result<Json<Acted>, Refused> {
    approve(&app, Subject::Psam(parsed("tid", &tid)?), number, checker).await
}
