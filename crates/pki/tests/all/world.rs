//! An authority in a folder of its own, a server behind a free port, and clients of every kind.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use pki::{
    Authority, Clients, Door, Event, Identity, Issued, Limits, Pair, Peer, REVOKED, ServerNames,
    Subject, Tls, Trust, UnixTime, client_config, serve, server_config,
};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub(crate) const DAY: u64 = 86_400;

/// Tests of the handshake go by the machine's clock, as the handshake does.
#[expect(
    clippy::disallowed_methods,
    reason = "certificates are checked against the machine's clock"
)]
pub(crate) fn now() -> UnixTime {
    UnixTime::since_unix_epoch(SystemTime::now().duration_since(UNIX_EPOCH).unwrap())
}

/// So many days after now.
pub(crate) fn in_days(days: i64) -> UnixTime {
    let seconds = now().as_secs().checked_add_signed(days * DAY.cast_signed()).unwrap();
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

pub(crate) fn station(name: &str) -> Subject {
    Subject::Station(name.parse().unwrap())
}

pub(crate) fn operator(name: &str) -> Subject {
    Subject::Operator(name.parse().unwrap())
}

pub(crate) fn server() -> Subject {
    let names = ["localhost".to_owned()];
    Subject::Server(ServerNames::new(&names, &["127.0.0.1".parse().unwrap()]).unwrap())
}

/// A folder with an authority in `ca`.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) authority: Authority,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::since(now())
    }

    /// Whose authority was made then.
    pub(crate) fn since(then: UnixTime) -> Self {
        Self::named("Test-authority", then)
    }

    pub(crate) fn named(name: &str, then: UnixTime) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = name.parse().unwrap();
        let authority = Authority::make(&folder.path().join("ca"), &name, 7300, then).unwrap();
        Self { folder, authority }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn issue(&self, subject: &Subject) -> (Issued, Identity) {
        self.issue_at(subject, now(), 30)
    }

    pub(crate) fn issue_at(
        &self,
        subject: &Subject,
        at: UnixTime,
        days: u32,
    ) -> (Issued, Identity) {
        let issued = self.authority.issue(subject, days, at).unwrap();
        let identity = self.write(&issued);
        (issued, identity)
    }

    /// Through files, as everybody else.
    pub(crate) fn write(&self, issued: &Issued) -> Identity {
        let pair = Pair::free(&self.path(&issued.facts.serial.to_string())).unwrap();
        issued.write(&pair).unwrap();
        Identity::read(&pair).unwrap()
    }

    pub(crate) fn trust(&self) -> Trust {
        Trust::read(&self.path("ca").join(pki::CERTIFICATE), Some(&self.path("ca").join(REVOKED)))
            .unwrap()
    }

    pub(crate) fn server_config(&self, clients: Clients) -> rustls::ServerConfig {
        server_config(self.issue(&server()).1, &self.trust(), clients).unwrap()
    }

    pub(crate) fn client(&self, identity: Option<Identity>) -> ClientConfig {
        client_config(&self.trust(), identity).unwrap()
    }

    /// The client of a new certificate.
    pub(crate) fn client_of(&self, subject: &Subject) -> ClientConfig {
        self.client(Some(self.issue(subject).1))
    }

    /// A server with TLS.
    pub(crate) async fn serve(&self, clients: Clients) -> Served {
        Served::new(Door::tls(Tls::new(self.server_config(clients))), Limits::default(), who())
            .await
    }
}

/// Says who asks, and from where.
pub(crate) fn who() -> Router {
    let who = |peer: Peer, ConnectInfo(remote): ConnectInfo<SocketAddr>| async move {
        assert!(remote.ip().is_loopback());
        match peer {
            Peer::Station(name) => format!("station {name}"),
            Peer::Operator(name) => format!("operator {name}"),
            Peer::Nobody => "nobody".to_owned(),
        }
    };
    Router::new().route("/who", get(who))
}

/// A listener on a free port.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) events: mpsc::UnboundedReceiver<Event>,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<Result<(), pki::PkiError>>,
}

impl Served {
    /// That says who asks.
    pub(crate) async fn with(config: rustls::ServerConfig) -> Self {
        Self::new(Door::tls(Tls::new(config)), Limits::default(), who()).await
    }

    pub(crate) async fn new(door: Door, limits: Limits, router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let (tell, events) = mpsc::unbounded_channel();
        let door = door.within(limits).telling(move |event| {
            let _unheard = tell.send(event.clone());
        });
        let ended = tokio::spawn(serve(listener, door, router, async {
            let _stopped_or_dropped = stopped.await;
        }));
        Self { address, events, stop: Some(stop), ended }
    }

    /// Why the next client was not let in.
    pub(crate) async fn refusal(&mut self) -> String {
        match self.events.recv().await.unwrap() {
            Event::Refused { why, .. } => why,
            other => panic!("{other}"),
        }
    }

    pub(crate) fn tell_to_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Ready once the listener has ended.
    pub(crate) async fn ended(&mut self) {
        (&mut self.ended).await.unwrap().unwrap();
    }

    pub(crate) async fn connect(
        &self,
        config: ClientConfig,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let socket = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, socket).await
    }

    /// The answer to `GET /who`, or why there is none.
    pub(crate) async fn ask(&self, config: ClientConfig) -> std::io::Result<String> {
        let mut stream = self.connect(config).await?;
        ask_over(&mut stream, "/who").await
    }
}

/// One request, after which the connection closes.
pub(crate) async fn ask_over<T>(stream: &mut T, path: &str) -> std::io::Result<String>
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    Ok(body.to_owned())
}
