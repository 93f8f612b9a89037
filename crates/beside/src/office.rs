//! A server on a socket of this process, and its database.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn};
use host::{MainKeys, MemoryBooks, StationId};
use serde_json::Value;
use server::{App, Caller, Clock};
use store::{Place, Reader, Vault};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use ureq::Agent;
use wire::Stamp;

use crate::words::{Asked, Who};

/// The header by which this process tells its operators apart.
const OPERATOR: &str = "x-operator";

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Where the books of the worlds are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Where {
    /// Each in a file of its own, which goes with its world.
    Sqlite,
    /// Each in a database of its own, made through this one.
    Postgres(String),
}

/// What was answered.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) document: Value,
}

pub(crate) struct Office {
    place: Place,
    vault: Vault,
    now: Arc<Mutex<Stamp>>,
    runtime: Runtime,
    serving: JoinHandle<()>,
    address: String,
    agent: Agent,
    _folder: TempDir,
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Office {
    pub(crate) fn open(at: &Where, keys: &MainKeys) -> Result<Self, String> {
        let folder = TempDir::new().map_err(words)?;
        let place = match at {
            Where::Sqlite => Place::Sqlite(folder.path().join("books.sqlite")),
            Where::Postgres(url) => database(url)?,
        };
        let runtime = Runtime::new().map_err(words)?;
        let (vault, now): (Vault, _) = (Arc::new(keys.clone()), Arc::default());
        let (serving, address) = serve(&runtime, &place, &vault, &now)?;
        Ok(Self { place, vault, now, runtime, serving, address, agent: agent(), _folder: folder })
    }

    /// The server ends as it is, and another one is opened on its books.
    pub(crate) fn die_and_open(&mut self) -> Result<(), String> {
        self.serving.abort();
        (self.serving, self.address) = serve(&self.runtime, &self.place, &self.vault, &self.now)?;
        self.agent = agent();
        Ok(())
    }

    /// Asks at this time of the world.
    pub(crate) fn ask(&self, asked: &Asked, now: Option<Stamp>) -> Result<Answered, String> {
        if let Some(now) = now {
            *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
        }
        let (header, name) = match &asked.who {
            Who::Station(name) => (api::STATION_HEADER, name),
            Who::Operator(name) => (OPERATOR, name),
        };
        let request = self.agent.post(format!("http://{}{}", self.address, asked.path));
        let request = request.header(header, name).content_type("application/json");
        let mut response = request.send(asked.body.to_string()).map_err(words)?;
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().map_err(words)?;
        let document = serde_json::from_str(&text).map_err(|_| format!("{status}: {text}"))?;
        Ok(Answered { status, document })
    }

    pub(crate) fn everything(&self) -> Result<MemoryBooks, String> {
        let reader = Reader::open(&self.place, Arc::clone(&self.vault));
        reader.and_then(|mut reader| reader.everything()).map_err(words)
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent()
}

fn database(url: &str) -> Result<Place, String> {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("world{}_{number}", std::process::id());
    let mut client = postgres::Client::connect(url, postgres::NoTls).map_err(words)?;
    client.batch_execute(&format!("CREATE DATABASE {name}")).map_err(words)?;
    let (server, _) = url.rsplit_once('/').ok_or("want postgres://USER@HOST/DATABASE")?;
    Ok(Place::Postgres(format!("{server}/{name}")))
}

fn serve(
    runtime: &Runtime,
    place: &Place,
    vault: &Vault,
    now: &Arc<Mutex<Stamp>>,
) -> Result<(JoinHandle<()>, String), String> {
    let now = Arc::clone(now);
    let clock: Clock = Arc::new(move || *now.lock().unwrap_or_else(PoisonError::into_inner));
    runtime.block_on(async {
        let app = App::open(place, vault, clock).await.map_err(|refused| refused.0.title)?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(words)?;
        let address = listener.local_addr().map_err(words)?;
        let router = recognised(server::router(app));
        let serving = tokio::spawn(async move {
            // It ends when it is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok((serving, address.to_string()))
    })
}

/// Everybody is who he says: nobody else is in this process.
fn recognised(router: Router) -> Router {
    router.layer(from_fn(|mut request: Request, next: Next| async move {
        let caller = caller(request.headers());
        request.extensions_mut().insert(caller);
        next.run(request).await
    }))
}

fn caller(headers: &HeaderMap) -> Caller {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(api::STATION_HEADER), text(OPERATOR)) {
        (Some(name), _) => Caller::Station(StationId::from(name)),
        (None, Some(name)) => Caller::Operator(name.to_owned()),
        (None, None) => Caller::Nobody,
    }
}
