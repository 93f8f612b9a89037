//! A dispenser behind a TCP connection that speaks the [line protocol](crate::line).
//!
//! Every request may be said again: so a request whose answer was lost goes out once more over a new connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use crate::line::{Answer, LONGEST, LONGEST_WAIT, Request};
use crate::{Dispenser, DispenserError, Order, Reading, Unit};

/// How long an answer may take beyond what WAIT asks for.
const PATIENCE: Duration = Duration::from_secs(1);

/// One nozzle of a dispenser somewhere else.
pub struct Remote {
    address: String,
    nozzle: u8,
    unit: Unit,
    line: Option<BufReader<TcpStream>>,
}

impl Remote {
    /// Connects to `HOST:PORT` and asks for a nozzle.
    ///
    /// # Errors
    /// Nobody answers there, or he has no such nozzle.
    pub fn connect(address: &str, nozzle: u8) -> Result<Self, DispenserError> {
        let mut remote =
            Self { address: address.to_owned(), nozzle, unit: Unit::Litre, line: None };
        remote.unit = remote.call(nozzle)?;
        Ok(remote)
    }

    /// The same without asking yet: it may come later, and must measure this then.
    #[must_use]
    pub fn later(address: &str, nozzle: u8, unit: Unit) -> Self {
        Self { address: address.to_owned(), nozzle, unit, line: None }
    }

    /// A new connection.
    fn call(&mut self, nozzle: u8) -> Result<Unit, DispenserError> {
        let stream = connect(&self.address).map_err(|error| self.silent(&error))?;
        let limit = Some(PATIENCE + LONGEST_WAIT);
        stream.set_read_timeout(limit).map_err(|error| self.silent(&error))?;
        stream.set_write_timeout(limit).map_err(|error| self.silent(&error))?;
        // A request is one small packet.
        stream.set_nodelay(true).map_err(|error| self.silent(&error))?;
        self.line = Some(BufReader::new(stream));
        match self.exchange(&Request::Nozzle(nozzle))? {
            Answer::Nozzle(answered, unit) if answered == nozzle => Ok(unit),
            other => Err(self.broken(&other)),
        }
    }

    /// Asks, on a new connection if there is none or it just broke.
    fn ask(&mut self, request: &Request) -> Result<Answer, DispenserError> {
        if self.line.is_some() {
            match self.exchange(request) {
                Err(DispenserError::Silent(_)) => {}
                // Somebody else may have asked for the nozzle since: it is ours again by a new connection. An order is
                // not said twice before the nozzle was looked at.
                Err(DispenserError::Refused(_)) if !matches!(request, Request::Open(_)) => {}
                answered => return answered,
            }
        }
        let unit = self.call(self.nozzle)?;
        if unit != self.unit {
            return Err(DispenserError::Broken(format!(
                "it measures {unit}, and {} is wanted here",
                self.unit
            )));
        }
        self.exchange(request)
    }

    /// One line there, one line back.
    fn exchange(&mut self, request: &Request) -> Result<Answer, DispenserError> {
        let Some(line) = &mut self.line else {
            return Err(DispenserError::Silent("no connection".to_owned()));
        };
        let answered = said_and_heard(line, request);
        match answered {
            Ok(text) => match text.parse() {
                Ok(Answer::No(words)) => Err(DispenserError::Refused(words)),
                Ok(answer) => Ok(answer),
                Err(error) => {
                    self.line = None;
                    Err(DispenserError::Broken(error.to_string()))
                }
            },
            Err(error) => {
                self.line = None;
                Err(self.silent(&error))
            }
        }
    }

    fn reading(&mut self, request: &Request) -> Result<Reading, DispenserError> {
        match self.ask(request)? {
            Answer::Reading(reading) => Ok(reading),
            other => Err(self.broken(&other)),
        }
    }

    fn silent(&self, error: &std::io::Error) -> DispenserError {
        DispenserError::Silent(format!("{} at {}: {error}", self.nozzle, self.address))
    }

    fn broken(&mut self, answer: &Answer) -> DispenserError {
        self.line = None;
        DispenserError::Broken(format!("{} at {} answered `{answer}`", self.nozzle, self.address))
    }
}

/// A connection to the first of its addresses that answers; one that says nothing at all is waited for no longer than an
/// answer is.
fn connect(address: &str) -> std::io::Result<TcpStream> {
    let mut failed = std::io::ErrorKind::NotFound.into();
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn said_and_heard(line: &mut BufReader<TcpStream>, request: &Request) -> std::io::Result<String> {
    line.get_mut().write_all(format!("{request}\n").as_bytes())?;
    read_line(line)?.ok_or_else(|| std::io::ErrorKind::UnexpectedEof.into())
}

/// A whole line without its end; `None` when the other side hung up before its end.
///
/// # Errors
/// The connection broke, or the line is too long or no text.
pub(crate) fn read_line(from: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut text = Vec::new();
    let most = u64::try_from(LONGEST + 2).unwrap_or(u64::MAX);
    from.take(most).read_until(b'\n', &mut text)?;
    if text.pop() != Some(b'\n') {
        let too_long = text.len() >= LONGEST;
        let error = || std::io::Error::new(std::io::ErrorKind::InvalidData, "a line is too long");
        return if too_long { Err(error()) } else { Ok(None) };
    }
    if text.last() == Some(&b'\r') {
        text.pop();
    }
    let no_text = |_| std::io::Error::new(std::io::ErrorKind::InvalidData, "a line is no text");
    String::from_utf8(text).map(Some).map_err(no_text)
}

impl Dispenser for Remote {
    fn unit(&self) -> Unit {
        self.unit
    }

    fn read(&mut self) -> Result<Reading, DispenserError> {
        self.reading(&Request::Read)
    }

    fn authorise(&mut self, order: &Order) -> Result<(), DispenserError> {
        self.reading(&Request::Open(order.clone())).map(drop)
    }

    fn stop(&mut self) -> Result<(), DispenserError> {
        self.reading(&Request::Stop).map(drop)
    }

    fn wait(&mut self, at_most: Duration) -> Result<Reading, DispenserError> {
        self.reading(&Request::Wait(at_most.min(LONGEST_WAIT)))
    }
}
