//! What happens at a station as server-sent events. The cursor of each is the run of the station and its number; whoever
//! comes without one, or with one of another run or of long ago, is first told how each nozzle is.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use ::api::problem::Problem as Stated;
use ::api::site::Happened;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use forecourt::{Feed, Forecourt};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::Deserialize;
use tokio::sync::watch;
use utoipa::IntoParams;

use crate::app::Shared;
use crate::body::Asked;
use crate::caller::AsOperator;
use crate::problem::Problem;

/// A line now and then, so that a dead connection is noticed.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How soon a page that lost its stream comes again.
const COME_AGAIN: Duration = Duration::from_millis(500);

/// From where.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct From {
    /// The id of the last event that was heard. `Last-Event-ID` says the same, and goes first.
    after: Option<String>,
}

/// Hear what happens, live
///
/// Server-sent events; the data of each is JSON with `event` = `nozzle`, `ended`, `apdu`, `journal`, `centre`, `list` or
/// `warned`. A stream without a place, or one whose place is not kept any more, begins with each nozzle as it is now.
#[utoipa::path(
    get, path = "/v1/events", tag = "station", params(From),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = "4XX", body = Stated, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn events(
    State(app): State<Shared>,
    _: AsOperator,
    headers: HeaderMap,
    Asked(from): Asked<From>,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Problem> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = last.map(str::to_owned).or(from.after);
    let mut listener = Listener::new(&app);
    listener.resume(after.as_deref());
    app.figures.streams.inc();
    let here = Here(Shared::clone(&app));
    let stream = unfold((listener, here), |(mut listener, here)| async move {
        let (cursor, happened) = listener.next().await?;
        let data = serde_json::to_string(&*happened).unwrap_or_default();
        let sent = Sent::default().id(cursor).retry(COME_AGAIN).data(data);
        Some((Ok(sent), (listener, here)))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE)))
}

/// Counts a stream for as long as it is open.
struct Here(Shared);

impl Drop for Here {
    fn drop(&mut self) {
        self.0.figures.streams.dec();
    }
}

struct Listener {
    instance: String,
    station: watch::Receiver<Option<Arc<Forecourt>>>,
    closing: watch::Receiver<bool>,
    /// What this stream listens to, and the number of the last event that was told; nothing before the first.
    place: Option<Place>,
    waiting: VecDeque<(Cursor, Arc<Happened>)>,
}

/// The number of an event. A look at the nozzles has none before its last one: whoever heard half of it begins anew.
type Cursor = Option<u64>;

struct Place {
    feed: Arc<Feed>,
    told: u64,
    news: watch::Receiver<u64>,
}

impl Listener {
    fn new(app: &Shared) -> Self {
        let (instance, mut station) = (app.instance().to_owned(), app.station());
        // The station that is here now is the first news.
        station.mark_changed();
        Self { instance, station, closing: app.closing(), place: None, waiting: VecDeque::new() }
    }

    /// Goes on behind an event of this run that is still kept.
    fn resume(&mut self, after: Option<&str>) {
        let number = after.and_then(|after| after.strip_prefix(&self.instance));
        let number = number.and_then(|rest| rest.strip_prefix(':')?.parse::<u64>().ok());
        let feed = self.station.borrow().as_ref().map(|station| Arc::clone(station.feed()));
        if let (Some(told), Some(feed)) = (number, feed)
            && feed.after(told).is_some()
        {
            self.station.mark_unchanged();
            self.place = Some(Place { told, news: feed.listen(), feed });
        }
    }

    /// The next event; nothing when the server stops.
    async fn next(&mut self) -> Option<(String, Arc<Happened>)> {
        loop {
            if self.station.has_changed().unwrap_or(true) {
                self.look_anew().await;
            }
            if let Some((cursor, happened)) = self.waiting.pop_front() {
                let number = cursor.map(|number| number.to_string()).unwrap_or_default();
                return Some((format!("{}:{number}", self.instance), happened));
            }
            match self.place.as_mut().map(Place::read) {
                Some(Some(told)) if told.is_empty() => {}
                Some(Some(told)) => {
                    self.waiting.extend(told);
                    continue;
                }
                // Too slow: some of it is not kept any more.
                Some(None) => {
                    self.look_anew().await;
                    continue;
                }
                None => {}
            }
            if !self.wait().await {
                return None;
            }
        }
    }

    /// Waits for something to tell; false when there will be nothing more.
    async fn wait(&mut self) -> bool {
        let news = async {
            match &mut self.place {
                Some(place) => place.news.changed().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // A sender that is gone closes, too.
            _ = self.closing.wait_for(|closing| *closing) => false,
            changed = self.station.changed() => {
                self.station.mark_changed();
                changed.is_ok()
            }
            heard = news => {
                if !heard {
                    // Its feed is gone: the next station has one.
                    self.place = None;
                }
                true
            }
        }
    }

    /// How each nozzle is now, and from there on what happens.
    async fn look_anew(&mut self) {
        self.waiting.clear();
        let station = self.station.borrow_and_update().clone();
        let Some(station) = station else {
            self.place = None;
            return;
        };
        let feed = Arc::clone(station.feed());
        let news = feed.listen();
        // Before the look: what happens in between is told twice and not never.
        let told = *news.borrow();
        self.place = Some(Place { feed, told, news });
        let looked = tokio::task::spawn_blocking(move || station.site().nozzles).await;
        let nozzles = looked.unwrap_or_default().into_iter();
        let nozzles = nozzles.map(|nozzle| (None, Arc::new(Happened::Nozzle { nozzle })));
        self.waiting.extend(nozzles);
        if let Some((cursor, _)) = self.waiting.back_mut() {
            *cursor = Some(told);
        }
    }
}

impl Place {
    /// What was told since; `None` when some of it is not kept any more.
    fn read(&mut self) -> Option<Vec<(Cursor, Arc<Happened>)>> {
        self.news.mark_unchanged();
        let told = self.feed.after(self.told)?;
        self.told = told.last().map_or(self.told, |told| told.number);
        Some(told.into_iter().map(|told| (Some(told.number), told.happened)).collect())
    }
}
