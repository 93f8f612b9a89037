//! A virtual card that is connected: the reader's side of the protocol that `greylock card serve` speaks, frames of a
//! 2-byte big-endian length and a payload.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use forecourt::Presence;
use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

const OFF: [u8; 1] = [0];
const ON: [u8; 1] = [1];
const ATR: [u8; 1] = [4];
/// How long a card may think about a command.
const PATIENCE: Duration = Duration::from_secs(10);

/// A card at the socket. When its connection ends, it was pulled.
pub(super) struct Plugged {
    stream: TcpStream,
    inbox: Mutex<Inbox>,
    heard: Condvar,
}

#[derive(Default)]
struct Inbox {
    answers: VecDeque<Vec<u8>>,
    gone: bool,
    /// Counts the times that it got power: an older hold on it has none.
    power: u64,
}

impl Plugged {
    pub(super) fn new(stream: TcpStream) -> io::Result<Arc<Self>> {
        // A command is one small packet.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Arc::new(Self { stream, inbox: Mutex::default(), heard: Condvar::new() }))
    }

    /// Hears what the card says until it is pulled.
    pub(super) fn hear(&self) {
        while let Ok(frame) = read_frame(&self.stream) {
            self.inbox().answers.push_back(frame);
            self.heard.notify_all();
        }
        self.inbox().gone = true;
        self.heard.notify_all();
    }

    /// Throws it out.
    pub(super) fn eject(&self) {
        // One that is down already needs none.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    pub(super) fn is_gone(&self) -> bool {
        self.inbox().gone
    }

    /// Waits until it is gone, at most so long; true when it is.
    pub(super) fn wait_until_gone(&self, at_most: Duration) -> bool {
        let waited = self.heard.wait_timeout_while(self.inbox(), at_most, |inbox| !inbox.gone);
        waited.unwrap_or_else(PoisonError::into_inner).0.gone
    }

    /// Gives it power, also again; `None` when it does not answer.
    pub(super) fn power(self: &Arc<Self>) -> Option<Powered> {
        let power = {
            let mut inbox = self.inbox();
            inbox.power += 1;
            inbox.power
        };
        self.send(&OFF).and_then(|()| self.send(&ON)).ok()?;
        match self.ask(&ATR) {
            Ok(atr) if !atr.is_empty() => Some(Powered { card: Arc::clone(self), power }),
            _ => {
                self.eject();
                None
            }
        }
    }

    /// One frame there, one back.
    fn ask(&self, payload: &[u8]) -> Result<Vec<u8>, Lost> {
        {
            let mut inbox = self.inbox();
            if inbox.gone {
                return Err(Lost::NotSent);
            }
            // What came unasked, or too late, is no answer to this.
            inbox.answers.clear();
        }
        let sent = self.send(payload);
        sent.map_err(|_| Lost::Unknown)?;
        let silent = |inbox: &mut Inbox| inbox.answers.is_empty() && !inbox.gone;
        let waited = self.heard.wait_timeout_while(self.inbox(), PATIENCE, silent);
        let answer = waited.unwrap_or_else(PoisonError::into_inner).0.answers.pop_front();
        answer.ok_or_else(|| {
            // Its late answer must not be taken for the next command's.
            self.eject();
            Lost::Unknown
        })
    }

    fn send(&self, payload: &[u8]) -> io::Result<()> {
        let length = u16::try_from(payload.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let frame = [&length.to_be_bytes(), payload].concat();
        (&self.stream).write_all(&frame)
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Presence for Plugged {
    fn is_in(&self) -> bool {
        !self.is_gone()
    }
}

fn read_frame(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut payload)?;
    Ok(payload)
}

/// A connected card with power. Dropped, it takes the power away, unless it was given again since.
pub(super) struct Powered {
    card: Arc<Plugged>,
    power: u64,
}

impl Powered {
    fn has_power(&self) -> bool {
        self.card.inbox().power == self.power
    }
}

impl Transport for Powered {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        // A command of one byte would be taken for the reader's own.
        if !self.has_power() || command.len() < 2 {
            return Err(Lost::NotSent);
        }
        let answer = self.card.ask(command)?;
        match answer.len() {
            2..=258 => Ok(ResponseBytes::new().with(&answer)),
            _ => Err(Lost::Unknown),
        }
    }

    fn is_present(&mut self) -> bool {
        !self.card.is_gone()
    }
}

impl Drop for Powered {
    fn drop(&mut self) {
        if self.has_power() {
            // One that was pulled has none.
            let _ = self.card.send(&OFF);
        }
    }
}
