//! A reader in the same process, and the hand that puts cards in and pulls them: for demonstrations and tests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

use crate::slot::{CardInside, CardSlot, ChipTransport, Presence, PsamSlot, ReaderSilent};

/// Gives a chip power, each time anew; `None` for one that is dead.
pub type Chip = Box<dyn FnMut() -> Option<ChipTransport> + Send>;

/// Something is in the reader already.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a card is in already: pull it first")]
pub struct Taken;

#[derive(Default)]
struct Reader {
    inside: Mutex<Inside>,
    moved: Condvar,
    /// Counts the cards that were put in and pulled; odd while one is in.
    turn: AtomicU64,
}

#[derive(Default)]
struct Inside {
    chip: Option<Chip>,
    /// What has power now; pulling the card takes it away.
    powered: Option<Arc<Mutex<Option<ChipTransport>>>>,
    given: bool,
}

impl Reader {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> u64 {
        self.turn.load(Ordering::SeqCst)
    }
}

/// The hand at one reader.
#[derive(Clone)]
pub struct Hand(Arc<Reader>);

/// The reader.
pub struct HandSlot(Arc<Reader>);

/// A reader and its hand.
#[must_use]
pub fn reader() -> (Hand, HandSlot) {
    let reader = Arc::new(Reader::default());
    (Hand(Arc::clone(&reader)), HandSlot(reader))
}

impl Hand {
    /// Puts a card in. `chip` gives it power, each time that the reader wants it anew, and must not use this hand.
    ///
    /// # Errors
    /// One is in.
    pub fn insert(
        &self,
        chip: impl FnMut() -> Option<ChipTransport> + Send + 'static,
    ) -> Result<(), Taken> {
        let mut inside = self.0.inside();
        if inside.chip.is_some() {
            return Err(Taken);
        }
        *inside = Inside { chip: Some(Box::new(chip)), powered: None, given: false };
        self.0.turn.fetch_add(1, Ordering::SeqCst);
        self.0.moved.notify_all();
        Ok(())
    }

    /// Pulls the card; false when none is in. When this returns the chip has no power and nobody talks to it.
    pub fn pull(&self) -> bool {
        let powered = {
            let mut inside = self.0.inside();
            if inside.chip.take().is_none() {
                return false;
            }
            self.0.turn.fetch_add(1, Ordering::SeqCst);
            self.0.moved.notify_all();
            inside.powered.take()
        };
        // A command that the chip has already begun comes to its end first.
        if let Some(powered) = powered {
            powered.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        true
    }

    /// Whether a card is in.
    #[must_use]
    pub fn is_in(&self) -> bool {
        self.0.turn() % 2 == 1
    }
}

/// The card of one turn.
struct OneTurn {
    reader: Arc<Reader>,
    turn: u64,
}

impl Presence for OneTurn {
    fn is_in(&self) -> bool {
        self.reader.turn() == self.turn
    }
}

/// The way to a chip that somebody may pull.
struct Contacts(Arc<Mutex<Option<ChipTransport>>>);

impl Transport for Contacts {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let mut chip = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        chip.as_mut().ok_or(Lost::NotSent)?.transmit(command)
    }

    fn is_present(&mut self) -> bool {
        let chip = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        chip.is_some()
    }
}

impl HandSlot {
    fn power(&self, inside: &mut Inside) -> Result<Option<CardInside>, ReaderSilent> {
        let Some(chip) = &mut inside.chip else { return Ok(None) };
        // A dead chip is in, and answers nothing.
        let powered = Arc::new(Mutex::new(chip()));
        inside.powered = Some(Arc::clone(&powered));
        let presence = OneTurn { reader: Arc::clone(&self.0), turn: self.0.turn() };
        Ok(Some(CardInside { chip: Box::new(Contacts(powered)), presence: Arc::new(presence) }))
    }
}

impl CardSlot for HandSlot {
    fn describe(&self) -> (&'static str, Option<String>) {
        ("hands", None)
    }

    fn wait_for_card(&mut self, at_most: Duration) -> Result<Option<CardInside>, ReaderSilent> {
        let inside = self.0.inside();
        let waits = |inside: &mut Inside| inside.chip.is_none() || inside.given;
        let waited = self.0.moved.wait_timeout_while(inside, at_most, waits);
        let (mut inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if waits(&mut inside) {
            return Ok(None);
        }
        inside.given = true;
        self.power(&mut inside)
    }

    fn again(&mut self) -> Result<Option<CardInside>, ReaderSilent> {
        let mut inside = self.0.inside();
        if let Some(powered) = inside.powered.take() {
            powered.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        inside.given = inside.chip.is_some();
        self.power(&mut inside)
    }
}

/// A PSAM's place over a chip in this process.
pub struct PsamIn(pub Chip);

impl PsamSlot for PsamIn {
    fn power(&mut self) -> Result<ChipTransport, ReaderSilent> {
        (self.0)().ok_or_else(|| ReaderSilent("the PSAM does not answer".to_owned()))
    }
}
