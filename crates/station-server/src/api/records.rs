//! Receipts, papers and grey records.

use ::api::lists::GreyRecord;
use ::api::problem::Problem as Stated;
use ::api::site::{PaperShown, PaperTaken, ReceiptShown};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use wire::record::{decode, encode};
use wire::{LockId, Tid, Ttc};

use crate::app::Shared;
use crate::body::{Document, InPath};
use crate::caller::{AsOperator, Known};
use crate::problem::Problem;

/// The receipt of a delivery
///
/// As JSON, as `text/plain`, or as `image/png` with the grey record as a QR code.
#[utoipa::path(
    get, path = "/v1/receipts/{tid}/{ttc}", tag = "records",
    params(("tid" = String, Path), ("ttc" = u32, Path)),
    responses(
        (status = 200, content(
            (ReceiptShown = "application/json"), (String = "text/plain"), (Vec<u8> = "image/png")
        )),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn receipt(
    State(app): State<Shared>,
    _: AsOperator,
    headers: HeaderMap,
    InPath((tid, ttc)): InPath<(String, u32)>,
) -> Result<Response, Problem> {
    let form = Form::wanted(&headers)?;
    let tid: Tid = tid.parse().map_err(|_| Problem::malformed("tid: want 12 hex digits"))?;
    let look = move |station: &forecourt::Forecourt| {
        let receipt = station.receipt(tid, Ttc(ttc));
        Ok(receipt.map(|receipt| (receipt.lines(), station.paper(tid, Ttc(ttc)))))
    };
    let found = app.ask(look).await?;
    let (lines, paper) = found.ok_or_else(|| Problem::not_found("no such delivery ended here"))?;
    let paper = paper.map(|paper| paper.to_text());
    Ok(match form {
        Form::Document => Json(ReceiptShown { lines, paper }).into_response(),
        Form::Text => format!("{}\n", lines.join("\n")).into_response(),
        Form::Picture => {
            let drawn = tokio::task::spawn_blocking(move || {
                receipt::picture::png(&lines, paper.as_deref())
            });
            let picture = drawn.await.map_err(|_| Problem::bug())?.map_err(|_| Problem::bug())?;
            ([(CONTENT_TYPE, "image/png")], picture).into_response()
        }
    })
}

#[derive(Clone, Copy)]
enum Form {
    Document,
    Text,
    Picture,
}

impl Form {
    /// The first kind that is accepted, in the client's order: a page's `<img>` asks for pictures first.
    fn wanted(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(accept) = headers.get(ACCEPT) else { return Ok(Self::Document) };
        let accept = accept.to_str().unwrap_or_default();
        let form = |kind: &str| match kind.split(';').next().unwrap_or_default().trim() {
            "application/json" | "application/*" | "*/*" => Some(Self::Document),
            "text/plain" | "text/*" => Some(Self::Text),
            "image/png" | "image/*" => Some(Self::Picture),
            _ => None,
        };
        accept.split(',').find_map(form).ok_or_else(Problem::not_acceptable)
    }
}

/// Show a grey record on paper
///
/// A station that believes it frees the record's card with it.
#[utoipa::path(
    post, path = "/v1/papers", tag = "records", request_body = PaperShown,
    responses(
        (status = 200, body = PaperTaken),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show_paper(
    State(app): State<Shared>,
    _: AsOperator,
    Document(paper): Document<PaperShown>,
) -> Result<Json<PaperTaken>, Problem> {
    let papers = app.papers().ok_or_else(Problem::no_papers)?;
    let shown = move |station: &forecourt::Forecourt| {
        let taken = papers.show(&paper.text);
        if taken.is_ok() {
            station.look_again();
        }
        Ok(taken)
    };
    app.ask(shown).await?.map(Json).map_err(Problem::paper_not_believed)
}

/// This station's own record of a lock, claimed and not settled
///
/// For stations nearby while the centre is away. The lock is named by its id of docs/formats.md in hex.
#[utoipa::path(
    get, path = "/v1/grey-records/{lock}", tag = "records", params(("lock" = String, Path)),
    responses(
        (status = 200, body = GreyRecord),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn grey_record(
    State(app): State<Shared>,
    _: Known,
    InPath(lock): InPath<String>,
) -> Result<Json<GreyRecord>, Problem> {
    let id = hex::decode(&lock).ok().and_then(|bytes| decode::<LockId>(&bytes));
    let id = id.ok_or_else(|| Problem::malformed("lock: want a lock id in hex"))?;
    let record = app.ask(move |station| Ok(station.grey_record(&id))).await?;
    let record = record.ok_or_else(|| Problem::not_found("no record of this lock is open here"))?;
    Ok(Json(GreyRecord { record: hex::encode(encode(&record).as_slice()) }))
}
