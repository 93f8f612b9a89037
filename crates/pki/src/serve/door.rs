//! Whom the listener lets in, how many, and whom it tells.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::sync::watch;

/// What one server bears.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Open connections; further ones wait in the system's queue.
    pub connections: usize,
    /// For the handshake and the first byte of a request.
    pub handshake: Duration,
    /// For the head of a request; between requests, too.
    pub head: Duration,
    /// For requests and streams to end when the listener stops.
    pub grace: Duration,
    /// Requests at once in one HTTP/2 connection.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            grace: Duration::from_secs(10),
            streams: 128,
        }
    }
}

/// The server's end of TLS, which can be replaced while it serves: by new certificates, or a longer revocation list.
#[derive(Clone, Debug)]
pub struct Tls(Arc<watch::Sender<Arc<ServerConfig>>>);

impl Tls {
    /// As [`crate::server_config`] makes it.
    #[must_use]
    pub fn new(config: ServerConfig) -> Self {
        Arc::new(config).into()
    }

    /// From now on connections are taken with this one. Those that are open were checked by the old one: they end as
    /// when the listener stops, and their clients come again.
    pub fn replace(&self, config: ServerConfig) {
        self.0.send_replace(Arc::new(config));
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.0.subscribe()
    }
}

impl From<Arc<ServerConfig>> for Tls {
    fn from(config: Arc<ServerConfig>) -> Self {
        Self(Arc::new(watch::Sender::new(config)))
    }
}

/// What an operator may want to know of connections. None of it needs anything done by the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// There was no handshake: a wrong certificate, none, something that is no TLS, or silence.
    Refused {
        /// Who came.
        remote: SocketAddr,
        /// Why.
        why: String,
    },
    /// A connection ended out of order.
    Broken {
        /// Whose.
        remote: SocketAddr,
        /// Why.
        why: String,
    },
    /// A connection was cut, because it had not ended in time.
    Cut {
        /// Whose.
        remote: SocketAddr,
    },
    /// The system gave no connection.
    Untaken {
        /// Why.
        why: String,
    },
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { remote, why } => write!(f, "{remote} was not let in: {why}"),
            Self::Broken { remote, why } => write!(f, "the connection of {remote} broke: {why}"),
            Self::Cut { remote } => {
                write!(f, "the connection of {remote} was cut: it had not ended in time")
            }
            Self::Untaken { why } => write!(f, "no connection could be taken: {why}"),
        }
    }
}

type Listen = Arc<dyn Fn(&Event) + Send + Sync>;

/// Whom the listener lets in.
#[derive(Clone)]
pub struct Door {
    pub(super) tls: Option<Tls>,
    pub(super) limits: Limits,
    tell: Option<Listen>,
}

impl Door {
    /// Clients with the certificates that this configuration asks for.
    #[must_use]
    pub fn tls(tls: impl Into<Tls>) -> Self {
        Self { tls: Some(tls.into()), limits: Limits::default(), tell: None }
    }

    /// Whoever is on this machine.
    #[must_use]
    pub fn loopback() -> Self {
        Self { tls: None, limits: Limits::default(), tell: None }
    }

    /// Within these limits.
    #[must_use]
    pub const fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Tells what happens to connections.
    #[must_use]
    pub fn telling(mut self, tell: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.tell = Some(Arc::new(tell));
        self
    }

    pub(super) fn tell(&self, event: &Event) {
        if let Some(tell) = &self.tell {
            tell(event);
        }
    }
}

impl From<Option<Arc<ServerConfig>>> for Door {
    fn from(config: Option<Arc<ServerConfig>>) -> Self {
        config.map_or_else(Self::loopback, Self::tls)
    }
}

impl From<Tls> for Door {
    fn from(tls: Tls) -> Self {
        Self::tls(tls)
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("limits", &self.limits).finish_non_exhaustive()
    }
}
