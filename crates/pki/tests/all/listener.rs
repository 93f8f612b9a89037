//! The listener: broken clients, limits, and how it ends.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use hyper_util::rt::{TokioExecutor, TokioIo};
use pki::{Clients, Door, Ending, Event, Limits, Tls, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

use crate::world::{Served, World, ask_over, now, station, who};

const LONG: Duration = Duration::from_secs(600);

/// Without a limit that a test could run into.
fn patient() -> Limits {
    Limits { handshake: LONG, head: LONG, grace: LONG, ..Limits::default() }
}

fn door(world: &World) -> Door {
    Door::tls(Tls::new(world.server_config(Clients::Required)))
}

#[tokio::test]
async fn without_tls_only_loopback_is_served() {
    let everywhere = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = serve(everywhere, Door::loopback(), who(), async {}).await.unwrap_err();
    assert!(refused.what.contains("there is no TLS"), "{refused}");
    let everywhere = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let world = World::new();
    serve(everywhere, door(&world), who(), async {}).await.unwrap();
    let served = Served::new(Door::loopback(), patient(), who()).await;
    let mut socket = TcpStream::connect(served.address).await.unwrap();
    assert_eq!(ask_over(&mut socket, "/who").await.unwrap(), "nobody");
}

#[tokio::test]
async fn http_2_is_spoken_with_who_speaks_it() {
    let world = World::new();
    let mut served = Served::new(door(&world), patient(), who()).await;
    let mut config = world.client_of(&station("North"));
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = served.connect(config).await.unwrap();
    let io = TokioIo::new(stream);
    let (mut client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = axum::http::Request::get("https://localhost/who").body(Body::empty()).unwrap();
    let answer = client.send_request(request).await.unwrap();
    let bytes = axum::body::to_bytes(Body::new(answer.into_body()), 1000).await.unwrap();
    assert_eq!(bytes, "station North");
    served.tell_to_stop();
    connection.await.unwrap().unwrap();
    served.ended().await;
    assert_eq!(served.events.try_recv().ok(), None, "nothing was cut");
}

#[tokio::test]
async fn every_connection_shows_its_certificate() {
    let world = World::new();
    let served = world.serve(Clients::Required).await;
    let client = world.client_of(&station("North"));
    // Whatever the first one was given to come back with, the second one would use.
    assert_eq!(served.ask(client.clone()).await.unwrap(), "station North");
    let again = served.connect(client).await.unwrap();
    assert_eq!(again.get_ref().1.handshake_kind(), Some(rustls::HandshakeKind::Full));
}

#[tokio::test]
async fn a_handler_that_panics_ends_its_own_connection() {
    let world = World::new();
    let broken = || async {
        if true {
            panic!("on purpose");
        }
    };
    let router = who().route("/broken", get(broken));
    let mut served = Served::new(door(&world), patient(), router).await;
    let client = world.client_of(&station("North"));
    let mut stream = served.connect(client.clone()).await.unwrap();
    stream.write_all(b"GET /broken HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _closed = stream.read_to_end(&mut answer).await;
    assert_eq!(answer, b"");
    assert_eq!(served.ask(client).await.unwrap(), "station North");
    served.tell_to_stop();
    served.ended().await;
}

#[tokio::test]
async fn a_broken_client_stops_nobody() {
    let world = World::new();
    let mut served = Served::new(door(&world), patient(), who()).await;
    // Half a handshake that stays, one that never begins, one that goes, and plain HTTP.
    let mut half = TcpStream::connect(served.address).await.unwrap();
    half.write_all(&[0x16, 0x03, 0x01]).await.unwrap();
    let _silent = TcpStream::connect(served.address).await.unwrap();
    drop(TcpStream::connect(served.address).await.unwrap());
    assert!(served.refusal().await.contains("eof"));
    let mut plain = TcpStream::connect(served.address).await.unwrap();
    plain.write_all(b"GET /who HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _reset_or_closed = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "nothing is answered in the open");
    assert!(served.refusal().await.contains("corrupt message"));
    let right = served.ask(world.client_of(&station("North"))).await.unwrap();
    assert_eq!(right, "station North");
    // Nonsense behind a right handshake.
    let mut stream = served.connect(world.client_of(&station("North"))).await.unwrap();
    stream.write_all(b"\0\0\0\0 nonsense\r\n\r\n").await.unwrap();
    let _refused = stream.read_to_end(&mut answer).await;
    assert!(matches!(served.events.recv().await.unwrap(), Event::Broken { .. }));
    let right = served.ask(world.client_of(&station("North"))).await.unwrap();
    assert_eq!(right, "station North");
    served.tell_to_stop();
    served.ended().await;
}

#[tokio::test]
async fn who_says_nothing_does_not_stay() {
    let world = World::new();
    let limits = Limits { handshake: Duration::from_millis(1), ..patient() };
    let mut served = Served::new(door(&world), limits, who()).await;
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    assert_eq!(silent.read(&mut [0]).await.unwrap(), 0, "the server closes it");
    assert!(served.refusal().await.contains("in time"));
    // Behind a right handshake, too: a slow machine may not even come that far.
    let limits = Limits { handshake: Duration::from_millis(500), ..patient() };
    let mut served = Served::new(door(&world), limits, who()).await;
    if let Ok(mut silent) = served.connect(world.client_of(&station("North"))).await {
        let _closed = silent.read_to_end(&mut Vec::new()).await;
    }
    assert!(served.refusal().await.contains("in time"));
    let limits = Limits { head: Duration::from_millis(1), ..patient() };
    let served = Served::new(Door::loopback(), limits, who()).await;
    let mut silent = TcpStream::connect(served.address).await.unwrap();
    let mut all = Vec::new();
    silent.read_to_end(&mut all).await.unwrap();
}

#[tokio::test]
async fn who_finds_the_house_full_is_served_when_somebody_leaves() {
    let limits = Limits { connections: 1, ..patient() };
    let served = Served::new(Door::loopback(), limits, who()).await;
    let mut first = TcpStream::connect(served.address).await.unwrap();
    first.write_all(b"GET /who HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    first.read_exact(&mut [0; 12]).await.unwrap();
    let mut second = TcpStream::connect(served.address).await.unwrap();
    let mut asked = tokio::spawn(async move { ask_over(&mut second, "/who").await.unwrap() });
    // The first one is served again and again, the second one waits meanwhile.
    for _ in 0..20 {
        first.write_all(b"GET /who HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        first.read_exact(&mut [0; 12]).await.unwrap();
        assert!(!asked.is_finished());
    }
    drop(first);
    assert_eq!((&mut asked).await.unwrap(), "nobody");
}

/// `/slow` says that it has begun, and answers once `let_go` is ready; `/stream` goes on until it is told to end;
/// `/deaf` does not listen.
fn endless(begun: mpsc::UnboundedSender<()>, let_go: Arc<Notify>) -> Router {
    let slow = || async move {
        begun.send(()).unwrap();
        let_go.notified().await;
        "answered"
    };
    Router::new()
        .route("/slow", get(slow))
        .route("/stream", get(|ending: Ending| async { stream(Some(ending)) }))
        .route("/deaf", get(|| async { stream(None) }))
}

/// Nobody asks for `/slow`.
fn endless_alone() -> Router {
    endless(mpsc::unbounded_channel().0, Arc::default())
}

/// One line, then nothing; a last one when it is told to end.
fn stream(ending: Option<Ending>) -> Body {
    let (lines, body) = mpsc::channel::<&'static str>(2);
    tokio::spawn(async move {
        lines.send("first\n").await.unwrap();
        match ending {
            Some(ending) => ending.reached().await,
            None => lines.closed().await,
        }
        let _unheard = lines.send("last\n").await;
    });
    Body::new(Lines(body))
}

struct Lines(mpsc::Receiver<&'static str>);

impl hyper::body::Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        let line = self.0.poll_recv(cx);
        line.map(|line| line.map(|line| Ok(hyper::body::Frame::data(Bytes::from(line)))))
    }
}

/// Sends a request and reads until what was read has these words.
async fn begin<T>(stream: &mut T, path: &str, words: &str)
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = String::new();
    while !seen.contains(words) {
        let byte = stream.read_u8().await.unwrap();
        seen.push(char::from(byte));
    }
}

#[tokio::test]
async fn a_graceful_end_lets_requests_answer_and_tells_streams() {
    let world = World::new();
    let (begin_slow, mut begun) = mpsc::unbounded_channel();
    let let_go = Arc::new(Notify::new());
    let router = endless(begin_slow, Arc::clone(&let_go));
    let mut served = Served::new(door(&world), patient(), router).await;
    let client = world.client_of(&station("North"));
    let mut slow = served.connect(client.clone()).await.unwrap();
    let mut streaming = served.connect(client.clone()).await.unwrap();
    let mut idle = served.connect(client.clone()).await.unwrap();
    let _silent = TcpStream::connect(served.address).await.unwrap();
    begin(&mut streaming, "/stream", "first\n").await;
    begin(&mut idle, "/none", "404").await;
    slow.write_all(b"GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    begun.recv().await.unwrap();
    served.tell_to_stop();
    let mut rest = String::new();
    streaming.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("last\n"), "{rest}");
    idle.read_to_end(&mut Vec::new()).await.unwrap();
    assert!(TcpStream::connect(served.address).await.is_err(), "no new connection");
    let_go.notify_one();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("answered"), "{answer}");
    served.ended().await;
    assert_eq!(served.events.try_recv().ok(), None, "nothing was cut");
}

#[tokio::test]
async fn a_stream_that_does_not_listen_is_cut() {
    let world = World::new();
    let limits = Limits { grace: Duration::from_millis(1), ..patient() };
    let mut served = Served::new(door(&world), limits, endless_alone()).await;
    let mut deaf = served.connect(world.client_of(&station("North"))).await.unwrap();
    begin(&mut deaf, "/deaf", "first\n").await;
    served.tell_to_stop();
    served.ended().await;
    assert!(matches!(served.events.recv().await.unwrap(), Event::Cut { .. }));
}

#[tokio::test]
async fn a_new_list_ends_the_connections_that_the_old_one_let_in() {
    let world = World::new();
    let tls = Tls::new(world.server_config(Clients::Required));
    let router = endless_alone().merge(who());
    let mut served = Served::new(Door::tls(tls.clone()), patient(), router).await;
    let (issued, identity) = world.issue(&station("North"));
    let north = world.client(Some(identity));
    let mut streaming = served.connect(north.clone()).await.unwrap();
    begin(&mut streaming, "/stream", "first\n").await;
    world.authority.revoke(&[issued.facts.serial], now()).unwrap();
    tls.replace(world.server_config(Clients::Required));
    let mut rest = String::new();
    streaming.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("last\n"), "{rest}");
    assert!(served.ask(north).await.is_err(), "the same client does not resume what it had");
    assert!(served.refusal().await.contains("Revoked"));
    let south = served.ask(world.client_of(&station("South"))).await.unwrap();
    assert_eq!(south, "station South");
}
