//! One connection from its first byte to its last.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::door::{Door, Event, Limits};
use super::ending::{Ending, Told};
use super::without_delay;
use crate::peer::Peer;

/// Takes one connection, with or without TLS, to its end.
pub(super) async fn attend(
    socket: TcpStream,
    remote: SocketAddr,
    door: Arc<Door>,
    router: Router,
    mut told: Told,
) {
    without_delay(&socket);
    let Some(config) = told.config() else {
        let client = Client { peer: Peer::Nobody, remote, door };
        return client.converse(socket, Speech::Http1, router, told).await;
    };
    let greeted = tokio::select! {
        biased;
        () = told.reached() => return,
        greeted = timeout(door.limits.handshake, greet(socket, config)) => greeted,
    };
    match greeted.unwrap_or_else(|_| Err(io::Error::other("no request came in time"))) {
        Ok(stream) => {
            let (peer, speech) = introduced(stream.get_ref());
            let client = Client { peer, remote, door };
            client.converse(stream, speech, router, told).await;
        }
        Err(error) => door.tell(&Event::Refused { remote, why: error.to_string() }),
    }
}

/// The handshake, and the first byte after it: with TLS 1.3 only that shows that the client takes the server for the
/// right one, and who says nothing at all does not stay.
async fn greet(
    socket: TcpStream,
    config: Arc<ServerConfig>,
) -> io::Result<BufReader<TlsStream<TcpStream>>> {
    let stream = TlsAcceptor::from(config).accept(socket).await?;
    let mut stream = BufReader::new(stream);
    match stream.fill_buf().await? {
        [] => Err(io::Error::other("it left without a request")),
        _ => Ok(stream),
    }
}

fn introduced(stream: &TlsStream<TcpStream>) -> (Peer, Speech) {
    let (_, session) = stream.get_ref();
    // Only what the handshake verified is here.
    let certificate = session.peer_certificates().and_then(<[_]>::first);
    let speech = match session.alpn_protocol() {
        Some(b"h2") => Speech::Http2,
        _ => Speech::Http1,
    };
    (certificate.map(Peer::of).unwrap_or_default(), speech)
}

/// What the handshake agreed on.
#[derive(Clone, Copy)]
enum Speech {
    Http1,
    Http2,
}

struct Client {
    peer: Peer,
    remote: SocketAddr,
    door: Arc<Door>,
}

impl Client {
    async fn converse<T>(self, stream: T, speech: Speech, router: Router, mut told: Told)
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { peer, remote, door } = self;
        let (tell, ending) = Ending::channel();
        let router = TowerToHyperService::new(router);
        let service = service_fn(move |mut request: Request<Incoming>| {
            let extensions = request.extensions_mut();
            extensions.insert(peer.clone());
            extensions.insert(ConnectInfo(remote));
            extensions.insert(ending.clone());
            router.call(request)
        });
        let builder = builder(speech, &door.limits);
        let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    door.tell(&Event::Broken { remote, why: whole(&*error) });
                }
                return;
            }
            () = told.reached() => {}
        }
        connection.as_mut().graceful_shutdown();
        tell.send_replace(true);
        // A client that hangs up when it is told to end does so in whatever way it likes.
        if timeout(door.limits.grace, connection).await.is_err() {
            door.tell(&Event::Cut { remote });
        }
    }
}

/// With what is behind it: the outermost error alone says "connection error".
fn whole(error: &(dyn Error + 'static)) -> String {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(error) = next {
        let text = error.to_string();
        // Some say again what is behind them.
        if texts.last().is_some_and(|last| !last.contains(&text)) {
            texts.push(text);
        }
        next = error.source();
    }
    texts.join(": ")
}

fn builder(speech: Speech, limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    // A client that answers no ping is gone, whatever the network says.
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(limits.streams);
    http2.keep_alive_interval(limits.head).keep_alive_timeout(limits.handshake);
    match speech {
        Speech::Http1 => builder.http1_only(),
        Speech::Http2 => builder.http2_only(),
    }
}
