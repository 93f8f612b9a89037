//! The demo over HTTP: the page, the stations, the centre and the hands behind one listener.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::Stream;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tower::ServiceExt as _;

use crate::demo::Demo;
use crate::documents::{
    Books, Hose, LinkSwitched, Place, Speed, Switched, Tear, World as Shown, WorldEvent,
};
use crate::page::Page;
use crate::pump::Lifted;
use crate::readers::TearAt;
use crate::refusal::Refusal;
use crate::show;

/// Whoever comes for the first time hears what was told among so many events.
const BACK: u64 = 300;

/// What handlers share.
type Shared = Arc<Demo>;
type Done = Result<StatusCode, Refusal>;

/// Everything under one root.
pub fn router(demo: Shared, page: Page) -> Router {
    let hands = Router::new()
        .route("/world", get(world))
        .route("/books", get(books))
        .route("/events", get(events))
        .route("/cards/{asn}/insert", post(insert))
        .route("/cards/{asn}/pull", post(pull))
        .route("/cards/{asn}/tear", post(tear))
        .route("/stations/{name}/nozzles/{nozzle}/hose", post(hose))
        .route("/stations/{name}/power", post(power))
        .route("/stations/{name}/link", post(link))
        .route("/speed", post(speed))
        .route("/stories", axum::routing::delete(stop_story))
        .route("/stories/{name}", post(begin_story).delete(stop_story))
        .route("/reset", post(reset))
        .fallback(|uri: Uri| async move { Refusal::NoSuchPlace(uri.path().to_owned()) });
    Router::new()
        .nest("/demo/v1", hands)
        .route("/centre/{*rest}", axum::routing::any(centre))
        .route("/stations/{name}/{*rest}", axum::routing::any(station))
        .with_state(demo)
        .fallback(move |uri: Uri| async move { page.answer(&uri) })
        .layer(from_fn(from_here))
}

/// A page of another site, opened in a browser on this machine, must not play with the demo.
async fn from_here(request: Request, next: Next) -> Response {
    if pki::is_from_here(request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "this demo is for this machine alone\n").into_response()
}

async fn world(State(demo): State<Shared>) -> Json<Shown> {
    Json(show::world(&demo.world(), demo.story()))
}

async fn books(State(demo): State<Shared>) -> Result<Json<Books>, Refusal> {
    loop {
        let world = demo.world();
        let asked = Arc::clone(&world);
        let reading = tokio::task::spawn_blocking(move || asked.books());
        let read = reading.await.map_err(|error| Refusal::Failed(error.to_string()))?;
        // Of a world that was replaced meanwhile the journals may be gone.
        if Arc::ptr_eq(&world, &demo.world()) {
            return read.map(Json).map_err(Refusal::Failed);
        }
    }
}

