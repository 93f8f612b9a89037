//! Server-sent events, from where a listener stopped: what a centre tells stations, and a station whoever looks.

use std::io::{BufRead as _, BufReader, ErrorKind};
use std::marker::PhantomData;

use api::lists::Event;
use serde::de::DeserializeOwned;
use ureq::BodyReader;

use crate::error::ClientError;
use crate::http::Client;

/// One event, and the cursor by which the stream goes on behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told<E = Event> {
    /// To be kept with what the event changed.
    pub cursor: String,
    /// What happened.
    pub event: E,
}

/// The name of the event that says that the books were just read.
const FRESH: &str = "fresh";

/// What comes over a stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sign<E = Event> {
    /// An event.
    Told(Told<E>),
    /// The server has just read its books, and has sent all that there is.
    Fresh,
    /// The server is there; whether it can read its books is not known.
    Alive,
}

/// An open stream. When it ends, a new one with the last cursor misses nothing.
pub struct Events<E = Event> {
    kind: PhantomData<fn() -> E>,
    lines: BufReader<BodyReader<'static>>,
    /// Of the event that is being read.
    id: String,
    name: String,
    data: String,
}

impl Client {
    /// Opens the stream behind the event with this cursor; at the first event that there is without one.
    ///
    /// # Errors
    /// The server cannot be reached or does not let this caller listen.
    pub fn events(&self, after: Option<&str>) -> Result<Events, ClientError> {
        self.events_at("/v1/events", after)
    }

    /// A stream of events of any kind.
    pub(crate) fn events_at<E>(
        &self,
        path: &str,
        after: Option<&str>,
    ) -> Result<Events<E>, ClientError> {
        let body = self.stream(path, after)?;
        let lines = BufReader::new(body.into_reader());
        Ok(Events {
            kind: PhantomData,
            lines,
            id: String::new(),
            name: String::new(),
            data: String::new(),
        })
    }
}

impl<E: DeserializeOwned> Iterator for Events<E> {
    type Item = Result<Told<E>, ClientError>;

    /// Waits for the next event; `None` when the server ended the stream in good order.
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.next_sign()? {
                Ok(Sign::Told(told)) => return Some(Ok(told)),
                Ok(Sign::Fresh | Sign::Alive) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<E: DeserializeOwned> Events<E> {
    /// Waits for the next event or sign of life; `None` when the server ended the stream in good order.
    pub fn next_sign(&mut self) -> Option<Result<Sign<E>, ClientError>> {
        loop {
            let mut line = String::new();
            match self.lines.read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    return Some(Err(ClientError::centre("an event is no text")));
                }
                Err(error) => {
                    let what = format!("the stream of events broke off: {error}");
                    return Some(Err(ClientError::out_of_reach(what)));
                }
            }
            let line = line.trim_end_matches(['\n', '\r']);
            if line.starts_with(':') {
                return Some(Ok(Sign::Alive));
            }
            if let Some(sign) = self.take(line) {
                return Some(sign);
            }
        }
    }

    /// An empty line ends an event; a line that begins with a colon is a sign of life.
    fn take(&mut self, line: &str) -> Option<Result<Sign<E>, ClientError>> {
        let value = |text: &str| text.strip_prefix(' ').unwrap_or(text).to_owned();
        match line.split_once(':') {
            Some(("id", text)) => self.id = value(text),
            Some(("event", text)) => self.name = value(text),
            Some(("data", text)) => self.data.push_str(&value(text)),
            Some(_) => {}
            None if line.is_empty() && !self.data.is_empty() => {
                let data = std::mem::take(&mut self.data);
                let told = serde_json::from_str(&data);
                self.name.clear();
                let told = told.map(|event| Sign::Told(Told { cursor: self.id.clone(), event }));
                return Some(told.map_err(|error| {
                    ClientError::centre(format!("an event cannot be read: {error}"))
                }));
            }
            None if line.is_empty() && std::mem::take(&mut self.name) == FRESH => {
                return Some(Ok(Sign::Fresh));
            }
            None => {}
        }
        None
    }
}
