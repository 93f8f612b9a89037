//! Documents there and back.

use std::sync::Arc;
use std::time::Duration;

use api::STATION_HEADER;
use api::problem::{MEDIA_TYPE, Problem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector as _, TcpConnector};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use crate::address::Address;
use crate::caller::Caller;
use crate::connection::Secured;
use crate::error::{Broken, ClientError};
use crate::heard::{Heard, TheirClock};
use crate::switch::{Switch, Switched};

/// Longest document of an answer in bytes: a full page of anything fits.
const LONGEST: u64 = 64 << 20;

/// Idle connections that are kept for the next request.
const CONNECTIONS: usize = 3;

/// Most bytes of a list.
const MOST_OCTETS: u64 = 2 << 30;

/// How long a client waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the whole answer is there, all tries of one sending included.
    pub call: Duration,
    /// Between two signs of life of a stream. The server gives one every 15 seconds.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            call: Duration::from_secs(20),
            silence: Duration::from_secs(40),
        }
    }
}

/// A client of one server, as one caller. A copy shares its connections.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    /// Without a limit for the whole answer.
    streams: Agent,
    /// For what must not be sent twice: each request over a connection of its own, so that none breaks on one that the
    /// server had closed before.
    once: Agent,
    address: Address,
    /// What says in development who asks: a header.
    word: Option<(&'static str, Zeroizing<String>)>,
    /// What the server said last of its time.
    clock: TheirClock,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// Certificate and URL that do not go together, or a certificate that cannot be used.
    pub fn new(address: Address, caller: Caller, limits: Limits) -> Result<Self, ClientError> {
        Self::switched(address, caller, limits, &[])
    }

    /// The same over a line with switches, any of which cuts it.
    ///
    /// # Errors
    /// As of [`Self::new`].
    pub fn switched(
        address: Address,
        caller: Caller,
        limits: Limits,
        switches: &[Switch],
    ) -> Result<Self, ClientError> {
        let (tls, word) = match caller {
            Caller::Certificate { trust, identity } if address.is_tls() => {
                let config = pki::client_config(&trust, Some(*identity));
                let config = config.map_err(|error| ClientError::operator(error.to_string()))?;
                (Some(Arc::new(config)), None)
            }
            Caller::Certificate { .. } => {
                return Err(ClientError::operator(format!(
                    "{address} is asked without TLS, where a certificate says nothing: give https://"
                )));
            }
            _ if address.is_tls() => {
                return Err(ClientError::operator(format!(
                    "{address} asks for a certificate: give --certificate and --authority"
                )));
            }
            Caller::Operator(token) => {
                (None, Some(("authorization", Zeroizing::new(format!("Bearer {}", *token)))))
            }
            Caller::Station(name) => (None, Some((STATION_HEADER, Zeroizing::new(name)))),
            Caller::Nobody => (None, None),
        };
        let agent = agent_of(&tls, limits, Some(limits.call), CONNECTIONS, switches);
        let once = agent_of(&tls, limits, Some(limits.call), 0, switches);
        let streams = agent_of(&tls, limits, None, CONNECTIONS, switches);
        Ok(Self { agent, streams, once, address, word, clock: TheirClock::default() })
    }

    /// The server's time by the last answer that said it; nothing before.
    #[must_use]
    pub fn heard_time(&self) -> Option<Heard> {
        self.clock.heard()
    }

    /// Where it asks.
    #[must_use]
    pub const fn address(&self) -> &Address {
        &self.address
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        document(self.send(&self.agent, Method::GET, path, None)?)
    }

    pub(crate) fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        let body = serde_json::to_vec(body).map_err(|error| ClientError::bug(error.to_string()))?;
        let body = Zeroizing::new(body);
        document(self.send(&self.agent, Method::POST, path, Some(&body))?)
    }

    /// Sends once, whatever happens: when the connection breaks nobody knows whether it was done. No body sends none;
    /// an answer without a body is what `()` is read of.
    pub(crate) fn post_once<B: Serialize>(
        &self,
        path: &str,
        body: Option<&B>,
    ) -> Result<Zeroizing<Vec<u8>>, ClientError> {
        let body = body.map(serde_json::to_vec).transpose();
        let body = body.map_err(|error| ClientError::bug(error.to_string()))?.map(Zeroizing::new);
        let body = body.as_ref().map_or(&[][..], |body| body.as_slice());
        let answered = self.send_once(&self.once, Method::POST, path, Some(body));
        let mut answered = answered.map_err(|broken| broken.error).and_then(succeeded)?;
        text_of(answered.body_mut())
    }

    /// The bytes of an answer of this media type.
    pub(crate) fn get_as(&self, path: &str, media: &str) -> Result<Vec<u8>, ClientError> {
        let head = self.head(Method::GET, path).header("accept", media);
        let request = head.body(()).map_err(|error| ClientError::bug(error.to_string()))?;
        let answered = self.clock.timed(|| self.agent.run(request));
        let answered = answered.map_err(|error| Broken::from(error).error)?;
        text_of(succeeded(answered)?.body_mut()).map(|text| text.to_vec())
    }

    /// An answer that is read as it comes; nothing but silence ends it.
    pub(crate) fn stream(&self, path: &str, last: Option<&str>) -> Result<Body, ClientError> {
        let mut head = self.head(Method::GET, path);
        if let Some(last) = last {
            head = head.header("last-event-id", last);
        }
        let request = head.body(()).map_err(|error| ClientError::bug(error.to_string()))?;
        let answered = self.clock.timed(|| self.streams.run(request));
        let answered = answered.map_err(|error| Broken::from(error).error)?;
        succeeded(answered).map(Response::into_body)
    }

    /// Bytes that may be many: a list of a million rows has some 165 million. They may take as long as they keep coming.
    pub(crate) fn octets(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        let mut body = self.stream(path, None)?;
        let octets = body.with_config().limit(MOST_OCTETS).read_to_vec();
        octets.map_err(|error| Broken::from(error).error)
    }

    fn head(&self, method: Method, path: &str) -> ureq::http::request::Builder {
        let request = Request::builder().method(method).uri(self.address.at(path));
        match &self.word {
            Some((name, value)) => request.header(*name, value.as_str()),
            None => request,
        }
    }

    /// Sends, and once more if the connection broke: who hears the same twice does it once.
    fn send(
        &self,
        agent: &Agent,
        method: Method,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Response<Body>, ClientError> {
        let answered = match self.send_once(agent, method.clone(), path, body) {
            Err(broken) if broken.lost => self.send_once(agent, method, path, body),
            other => other,
        };
        answered.map_err(|broken| broken.error).and_then(succeeded)
    }

    fn send_once(
        &self,
        agent: &Agent,
        method: Method,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Response<Body>, Broken> {
        let bug = |error: ureq::http::Error| Broken::of(ClientError::bug(error.to_string()));
        let head = self.head(method, path);
        Ok(match body {
            None => {
                let request = head.body(()).map_err(bug)?;
                self.clock.timed(|| agent.run(request))?
            }
            Some(body) => {
                let head = head.header("content-type", "application/json");
                let request = head.body(body).map_err(bug)?;
                self.clock.timed(|| agent.run(request))?
            }
        })
    }
}

fn agent_of(
    tls: &Option<Arc<rustls::ClientConfig>>,
    limits: Limits,
    call: Option<Duration>,
    idle: usize,
    switches: &[Switch],
) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .user_agent(concat!("greylock/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(limits.connect))
        .timeout_resolve(Some(limits.connect))
        .timeout_per_read(Some(limits.silence))
        .timeout_global(call)
        .max_idle_connections(idle)
        .build();
    let connector = ().chain(TcpConnector::default());
    let connector = connector.chain(Switched(switches.to_vec())).chain(Secured(tls.clone()));
    Agent::with_parts(config, connector, DefaultResolver::default())
}

/// The answer, or the problem that it states.
fn succeeded(mut answered: Response<Body>) -> Result<Response<Body>, ClientError> {
    let status = answered.status();
    if status.is_success() {
        return Ok(answered);
    }
    let media = answered.headers().get("content-type").and_then(|value| value.to_str().ok());
    let is_problem = media.is_some_and(|media| media.starts_with(MEDIA_TYPE));
    let problem = is_problem.then(|| text_of(answered.body_mut())).and_then(Result::ok);
    let problem = problem.and_then(|text| serde_json::from_slice::<Problem>(&text).ok());
    Err(match problem {
        Some(problem) => ClientError::stated(problem),
        None if status.as_u16() == 503 => {
            ClientError::out_of_reach("something before the centre says that it is not there (503)")
        }
        None => {
            ClientError::centre(format!("no centre answers there, but something with {status}"))
        }
    })
}

fn document<T: DeserializeOwned>(mut answered: Response<Body>) -> Result<T, ClientError> {
    read(&text_of(answered.body_mut())?)
}

/// The document that these bytes are.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, ClientError> {
    serde_json::from_slice(text).map_err(|error| {
        ClientError::centre(format!("the server's answer is none of this interface: {error}"))
    })
}

/// Wiped when it was read: an answer may hold keys of a card.
fn text_of(body: &mut Body) -> Result<Zeroizing<Vec<u8>>, ClientError> {
    let text = body.with_config().limit(LONGEST).read_to_vec();
    text.map(Zeroizing::new).map_err(|error| Broken::from(error).error)
}

/// A part of a path or query, its odd bytes as `%XX`.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_bytes_are_escaped() {
        assert_eq!(encoded("112233445566/7"), "112233445566%2F7");
        assert_eq!(encoded("0:15,2:7 é"), "0%3A15%2C2%3A7%20%C3%A9");
    }

    #[test]
    fn certificate_and_url_must_go_together() {
        let client = |url: &str, caller| {
            Client::new(url.parse().unwrap(), caller, Limits::default()).map(drop)
        };
        assert!(client("http://127.0.0.1:1", Caller::Nobody).is_ok());
        let refused = client("https://centre.example", Caller::Station("north".to_owned()));
        assert!(refused.unwrap_err().what.contains("--certificate"));
    }
}
