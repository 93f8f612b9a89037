//! Events of a server, as a station hears them.

use std::io::{BufRead as _, BufReader};

use serde_json::Value;
use ureq::{Agent, BodyReader};

use crate::client::{Who, header};

/// An event: the cursor behind it, and what it says.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// Where to go on.
    pub cursor: String,
    /// The document.
    pub data: Value,
}

/// A stream that is open.
pub struct Stream {
    lines: BufReader<BodyReader<'static>>,
}

impl Stream {
    /// All events after a cursor; an empty one is the beginning.
    ///
    /// # Errors
    /// The server did not open it.
    pub fn open(address: &str, who: &Who, after: &str) -> Result<Self, String> {
        let config = Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = config.build().new_agent();
        let (name, value) = header(who);
        let request = agent.get(format!("http://{address}/v1/events")).header(name, value);
        let response = request.header("last-event-id", after).call();
        let response = response.map_err(|error| error.to_string())?;
        match response.status().as_u16() {
            200 => Ok(Self { lines: BufReader::new(response.into_body().into_reader()) }),
            status => Err(format!("{status}")),
        }
    }
}

impl Iterator for Stream {
    type Item = Event;

    /// Waits for the next event; none when the stream ended or broke. An event that was cut counts as not heard.
    fn next(&mut self) -> Option<Event> {
        let (mut cursor, mut data) = (None, None);
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).ok()? == 0 || !line.ends_with('\n') {
                return None;
            }
            let line = line.trim_end();
            if let Some(text) = line.strip_prefix("id:") {
                cursor = Some(text.trim().to_owned());
            } else if let Some(text) = line.strip_prefix("data:") {
                data = serde_json::from_str(text).ok();
            } else if line.is_empty()
                && let (Some(cursor), Some(data)) = (cursor.take(), data.take())
            {
                return Some(Event { cursor, data });
            }
        }
    }
}
