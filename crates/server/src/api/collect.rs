//! Collecting (protocol §9): reports of stations, any number of times, in any order.

use ::api::collect::{ReportTaken, Reports, ReportsTaken};
use ::api::problem::Problem;
use axum::Json;
use axum::extract::State;
use host::{Answer, Heard, Input, News, Output, is_final};
use wire::Report;

use crate::app::Shared;
use crate::body::Document;
use crate::caller::AsStation;
use crate::problem::{Refused, of_refusal};
use crate::words::news_name;

/// Most reports of a batch.
const MOST: usize = 512;

/// Report outcomes
///
/// What is answered is durable. A report that was heard before is answered again and changes nothing. Only the
/// station that owns a TID reports its outcomes; a TAC that a card shows may be reported by anybody. What is no report is
/// answered as not final, with a problem; the others are taken.
#[utoipa::path(
    post, path = "/v1/reports", tag = "stations", request_body = Reports,
    responses(
        (status = 200, body = ReportsTaken),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn report(
    State(app): State<Shared>,
    AsStation(station): AsStation,
    Document(batch): Document<Reports>,
) -> Result<Json<ReportsTaken>, Refused> {
    if batch.reports.len() > MOST {
        return Err(Refused::malformed(format!("reports: at most {MOST} at once")));
    }
    let now = app.now();
    let reports: Vec<Option<Report>> = batch.reports.iter().map(|text| decoded(text)).collect();
    let hear = |report: &Report| Input::Hear { station: station.0.clone(), report: *report, now };
    let inputs: Vec<Input> = reports.iter().flatten().map(hear).collect();
    let outputs = match inputs.is_empty() {
        true => Vec::new(),
        false => app.apply_all(inputs).await?,
    };
    let mut outputs = outputs.into_iter();
    let answer = |(place, report): (usize, &Option<Report>)| match report {
        Some(_) => outputs.next().map_or_else(|| refused(false, *Refused::bug().0), taken),
        // A newer station's, perhaps: it keeps this one, and the others are taken.
        None => {
            let wrong = format!("reports[{place}]: no report in hex that this centre knows");
            refused(false, *Refused::malformed(wrong).0)
        }
    };
    Ok(Json(ReportsTaken { answers: reports.iter().enumerate().map(answer).collect() }))
}

fn decoded(text: &str) -> Option<Report> {
    wire::record::decode(&hex::decode(text).ok()?)
}

fn taken(output: Output) -> ReportTaken {
    let heard = output.map(|answer| match answer {
        Answer::Heard(heard) => Some(heard),
        _ => None,
    });
    match heard {
        Ok(Some(heard)) => heard_words(heard),
        Ok(None) => refused(false, *Refused::bug().0),
        Err(refusal) => refused(is_final(&Err(refusal)), of_refusal(refusal)),
    }
}

fn heard_words(heard: Heard) -> ReportTaken {
    let reason = match heard.news {
        News::Quarantined(code) => Some(code.name().to_owned()),
        News::First | News::Upgrade | News::Repeat => None,
    };
    ReportTaken {
        r#final: is_final(&Ok(heard)),
        tid: heard.number.map(|(tid, _)| tid.to_string()),
        ttc: heard.number.map(|(_, ttc)| ttc.0),
        outcome: heard.outcome.map(|outcome| outcome.name().to_owned()),
        news: Some(news_name(heard.news).to_owned()),
        reason,
        problem: None,
    }
}

fn refused(r#final: bool, problem: Problem) -> ReportTaken {
    ReportTaken {
        r#final,
        tid: None,
        ttc: None,
        outcome: None,
        news: None,
        reason: None,
        problem: Some(problem),
    }
}
