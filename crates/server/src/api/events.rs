//! Events to stations as server-sent events: each with a cursor as its id, by which a station goes on where it was.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use ::api::problem::Problem;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Deserialize;
use store::{Cursor, Fed};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use utoipa::IntoParams;

use crate::app::Shared;
use crate::body::Asked;
use crate::caller::Known;
use crate::feed::AT_ONCE;
use crate::problem::Refused;

/// How often a silent stream says that the books were read and there is nothing new; and how often, while they are
/// being read, that the server is there.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// From where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct From {
    /// The id of the last event that was heard; all events without it. `Last-Event-ID` says the same.
    after: Option<String>,
}

/// Hear of grey records and blacklisted cards as they come
///
/// Server-sent events; the data of each is JSON with `event` = `grey`, `grey_gone`, `blacklisted` or `cleared`. One that is
/// named `fresh` has no data: the books were just read, and there was nothing behind its id. A comment only says that the
/// server is there.
#[utoipa::path(
    get, path = "/v1/events", tag = "stations", params(From),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn events(
    State(app): State<Shared>,
    _: Known,
    headers: HeaderMap,
    Asked(from): Asked<From>,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Refused> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = last.map(str::to_owned).or(from.after).unwrap_or_default();
    let cursor: Cursor = after.parse().map_err(Refused::malformed)?;
    // Listening begins before reading, so nothing falls in between.
    let news = app.feed.listen();
    let closing = app.feed.closing();
    let here = Here::new(&app);
    let read = VecDeque::new();
    let listener =
        Listener { app, cursor, news, closing, read, behind: true, fresh: false, _here: here };
    let stream = unfold(listener, |mut listener| async move {
        let next = listener.next().await?;
        let sent = Sent::default().id(listener.cursor.to_string());
        let sent = match next {
            Next::Fed(fed) => {
                listener.app.figures.sent.inc();
                sent.data(serde_json::to_string(&fed.event).unwrap_or_default())
            }
            Next::Fresh => sent.event(FRESH),
        };
        Some((Ok(sent), listener))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)))
}

/// The name of the event that says so.
const FRESH: &str = "fresh";

/// What is sent.
enum Next {
    Fed(Fed),
    /// The books were read, and there is nothing more in them.
    Fresh,
}

struct Listener {
    app: Shared,
    cursor: Cursor,
    news: Receiver<Arc<Fed>>,
    closing: watch::Receiver<bool>,
    /// Read from the books, to be sent.
    read: VecDeque<Fed>,
    /// There may be events in the books that were not read.
    behind: bool,
    /// The books were read to their end, and nobody was told so.
    fresh: bool,
    _here: Here,
}

/// Counts a stream for as long as it is open.
struct Here(Shared);

impl Here {
    fn new(app: &Shared) -> Self {
        app.figures.streams.inc();
        Self(Shared::clone(app))
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.0.figures.streams.dec();
    }
}

impl Listener {
    /// The next event; nothing when the server stops or the books are away: the station asks again.
    async fn next(&mut self) -> Option<Next> {
        loop {
            if let Some(fed) = self.read.pop_front() {
                self.cursor.pass(fed.lane, fed.number);
                return Some(Next::Fed(fed));
            }
            if self.behind {
                let cursor = self.cursor.clone();
                let read = self.app.read(move |reader| reader.events_after(&cursor, AT_ONCE)).await;
                let read = read.ok()?;
                self.behind = read.len() >= AT_ONCE;
                self.fresh = !self.behind;
                self.read.extend(read);
                continue;
            }
            if std::mem::take(&mut self.fresh) {
                return Some(Next::Fresh);
            }
            let news = tokio::select! {
                // A sender that is gone closes, too.
                _ = self.closing.wait_for(|closing| *closing) => return None,
                news = self.news.recv() => news,
                // Silence may also be a feed that cannot read.
                () = tokio::time::sleep(SIGN_OF_LIFE) => {
                    self.behind = true;
                    continue;
                }
            };
            match news {
                Ok(fed) if self.cursor.has_passed(fed.lane, fed.number) => {}
                // One in between was told before this listener was there: the books have it.
                Ok(fed) if !self.cursor.comes_next(fed.lane, fed.number) => self.behind = true,
                Ok(fed) => {
                    self.cursor.pass(fed.lane, fed.number);
                    return Some(Next::Fed(Fed::clone(&fed)));
                }
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }
}
