//! A virtual card that is connected: the reader's side of the protocol that `greylock card serve` speaks, frames of a
//! 2-byte big-endian length and a payload.

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
/// Bytes of the longest answer: data and status word.
const MOST: usize = 258;
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
    /// A question is out.
    asked: bool,
    answer: Option<Vec<u8>>,
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
            let mut inbox = self.inbox();
            // No card speaks unasked, and nothing that one sends is kept without end.
            if !std::mem::take(&mut inbox.asked) {
                break;
            }
            inbox.answer = Some(frame);
            drop(inbox);
            self.heard.notify_all();
        }
        self.eject();
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
            // ISO 7816-3: the initial character is 3B or 3F.
            Ok(atr) if matches!(atr.first(), Some(0x3B | 0x3F)) => {
                Some(Powered { card: Arc::clone(self), power })
            }
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
            (inbox.asked, inbox.answer) = (true, None);
        }
        let sent = self.send(payload);
        sent.map_err(|_| Lost::Unknown)?;
        let silent = |inbox: &mut Inbox| inbox.answer.is_none() && !inbox.gone;
        let waited = self.heard.wait_timeout_while(self.inbox(), PATIENCE, silent);
        let answer = waited.unwrap_or_else(PoisonError::into_inner).0.answer.take();
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
    let length = usize::from(u16::from_be_bytes(length));
    if length > MOST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut payload = vec![0; length];
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
            2..=MOST => Ok(ResponseBytes::new().with(&answer)),
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// The reader's end, and the card's.
    fn pair() -> (Arc<Plugged>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let card = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let plugged = Plugged::new(listener.accept().unwrap().0).unwrap();
        let hearing = Arc::clone(&plugged);
        std::thread::spawn(move || hearing.hear());
        (plugged, card)
    }

    /// A card that answers its power with this.
    fn powered(answer: &[u8]) -> (bool, bool) {
        let (plugged, mut card) = pair();
        let frame = [&u16::try_from(answer.len()).unwrap().to_be_bytes(), answer].concat();
        let card = std::thread::spawn(move || {
            for _ in 0..3 {
                read_frame(&card).unwrap();
            }
            card.write_all(&frame).unwrap();
            card
        });
        let has_power = plugged.power().is_some();
        let _card = card.join().unwrap();
        (has_power, plugged.wait_until_gone(if has_power { Duration::ZERO } else { PATIENCE }))
    }

    #[test]
    fn a_card_that_speaks_unasked_is_thrown_out() {
        let (plugged, mut card) = pair();
        assert!(plugged.is_in());
        card.write_all(&[0, 2, 0x90, 0]).unwrap();
        assert!(plugged.wait_until_gone(PATIENCE));
        assert_eq!(card.read(&mut [0; 1]).unwrap_or(0), 0, "its connection is ended");
    }

    #[test]
    fn an_answer_to_reset_begins_as_one_and_no_answer_is_longer_than_a_card_s() {
        assert_eq!(powered(&[0x3B, 0]), (true, false));
        assert_eq!(powered(&[0x3F, 0]), (true, false));
        assert_eq!(powered(&[0x90, 0]), (false, true));
        assert_eq!(powered(&[]), (false, true));
        assert_eq!(powered(&[0x3B; 258]), (true, false));
        assert_eq!(powered(&[0x3B; 259]), (false, true));
    }
}
