//! Asking a server: a status and a document, or no answer, after which nobody knows whether it was done.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;
use ureq::{Body, Error};

/// A server that answers nothing for so long is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who {
    /// A station, by its name.
    Station(String),
    /// The operator, by his token.
    Operator(String),
}

/// What was answered.
#[derive(Clone, PartialEq, Debug)]
pub struct Answered {
    /// The status of HTTP.
    pub status: u16,
    /// Seconds to wait, where the answer says so.
    pub retry_after: Option<String>,
    /// The document; null when it is none.
    pub document: Value,
}

impl Answered {
    /// Whether the same may be sent again: a problem that says so.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        let kind = self.document["type"].as_str().unwrap_or_default();
        self.status == 503 && self.retry_after.is_some() && kind.ends_with("books_unavailable")
    }
}

/// Connections to one server.
pub struct Client {
    agent: Agent,
    address: String,
}

impl Client {
    /// To this address.
    #[must_use]
    pub fn new(address: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = config.timeout_global(Some(PATIENCE)).build().new_agent();
        Self { agent, address: address.to_owned() }
    }

    /// POST.
    ///
    /// # Errors
    /// No answer came.
    pub fn post(&self, who: &Who, path: &str, body: &Value) -> Result<Answered, String> {
        let (name, value) = header(who);
        let request = self.agent.post(format!("http://{}{path}", self.address)).header(name, value);
        read(request.content_type("application/json").send(body.to_string()))
    }

    /// GET.
    ///
    /// # Errors
    /// No answer came.
    pub fn get(&self, who: &Who, path: &str) -> Result<Answered, String> {
        let (name, value) = header(who);
        read(self.agent.get(format!("http://{}{path}", self.address)).header(name, value).call())
    }
}

/// The header that says who asks.
pub(crate) fn header(who: &Who) -> (&'static str, String) {
    match who {
        Who::Station(name) => (api::STATION_HEADER, name.clone()),
        Who::Operator(token) => ("authorization", format!("Bearer {token}")),
    }
}

fn read(response: Result<Response<Body>, Error>) -> Result<Answered, String> {
    let mut response = response.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let retry_after = response.headers().get("retry-after");
    let retry_after = retry_after.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let text = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
    let document = serde_json::from_str(&text).unwrap_or(Value::Null);
    Ok(Answered { status, retry_after, document })
}
