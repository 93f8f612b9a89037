//! Readers that hands put cards into, and the cards' power.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use card::Card;
use forecourt::slot::{CardInside, CardSlot, Presence, ReaderSilent};
use nvm::memory::{Fill, Tear};
use terminal::{Lost, Transport};
use wire::CardCommand;
use wire::apdu::ResponseBytes;
use wire::files::DEFAULT_AID;

use crate::memory::Memory;

/// Who reads the books holds all chips still; who talks to a chip takes a turn.
#[derive(Clone, Debug, Default)]
pub struct Still(Arc<RwLock<()>>);

impl Still {
    /// Until it is dropped nobody reads the books.
    pub(crate) fn turn(&self) -> RwLockReadGuard<'_, ()> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks while no card and no PSAM is asked anything.
    pub fn hold<T>(&self, look: impl FnOnce() -> T) -> T {
        let _still = self.0.write().unwrap_or_else(PoisonError::into_inner);
        look()
    }
}

/// A card's commit has about so many bytes; a tear behind the end of a write is one at its end.
const LONGEST_WRITE: usize = 512;

/// When a card's power fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TearAt {
    /// Somewhere in its next write.
    Next,
    /// LOCK FOR REFUEL is carried out, and its answer does not leave.
    Lock,
    /// The same of DEBIT FOR REFUEL.
    Debit,
    /// The same of DEBIT FOR UNLOCK.
    Unlock,
    /// The same of CREDIT FOR LOAD.
    Load,
    /// The same of DEBIT FOR PURCHASE.
    Purchase,
}

impl TearAt {
    const NAMES: [(Self, &'static str); 6] = [
        (Self::Next, "next"),
        (Self::Lock, "lock"),
        (Self::Debit, "debit"),
        (Self::Unlock, "unlock"),
        (Self::Load, "load"),
        (Self::Purchase, "purchase"),
    ];

    /// By its name in documents.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(_, known)| *known == name).map(|(at, _)| at)
    }

    /// The name in documents.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.into_iter().find(|(at, _)| *at == self).map_or("next", |(_, name)| name)
    }

    /// Whether its power fails once this command is carried out.
    fn is_after(self, command: &[u8]) -> bool {
        matches!(
            (self, CardCommand::parse(command)),
            (Self::Lock, Ok(CardCommand::LockForRefuel(_)))
                | (Self::Debit, Ok(CardCommand::DebitForRefuel(_)))
                | (Self::Unlock, Ok(CardCommand::DebitForUnlock(_)))
                | (Self::Load, Ok(CardCommand::CreditForLoad(_)))
                | (Self::Purchase, Ok(CardCommand::DebitForPurchase(_)))
        )
    }
}

/// What a card's chip is like, wherever the card is.
#[derive(Debug)]
pub struct CardBody {
    /// Its number.
    pub asn: wire::Asn,
    /// Its memory.
    pub memory: Memory,
    power: Mutex<Power>,
}

/// A card's power.
#[derive(Clone, Copy, Debug, Default)]
pub struct Power {
    /// It will fail.
    pub tear: Option<TearAt>,
    /// It failed while the card was in a reader, and the card is in it still.
    pub dead: bool,
    tears: u64,
}

impl CardBody {
    /// A card with this memory.
    #[must_use]
    pub fn new(asn: wire::Asn, memory: Memory) -> Self {
        Self { asn, memory, power: Mutex::default() }
    }

    /// How its power stands.
    #[must_use]
    pub fn power(&self) -> Power {
        *self.lock()
    }

    /// Its power shall fail, or not.
    pub fn tear(&self, tear: Option<TearAt>) {
        self.lock().tear = tear;
    }

    /// Talks to it with power of its own, after SELECT.
    ///
    /// # Errors
    /// It gives no answer, or whoever talks gives up.
    pub fn tinker<T>(
        &self,
        still: &Still,
        talk: impl FnOnce(&mut Tinkering) -> Result<T, String>,
    ) -> Result<T, String> {
        let _turn = still.turn();
        self.revive();
        let chip = Card::power_on(self.memory.clone()).map_err(|error| error.to_string())?;
        let mut tinkering = Tinkering(chip);
        tinkering.send(&CardCommand::SelectName { name: &DEFAULT_AID, le: Some(0) }.encode())?;
        talk(&mut tinkering)
    }

    fn lock(&self) -> MutexGuard<'_, Power> {
        self.power.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a command to the chip, and lets its power fail where hands said so.
    fn transmit(&self, chip: &mut Card<Memory>, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let tear = self.power().tear;
        if tear == Some(TearAt::Next) {
            self.memory.arm(self.next_tear());
        }
        let answer = chip.transmit(command).map_err(|_| Lost::Unknown);
        match tear {
            // All of it is done, and the answer does not leave.
            Some(at) if at.is_after(command) => {
                self.memory.cut_power();
                Err(Lost::Unknown)
            }
            _ => answer,
        }
    }

    /// Somewhere in the next write, in a place and with a noise that are other ones each time.
    fn next_tear(&self) -> Tear {
        let mut power = self.lock();
        power.tears = power.tears.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7F);
        let at = usize::try_from(power.tears >> 32).unwrap_or(0) % LONGEST_WRITE;
        Tear { write: 1, at, fill: Fill::Random(power.tears) }
    }

    /// True when its power failed just now.
    fn failed_now(&self) -> bool {
        let mut power = self.lock();
        let failed = self.memory.is_dark() && !power.dead;
        if failed {
            (power.dead, power.tear) = (true, None);
        }
        failed
    }

    fn revive(&self) {
        self.memory.power_on();
        self.lock().dead = false;
    }
}

