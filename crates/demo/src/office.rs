//! The centre, as `greylock host serve --dev` runs it: the same server over the same books, on a loopback port.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use api::STATION_HEADER;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn};
use host::{Centre, Input, MemoryBooks, Notice, Posting, StationId};
use serde::Serialize;
use server::{App, Caller, Shared};
use store::{Cursor, Desk, Place, Reader, Vault};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::outside::Outside;

/// The one operator.
const OPERATOR: &str = "operator";
/// Bytes of an answer that anybody here waits for.
const LONGEST: usize = 1 << 20;
/// Rows read at once.
const AT_ONCE: usize = 1024;

/// The centre.
pub struct Office {
    app: Shared,
    place: Place,
    vault: Vault,
    router: Router,
    /// The same for operators whose names are given.
    inner: Router,
    address: SocketAddr,
    reader: Mutex<Option<Reader>>,
    seen: Mutex<Seen>,
    rung: Arc<Notify>,
    stop: watch::Sender<bool>,
    feed: JoinHandle<()>,
    serving: Mutex<Option<JoinHandle<()>>>,
}

/// How far the books were told.
#[derive(Default)]
struct Seen {
    postings: Cursor,
    notices: Cursor,
}

/// What is new in the books.
#[derive(Default)]
pub struct News {
    /// Money that moved.
    pub postings: Vec<Posting>,
    /// What operators are told.
    pub notices: Vec<Notice>,
}

impl Office {
    /// Opens the centre on books in this folder, which it first tells what was issued; nothing where they know it.
    ///
    /// # Errors
    /// The books cannot be made, or what was issued is refused: a bug.
    pub async fn open(
        folder: &Path,
        keys: host::MainKeys,
        told: Vec<Input>,
        outside: &Outside,
    ) -> Result<Self, String> {
        let place = Place::Sqlite(folder.join("books.sqlite"));
        let vault: Vault = Arc::new(keys);
        let is_new = !told.is_empty();
        if is_new {
            issue(&place, &vault, told).await?;
        }
        let now = outside.clone();
        let app = App::open(&place, &vault, Arc::new(move || now.stamp())).await;
        let app = app.map_err(|refused| refused.0.title)?;
        let feed = tokio::spawn(server::feed::run(Arc::clone(&app)));
        let rung = Arc::new(Notify::new());
        let inner = server::router(Arc::clone(&app));
        let router = recognised(inner.clone(), Arc::clone(&rung));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(words)?;
        let address = listener.local_addr().map_err(words)?;
        let (stop, stopped) = watch::channel(false);
        let door = router.clone();
        let serving = tokio::spawn(async move {
            // What it says at its end nobody waits for.
            let _ = pki::serve(listener, pki::Door::loopback(), door, until(stopped)).await;
        });
        let (reader, seen, serving) =
            (Mutex::default(), Mutex::default(), Mutex::new(Some(serving)));
        let office = Self {
            app,
            place,
            vault,
            router,
            inner,
            address,
            reader,
            seen,
            rung,
            stop,
            feed,
            serving,
        };
        if !is_new {
            office.pass_over()?;
        }
        Ok(office)
    }

    /// What was told in an earlier run is no news.
    fn pass_over(&self) -> Result<(), String> {
        loop {
            let news = self.news()?;
            if news.postings.is_empty() && news.notices.is_empty() {
                return Ok(());
            }
        }
    }

    /// Where stations ask it.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same for whoever is in this process.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Asks it for something as this operator; what two persons must agree to needs two of them.
    ///
    /// # Errors
    /// It refuses, in its words.
    pub async fn operate(
        &self,
        operator: &str,
        path: &str,
        asked: impl Serialize,
    ) -> Result<serde_json::Value, String> {
        let body = serde_json::to_vec(&asked).map_err(words)?;
        let mut request = Request::post(path)
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .map_err(words)?;
        request.extensions_mut().insert(Caller::Operator(operator.to_owned()));
        let answer = self.inner.clone().oneshot(request).await.map_err(words)?;
        self.rung.notify_one();
        let (done, body) = (answer.status().is_success(), answer.into_body());
        let body = axum::body::to_bytes(body, LONGEST).await.map_err(words)?;
        let said: serde_json::Value = serde_json::from_slice(&body).map_err(words)?;
        match done {
            true => Ok(said),
            false => Err(format!("the centre refuses: {}", said["title"])),
        }
    }

