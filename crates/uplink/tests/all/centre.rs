//! A centre on a port of this machine, over a database of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use host::{Input, StationId};
use server::{App, Caller, Shared};
use store::{Place, Vault};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wire::Scheme;

use crate::support::world::start;
use crate::support::{at, keys};

/// The books stay when the server goes.
pub struct Books {
    place: Place,
    vault: Vault,
    _folder: TempDir,
}

impl Books {
    /// With two cards, and a PSAM at each of both stations.
    pub fn new() -> Self {
        let books = Self::empty();
        books.tell(start().1);
        books
    }

    pub fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        let place = Place::Sqlite(folder.path().join("books.sqlite"));
        Self { place, vault: Arc::new(keys(Scheme::Seed)), _folder: folder }
    }

    pub fn tell(&self, inputs: Vec<Input>) {
        let desk = store::Desk::open(&self.place, Arc::clone(&self.vault), Box::new(|_| {}));
        desk.unwrap().apply(inputs).unwrap().into_iter().for_each(|output| drop(output.unwrap()));
    }

    pub fn outcomes(&self) -> usize {
        let mut reader = store::Reader::open(&self.place, Arc::clone(&self.vault)).unwrap();
        reader.look(|centre| centre.outcomes().len()).unwrap()
    }

    /// How many notices of this code there are.
    pub fn notices(&self, code: &str) -> usize {
        let mut reader = store::Reader::open(&self.place, Arc::clone(&self.vault)).unwrap();
        let is_it = |notice: &&host::Notice| notice.code.name() == code;
        reader.look(|centre| centre.notices().iter().filter(is_it).count()).unwrap()
    }
}

/// A server that runs.
pub struct Centre {
    pub address: SocketAddr,
    /// Streams of events that were opened.
    pub streams: Arc<AtomicUsize>,
    /// What its clock shows, in minutes.
    pub clock: Arc<AtomicU8>,
    runtime: Option<Runtime>,
    app: Shared,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

impl Centre {
    pub fn start(books: &Books) -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.enable_all().worker_threads(2).build().unwrap();
        let (place, vault) = (books.place.clone(), Arc::clone(&books.vault));
        let clock = Arc::new(AtomicU8::new(200));
        let shown = Arc::clone(&clock);
        let shown = Arc::new(move || at(shown.load(Ordering::SeqCst)));
        let (app, listener) = runtime.block_on(async move {
            let app = App::open(&place, &vault, shown).await.unwrap();
            (app, tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap())
        });
        let address = listener.local_addr().unwrap();
        let streams = Arc::new(AtomicUsize::new(0));
        let opened = Arc::clone(&streams);
        let named = move |request: Request, next: Next| {
            let is_stream = request.uri().path() == "/v1/events";
            opened.fetch_add(usize::from(is_stream), Ordering::SeqCst);
            named(request, next)
        };
        let router = server::router(Arc::clone(&app)).layer(from_fn(named));
        let (stop, stopped) = oneshot::channel::<()>();
        runtime.spawn(server::feed::run(Arc::clone(&app)));
        let serving = runtime.spawn(async move {
            let stopped = async move { drop(stopped.await) };
            axum::serve(listener, router).with_graceful_shutdown(stopped).await.unwrap();
        });
        let (stop, serving) = (Some(stop), Some(serving));
        Self { address, streams, clock, runtime: Some(runtime), app, stop, serving }
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.app.close_streams();
        drop(self.stop.take());
        if let (Some(runtime), Some(serving)) = (self.runtime.take(), self.serving.take()) {
            serving.abort();
            runtime.shutdown_background();
        }
    }
}

/// In development a header says who asks.
async fn named(mut request: Request, next: Next) -> Response {
    let name = request.headers().get(api::STATION_HEADER).and_then(|name| name.to_str().ok());
    let caller = name.map_or(Caller::Nobody, |name| Caller::Station(StationId::from(name)));
    request.extensions_mut().insert(caller);
    next.run(request).await
}