/// A card with power at a terminal of nobody.
pub struct Tinkering(Card<Memory>);

impl Tinkering {
    /// The data and the status word of its answer.
    ///
    /// # Errors
    /// It gives none.
    pub fn send(&mut self, command: &[u8]) -> Result<(Vec<u8>, u16), String> {
        let answer = self.0.transmit(command).map_err(|_| "the card gives no answer")?;
        let (data, end) = answer.split_last_chunk().ok_or("the card gives no status word")?;
        Ok((data.to_vec(), u16::from_be_bytes(*end)))
    }
}

/// What somebody hears of a reader.
pub trait Ear: Send + Sync {
    /// The card's power failed in a write.
    fn torn(&self, asn: wire::Asn);
    /// A card was asked something that may have changed it.
    fn worked(&self);
}

/// A reader: at most one card is in it.
#[derive(Default)]
pub struct Reader {
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    card: Option<Arc<CardBody>>,
    /// Counts the insertions.
    turn: u64,
    /// The last insertion that was given out.
    given: u64,
}

impl Reader {
    /// Puts a card in; false when one is in.
    pub fn insert(&self, card: &Arc<CardBody>) -> bool {
        let mut inside = self.lock();
        if inside.card.is_some() {
            return false;
        }
        card.revive();
        inside.card = Some(Arc::clone(card));
        inside.turn += 1;
        drop(inside);
        self.changed.notify_all();
        true
    }

    /// Pulls this card out; false when it is not in.
    pub fn pull(&self, asn: wire::Asn) -> bool {
        let mut inside = self.lock();
        if inside.card.as_ref().is_none_or(|card| card.asn != asn) {
            return false;
        }
        if let Some(card) = inside.card.take() {
            card.revive();
        }
        drop(inside);
        self.changed.notify_all();
        true
    }

    /// The card that is in.
    #[must_use]
    pub fn card(&self) -> Option<Arc<CardBody>> {
        self.lock().card.clone()
    }

    /// Its station starts again, and finds what is in it.
    fn forget(&self) {
        self.lock().given = 0;
    }

    fn holds(&self, turn: u64) -> bool {
        let inside = self.lock();
        inside.card.is_some() && inside.turn == turn
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A station's side of a reader.
pub struct HandSlot {
    reader: Arc<Reader>,
    still: Still,
    ear: Arc<dyn Ear>,
}

impl HandSlot {
    /// The reader, for a station that starts.
    #[must_use]
    pub fn new(reader: Arc<Reader>, still: Still, ear: Arc<dyn Ear>) -> Self {
        reader.forget();
        Self { reader, still, ear }
    }

    fn power(&self, turn: u64, body: Arc<CardBody>) -> Option<CardInside> {
        let chip = Card::power_on(body.memory.clone()).ok()?;
        let inside = CardInReader {
            chip,
            body,
            turn,
            reader: Arc::clone(&self.reader),
            still: self.still.clone(),
            ear: Arc::clone(&self.ear),
        };
        let presence = Arc::new(InReader { reader: Arc::clone(&self.reader), turn });
        Some(CardInside { chip: Box::new(inside), presence })
    }
}

impl CardSlot for HandSlot {
    fn describe(&self) -> (&'static str, Option<String>) {
        ("hands", None)
    }

    fn wait_for_card(&mut self, at_most: Duration) -> Result<Option<CardInside>, ReaderSilent> {
        let inside = self.reader.lock();
        let is_new = |inside: &mut Inside| inside.card.is_none() || inside.given == inside.turn;
        let waited = self.reader.changed.wait_timeout_while(inside, at_most, is_new);
        let (mut inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let Some(body) = inside.card.clone().filter(|_| inside.given != inside.turn) else {
            return Ok(None);
        };
        inside.given = inside.turn;
        let turn = inside.turn;
        drop(inside);
        Ok(self.power(turn, body))
    }

    fn again(&mut self) -> Result<Option<CardInside>, ReaderSilent> {
        let inside = self.reader.lock();
        let (body, turn) = (inside.card.clone(), inside.turn);
        drop(inside);
        // A card whose power failed stays dead until hands take it out.
        Ok(body.filter(|body| !body.power().dead).and_then(|body| self.power(turn, body)))
    }
}

struct InReader {
    reader: Arc<Reader>,
    turn: u64,
}

impl Presence for InReader {
    fn is_in(&self) -> bool {
        self.reader.holds(self.turn)
    }
}

/// A card with power.
struct CardInReader {
    chip: Card<Memory>,
    body: Arc<CardBody>,
    turn: u64,
    reader: Arc<Reader>,
    still: Still,
    ear: Arc<dyn Ear>,
}

impl Transport for CardInReader {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let turn = self.still.turn();
        if !self.reader.holds(self.turn) || self.body.power().dead {
            return Err(Lost::NotSent);
        }
        let answer = self.body.transmit(&mut self.chip, command);
        let torn = self.body.failed_now();
        drop(turn);
        if torn {
            self.ear.torn(self.body.asn);
        }
        self.ear.worked();
        answer
    }

    fn is_present(&mut self) -> bool {
        self.reader.holds(self.turn)
    }
}