    /// Waits until somebody asked it for something that may have changed the books.
    pub async fn rung(&self) {
        self.rung.notified().await;
    }

    /// All its books.
    ///
    /// # Errors
    /// The books cannot be read.
    pub fn centre(&self) -> Result<Centre<MemoryBooks, Vault>, String> {
        let books = self.read(Reader::everything)?;
        Ok(Centre::new(books, Arc::clone(&self.vault)))
    }

    /// What is new since this was asked last.
    ///
    /// # Errors
    /// The books cannot be read.
    pub fn news(&self) -> Result<News, String> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (postings, notices) = self.read(|reader| {
            let postings = reader.postings(&seen.postings, AT_ONCE)?;
            Ok((postings, reader.notices(&seen.notices, AT_ONCE)?))
        })?;
        postings.iter().for_each(|told| seen.postings.pass(told.lane, told.number));
        notices.iter().for_each(|told| seen.notices.pass(told.lane, told.number));
        Ok(News {
            postings: postings.into_iter().map(|told| told.row).collect(),
            notices: notices.into_iter().map(|told| told.row).collect(),
        })
    }

    /// Ends the streams of events, so that the server can stop.
    pub fn close_streams(&self) {
        self.app.close_streams();
    }

    /// Ends in good order: what runs is answered, streams end.
    pub async fn close(&self) {
        self.app.close_streams();
        self.stop.send_replace(true);
        let serving = self.serving.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(serving) = serving {
            // It has said all that it had to say.
            let _ = serving.await;
        }
        self.feed.abort();
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&mut Reader) -> Result<T, store::StoreError>,
    ) -> Result<T, String> {
        let mut kept = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reader = match kept.take() {
            Some(reader) => reader,
            None => Reader::open(&self.place, Arc::clone(&self.vault)).map_err(words)?,
        };
        let answer = read(&mut reader).map_err(words)?;
        *kept = Some(reader);
        Ok(answer)
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        // A world that came to nothing is not closed.
        self.feed.abort();
    }
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone stops, too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Tells new books what was issued.
async fn issue(place: &Place, vault: &Vault, told: Vec<Input>) -> Result<(), String> {
    let (place, vault) = (place.clone(), Arc::clone(vault));
    let telling = tokio::task::spawn_blocking(move || {
        let desk = Desk::open(&place, vault, Box::new(|_| {})).map_err(words)?;
        let answers = desk.apply(told).map_err(words)?;
        answers.into_iter().try_for_each(|answer| answer.map(|_| ()).map_err(words))
    });
    telling.await.map_err(words)?
}

/// A station says its name, as at any server in development; everybody else who reaches this machine's demo is its
/// operator. Who asks for a change rings.
fn recognised(router: Router, rung: Arc<Notify>) -> Router {
    router.layer(from_fn(move |mut request: Request, next: Next| {
        let rung = Arc::clone(&rung);
        async move {
            let caller = caller(request.headers());
            request.extensions_mut().insert(caller);
            let changes = request.method() != Method::GET;
            let answer = next.run(request).await;
            if changes {
                rung.notify_one();
            }
            answer
        }
    }))
}

fn caller(headers: &HeaderMap) -> Caller {
    match headers.get(STATION_HEADER).and_then(|value| value.to_str().ok()) {
        Some(name) => Caller::Station(StationId::from(name)),
        None => Caller::Operator(OPERATOR.to_owned()),
    }
}
