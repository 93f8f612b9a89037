//! A reader for virtual cards: a port on this machine. A card that connects is put in, and pulled when it closes.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use forecourt::CardSlot;
use forecourt::slot::{CardInside, ReaderSilent};

use super::plugged::Plugged;
use crate::error::{Error, Fault};

/// A card that comes while another is in waits so long for that one's end, then it is turned away.
const CHANGE: Duration = Duration::from_millis(300);

/// A reader at a port.
pub(super) struct SocketSlot {
    at: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    slot: Mutex<Slot>,
    changed: Condvar,
}

#[derive(Default)]
struct Slot {
    card: Option<Arc<Plugged>>,
    /// The card that is in was given out.
    given: bool,
    closing: bool,
}

impl SocketSlot {
    /// Listens.
    ///
    /// # Errors
    /// The port is taken, or no thread can be had.
    pub(super) fn listen(at: SocketAddr) -> Result<Self, Error> {
        let failed = |error: std::io::Error| {
            Error::new(Fault::System, format!("no card can be put in at {at}: {error}"))
                .advice("choose another port for `socket:`; a nozzle has one of its own")
        };
        let listener = TcpListener::bind(at).map_err(failed)?;
        let at = listener.local_addr().map_err(failed)?;
        let shared = Arc::<Shared>::default();
        let of_thread = Arc::clone(&shared);
        let acceptor = std::thread::Builder::new().name("card socket".to_owned());
        let acceptor = acceptor.spawn(move || of_thread.accept(&listener)).map_err(failed)?;
        Ok(Self { at, shared, acceptor: Some(acceptor) })
    }
}

impl Shared {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            if self.slot().closing {
                break;
            }
            // A connection that broke before it was taken is no card.
            let Ok(stream) = stream else { continue };
            let before = self.slot().card.clone();
            if before.is_none_or(|before| before.wait_until_gone(CHANGE)) {
                self.put_in(stream);
            }
        }
    }

    fn put_in(self: &Arc<Self>, stream: TcpStream) {
        let Ok(card) = Plugged::new(stream) else { return };
        let (shared, heard) = (Arc::clone(self), Arc::clone(&card));
        let hearing = std::thread::Builder::new().name("card".to_owned()).spawn(move || {
            heard.hear();
            let mut slot = shared.slot();
            if slot.card.as_ref().is_some_and(|card| Arc::ptr_eq(card, &heard)) {
                slot.card = None;
            }
            drop(slot);
            shared.changed.notify_all();
        });
        if hearing.is_ok() {
            let mut slot = self.slot();
            (slot.card, slot.given) = (Some(card), false);
            drop(slot);
            self.changed.notify_all();
        }
    }
}

impl CardSlot for SocketSlot {
    fn describe(&self) -> (&'static str, Option<String>) {
        ("socket", Some(self.at.to_string()))
    }

    fn wait_for_card(&mut self, at_most: Duration) -> Result<Option<CardInside>, ReaderSilent> {
        let end = Instant::now() + at_most;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let nothing_new = |slot: &mut Slot| slot.card.is_none() || slot.given;
            let waited =
                self.shared.changed.wait_timeout_while(self.shared.slot(), left, nothing_new);
            let (mut slot, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            if timeout.timed_out() {
                return Ok(None);
            }
            slot.given = true;
            let Some(card) = slot.card.clone() else { continue };
            drop(slot);
            if let Some(inside) = with_power(card) {
                return Ok(Some(inside));
            }
        }
    }

    fn again(&mut self) -> Result<Option<CardInside>, ReaderSilent> {
        let card = { self.shared.slot() }.card.clone();
        Ok(card.and_then(with_power))
    }
}

fn with_power(card: Arc<Plugged>) -> Option<CardInside> {
    let chip = Box::new(card.power()?);
    Some(CardInside { chip, presence: card })
}

impl Drop for SocketSlot {
    fn drop(&mut self) {
        let card = {
            let mut slot = self.shared.slot();
            slot.closing = true;
            slot.card.take()
        };
        if let Some(card) = card {
            card.eject();
        }
        // Wakes the thread that accepts, so that the port is free when this is done.
        if TcpStream::connect(self.at).is_ok()
            && let Some(acceptor) = self.acceptor.take()
        {
            // One that panicked has the port no more, either.
            let _ = acceptor.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    /// Only a test that fails waits so long.
    const LIMIT: Duration = Duration::from_secs(20);

    /// A card that answers 9000 to every command; it is in until the stream is shut down.
    fn card(at: SocketAddr) -> TcpStream {
        let stream = TcpStream::connect(at).unwrap();
        let mut heard = stream.try_clone().unwrap();
        std::thread::spawn(move || {
            loop {
                let mut length = [0; 2];
                if heard.read_exact(&mut length).is_err() {
                    return;
                }
                let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
                heard.read_exact(&mut payload).unwrap();
                let answer: &[u8] = match payload.as_slice() {
                    [0] | [1] => continue,
                    [4] => &[0, 2, 0x3B, 0],
                    _ => &[0, 2, 0x90, 0],
                };
                heard.write_all(answer).unwrap();
            }
        });
        stream
    }

    fn is_pulled(inside: &CardInside) -> bool {
        let end = Instant::now() + LIMIT;
        while inside.presence.is_in() && Instant::now() < end {
            std::thread::yield_now();
        }
        !inside.presence.is_in()
    }

    #[test]
    fn a_card_that_connects_is_in_until_it_closes_and_given_once() {
        let mut slot = SocketSlot::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let at = slot.at;
        assert!(slot.wait_for_card(Duration::ZERO).unwrap().is_none());
        let first = card(at);
        let mut inside = slot.wait_for_card(LIMIT).unwrap().unwrap();
        assert_eq!(inside.chip.transmit(&[0, 0xA4, 0, 0]).unwrap().as_slice(), [0x90, 0]);
        assert!(slot.wait_for_card(Duration::ZERO).unwrap().is_none(), "it was given out");
        // Another one finds the reader taken.
        let mut second = card(at);
        assert_eq!(second.read(&mut [0]).unwrap_or(0), 0);
        // Power again: the hold from before has none.
        let mut again = slot.again().unwrap().unwrap();
        assert_eq!(inside.chip.transmit(&[0, 0xA4, 0, 0]), Err(terminal::Lost::NotSent));
        drop(inside);
        assert_eq!(again.chip.transmit(&[0, 0xA4, 0, 0]).unwrap().as_slice(), [0x90, 0]);
        first.shutdown(std::net::Shutdown::Both).unwrap();
        assert!(is_pulled(&again));
        assert_eq!(again.chip.transmit(&[0, 0xA4, 0, 0]), Err(terminal::Lost::NotSent));
        let _third = card(at);
        assert!(slot.wait_for_card(LIMIT).unwrap().is_some());
        drop(slot);
        assert!(TcpStream::connect(at).is_err(), "the port is free");
    }
}
