//! The server on a port of this machine, and a client of few words.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::middleware::Next;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use server::{App, Caller, Shared};
use store::{Place, Vault};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::BenchError;
use crate::world::{STATION, now};

/// A server that runs: without TLS, as in development. Who says no name is the one station.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    app: Shared,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    feed: JoinHandle<()>,
}

impl Served {
    pub(crate) async fn start(place: &Place, vault: &Vault) -> Result<Self, BenchError> {
        let now = now()?;
        let app = App::open(place, vault, Arc::new(move || now)).await;
        let app = app.map_err(|refused| BenchError::Answer(refused.0.title))?;
        let router = server::router(Arc::clone(&app)).layer(axum::middleware::from_fn(named));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let feed = tokio::spawn(server::feed::run(Arc::clone(&app)));
        let door = pki::Door::loopback()
            .within(pki::Limits { connections: 4_096, ..pki::Limits::default() });
        let serving = tokio::spawn(async move {
            let stopped = async move { drop(stopped.await) };
            // A server that does not serve is noticed by whoever asks it.
            let _ = pki::serve(listener, door, router, stopped).await;
        });
        Ok(Self { address, app, stop, serving, feed })
    }

    pub(crate) async fn stop(self) {
        self.app.close_streams();
        // It may have ended by itself.
        let _ = self.stop.send(());
        let _ = self.serving.await;
        self.feed.abort();
    }
}

/// One connection.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self, BenchError> {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(socket)).await.map_err(broken)?;
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    /// Sends a document and waits for the whole answer.
    pub(crate) async fn post(&mut self, path: &str, body: Vec<u8>) -> Result<Bytes, BenchError> {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header("host", "bench").header("content-type", "application/json");
        let response = self.send(request.body(Full::from(body))).await?;
        Ok(response.into_body().collect().await.map_err(broken)?.to_bytes())
    }

    /// Begins to hear events; the connection stays with the answer.
    pub(crate) async fn listen(&mut self) -> Result<Incoming, BenchError> {
        let request = Request::builder().uri("/v1/events").header("host", "bench");
        Ok(self.send(request.body(Full::default())).await?.into_body())
    }

    async fn send(
        &mut self,
        request: Result<Request<Full<Bytes>>, hyper::http::Error>,
    ) -> Result<Response<Incoming>, BenchError> {
        let request = request.map_err(|_| BenchError::OurBug("a request"))?;
        self.sender.ready().await.map_err(broken)?;
        let response = self.sender.send_request(request).await.map_err(broken)?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(BenchError::Answer(response.status().to_string())),
        }
    }
}

fn broken(error: hyper::Error) -> BenchError {
    BenchError::Io(std::io::Error::other(error))
}

async fn named(mut request: axum::extract::Request, next: Next) -> axum::response::Response {
    let name = request.headers().get(api::STATION_HEADER).and_then(|name| name.to_str().ok());
    let caller = Caller::Station(host::StationId::from(name.unwrap_or(STATION)));
    request.extensions_mut().insert(caller);
    next.run(request).await
}