async fn insert(
    State(demo): State<Shared>,
    Path(asn): Path<String>,
    Json(place): Json<Place>,
) -> Done {
    demo.world().insert(&asn, &place.station, place.nozzle)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn pull(State(demo): State<Shared>, Path(asn): Path<String>) -> Done {
    demo.world().pull(&asn)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn tear(State(demo): State<Shared>, Path(asn): Path<String>, Json(tear): Json<Tear>) -> Done {
    let name = tear.at.as_deref().unwrap_or("next");
    let at = TearAt::of(name).ok_or_else(|| {
        Refusal::Malformed(format!("`{name}` is none of next, lock, debit, unlock, load, purchase"))
    })?;
    demo.world().tear(&asn, tear.on.then_some(at))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn hose(
    State(demo): State<Shared>,
    Path((name, nozzle)): Path<(String, u8)>,
    Json(hose): Json<Hose>,
) -> Done {
    let tank = hose.quantity.filter(|_| hose.lifted);
    demo.world().hose(&name, nozzle, Lifted { lifted: hose.lifted, tank })?;
    Ok(StatusCode::NO_CONTENT)
}

async fn power(
    State(demo): State<Shared>,
    Path(name): Path<String>,
    Json(switched): Json<Switched>,
) -> Done {
    let world = demo.world();
    world.power(world.house(&name)?, switched.on).await.map_err(Refusal::Failed)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn link(
    State(demo): State<Shared>,
    Path(name): Path<String>,
    Json(switched): Json<LinkSwitched>,
) -> Done {
    demo.world().link(&name, switched.up)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn speed(State(demo): State<Shared>, Json(speed): Json<Speed>) -> Done {
    demo.world().set_speed(speed.factor)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn begin_story(State(demo): State<Shared>, Path(name): Path<String>) -> Done {
    demo.play(&name)?;
    Ok(StatusCode::ACCEPTED)
}

async fn stop_story(State(demo): State<Shared>) -> StatusCode {
    demo.stop_story().await;
    StatusCode::NO_CONTENT
}

async fn reset(State(demo): State<Shared>) -> Done {
    demo.reset().await.map_err(Refusal::Failed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// From the number in `Last-Event-ID` on; without one, the last lines and what comes.
async fn events(
    State(demo): State<Shared>,
    ending: pki::Ending,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let told = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let last = demo.timeline.listen();
    let from = told.and_then(|text| text.parse().ok());
    let now = *last.borrow();
    // Who comes for the first time, or from another run of the demo, looks at everything.
    let lost = from.is_none_or(|number| demo.timeline.after(number).is_none());
    let sites = demo.timeline.listen_at();
    let state = Listener { demo, last, sites, number: from.unwrap_or(now), lost };
    let stream = futures_util::stream::unfold(state, |mut state| async move {
        let events = state.next().await?;
        Some((futures_util::stream::iter(events.into_iter().map(Ok)), state))
    });
    let stream = futures_util::StreamExt::flatten(stream);
    let stream = futures_util::StreamExt::take_until(stream, Box::pin(ending.reached()));
    Sse::new(stream).keep_alive(KeepAlive::default())
}

struct Listener {
    demo: Shared,
    last: tokio::sync::watch::Receiver<u64>,
    sites: broadcast::Receiver<Arc<WorldEvent>>,
    number: u64,
    lost: bool,
}

impl Listener {
    async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            if std::mem::take(&mut self.lost) {
                return Some(self.look_back());
            }
            self.last.borrow_and_update();
            match self.demo.timeline.after(self.number) {
                None => self.lost = true,
                Some(told) if told.is_empty() => tokio::select! {
                    changed = self.last.changed() => changed.ok()?,
                    at = self.sites.recv() => return self.at(at),
                },
                Some(told) => {
                    self.number = told.last().map_or(self.number, |(number, _)| *number);
                    return Some(told.iter().map(|(number, told)| event(*number, told)).collect());
                }
            }
        }
    }
}

impl Listener {
    /// What happened at a station; that everything is to be looked at, where some of it was missed.
    fn at(&self, at: Result<Arc<WorldEvent>, RecvError>) -> Option<Vec<Event>> {
        match at {
            Ok(told) => Some(vec![Event::default().data(text(&told))]),
            Err(RecvError::Lagged(_)) => Some(vec![self.changed("world")]),
            Err(RecvError::Closed) => None,
        }
    }

    fn changed(&self, part: &str) -> Event {
        event(self.number, &WorldEvent::Changed { part: part.to_owned() })
    }

    /// The last lines, and that everything is to be looked at.
    fn look_back(&mut self) -> Vec<Event> {
        self.last.borrow_and_update();
        let (last, lines) = self.demo.timeline.look_back(BACK, &self.demo.world().id);
        self.number = last;
        let lines = lines.iter().map(|(number, told)| event(*number, told));
        lines.chain(["world", "books"].map(|part| self.changed(part))).collect()
    }
}

fn event(number: u64, told: &WorldEvent) -> Event {
    Event::default().id(number.to_string()).data(text(told))
}

fn text(told: &WorldEvent) -> String {
    // The documents hold nothing that JSON cannot.
    serde_json::to_string(told).unwrap_or_default()
}

async fn centre(State(demo): State<Shared>, request: Request) -> Response {
    pass(demo.world().office.router(), "/centre", request).await
}

async fn station(
    State(demo): State<Shared>,
    Path((name, _)): Path<(String, String)>,
    request: Request,
) -> Response {
    let world = demo.world();
    match world.house(&name) {
        Ok(house) => pass(house.router(), &format!("/stations/{name}"), request).await,
        Err(refusal) => refusal.into_response(),
    }
}

/// Passes a request on to whom it is for, as if he had been asked himself.
async fn pass(to: Router, prefix: &str, request: Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let path = path.strip_prefix(prefix).filter(|path| path.starts_with('/')).unwrap_or("/");
    let Ok(uri) = path.parse::<Uri>() else { return StatusCode::BAD_REQUEST.into_response() };
    let mut answer = to.oneshot(afresh(request, uri)).await.into_response();
    // It sends whoever asked to another place of its own, and does not know that all of it is nested here.
    let place = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok());
    let place = place.filter(|place| place.starts_with('/') && !place.starts_with("//"));
    let place = place.and_then(|place| HeaderValue::try_from(format!("{prefix}{place}")).ok());
    place.map(|place| answer.headers_mut().insert(LOCATION, place));
    answer
}

/// The same request to another place: it knows who asks, but not the parts of the path that it came by, which the next
/// router would count as its own.
fn afresh(request: Request, uri: Uri) -> Request {
    let (mut old, body) = request.into_parts();
    let mut new = Request::new(body);
    *new.method_mut() = old.method;
    *new.uri_mut() = uri;
    *new.version_mut() = old.version;
    *new.headers_mut() = old.headers;
    let extensions = new.extensions_mut();
    old.extensions.remove::<pki::Peer>().map(|peer| extensions.insert(peer));
    old.extensions.remove::<pki::Ending>().map(|ending| extensions.insert(ending));
    let remote = old.extensions.remove::<ConnectInfo<SocketAddr>>();
    remote.map(|remote| extensions.insert(remote));
    new
}
