//! Readers with a card or a PSAM in them, and whatever sits on the wire in between.

use std::cell::Cell;
use std::rc::Rc;

use card::Card;
use nvm::memory::{Ram, Tear};
use psam::Psam;
use terminal::{Lost, Transport};
use wire::apdu::{ResponseBytes, response, split_response};
use wire::{CardCommand, StatusWord};

/// The bare wire to a card, as a shim holds it.
pub struct Wire<'a> {
    card: &'a mut Card<Ram>,
    pulled: &'a Cell<bool>,
}

impl Wire<'_> {
    /// Lets the card have a command.
    pub fn send(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        if self.pulled.get() {
            return Err(Lost::Unknown);
        }
        self.card.transmit(command).map_err(|_| Lost::Unknown)
    }

    /// Pulls the card out.
    pub fn pull(&self) {
        self.pulled.set(true);
    }
}

/// Somebody on the wire between terminal and card: honest or not.
pub type Shim = Box<dyn FnMut(&mut Wire<'_>, &[u8]) -> Result<ResponseBytes, Lost>>;

/// A reader with a card in it.
pub struct CardReader {
    card: Card<Ram>,
    shim: Shim,
    pulled: Rc<Cell<bool>>,
    /// Commands sent so far.
    pub apdus: u32,
}

impl CardReader {
    /// A powered card and who is on its wire.
    #[must_use]
    pub fn new(card: Card<Ram>, shim: Shim) -> Self {
        Self { card, shim, pulled: Rc::default(), apdus: 0 }
    }

    /// A hand that can pull the card while the terminal works.
    #[must_use]
    pub fn hand(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.pulled)
    }

    /// The card, to look at.
    #[must_use]
    pub fn view(&self) -> card::View {
        self.card.view()
    }

    /// Lets the card's power fail in one of its writes from now on.
    pub fn arm(&mut self, tear: Tear) {
        self.card.nvm_mut().arm(tear);
    }

    /// Takes the card out for good.
    #[must_use]
    pub fn take(self) -> Ram {
        self.card.into_nvm()
    }
}

impl Transport for CardReader {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        self.apdus += 1;
        if self.pulled.get() {
            return Err(Lost::NotSent);
        }
        (self.shim)(&mut Wire { card: &mut self.card, pulled: &self.pulled }, command)
    }

    fn is_present(&mut self) -> bool {
        !self.pulled.get()
    }
}

/// Nobody is on the wire.
#[must_use]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method has one lifetime too few for a shim"
)]
pub fn honest() -> Shim {
    Box::new(|wire, command| wire.send(command))
}

/// True when `command` has this name in the protocol.
#[must_use]
pub fn is(command: &[u8], name: &str) -> bool {
    CardCommand::parse(command).is_ok_and(|parsed| parsed.name() == name)
}

/// Pulls the card before the first command of this name reaches it.
#[must_use]
pub fn pulled_before(name: &'static str) -> Shim {
    Box::new(move |wire, command| {
        if is(command, name) {
            wire.pull();
        }
        wire.send(command)
    })
}

/// Pulls the card after it executed the first command of this name: the answer is lost.
#[must_use]
pub fn pulled_after(name: &'static str) -> Shim {
    Box::new(move |wire, command| {
        let answer = wire.send(command);
        if is(command, name) {
            wire.pull();
            return Err(Lost::Unknown);
        }
        answer
    })
}

/// Pulls the card after the answer to the first command of this name arrived.
#[must_use]
pub fn pulled_quietly_after(name: &'static str) -> Shim {
    Box::new(move |wire, command| {
        let answer = wire.send(command);
        if is(command, name) {
            wire.pull();
        }
        answer
    })
}

/// Loses the answer of the first command of this name; the card stays.
#[must_use]
pub fn answer_lost(name: &'static str) -> Shim {
    let mut lost = false;
    Box::new(move |wire, command| {
        let answer = wire.send(command);
        if is(command, name) && !lost {
            lost = true;
            return Err(Lost::Unknown);
        }
        answer
    })
}

/// Answers commands of this name itself with 9000 and made-up data; the card never hears them.
#[must_use]
pub fn answered_for(name: &'static str, data: &'static [u8]) -> Shim {
    Box::new(move |wire, command| {
        if is(command, name) { Ok(response(data, StatusWord::DONE)) } else { wire.send(command) }
    })
}

/// Flips bits of one byte in the answers to commands of this name.
#[must_use]
pub fn altered(name: &'static str, at: usize) -> Shim {
    Box::new(move |wire, command| {
        let answer = wire.send(command)?;
        match split_response(&answer) {
            Some((data, status)) if is(command, name) && at < data.len() => {
                let mut data = data.to_vec();
                data[at] ^= 0x5A;
                Ok(response(&data, status))
            }
            _ => Ok(answer),
        }
    })
}

/// An empty reader.
pub struct NoCard;

impl Transport for NoCard {
    fn transmit(&mut self, _: &[u8]) -> Result<ResponseBytes, Lost> {
        Err(Lost::NotSent)
    }

    fn is_present(&mut self) -> bool {
        false
    }
}

/// A slot with a PSAM in it, which hangs on the station's power and can die.
pub struct PsamSlot {
    psam: Option<Psam<Ram>>,
    power: Rc<Cell<bool>>,
    /// Dead for good: no command is answered any more.
    pub dead: bool,
    /// Dies for good when the command with this instruction byte arrives, before it is executed.
    pub dies_at: Option<u8>,
    /// The station's power fails after the command with this instruction byte was executed.
    pub cut_after: Option<u8>,
    /// Commands sent so far.
    pub apdus: u32,
}

impl PsamSlot {
    /// A powered PSAM.
    #[must_use]
    pub const fn new(psam: Psam<Ram>, power: Rc<Cell<bool>>) -> Self {
        Self { psam: Some(psam), power, dead: false, dies_at: None, cut_after: None, apdus: 0 }
    }

    /// The PSAM, to look at.
    #[must_use]
    pub fn view(&self) -> Option<psam::PsamView> {
        self.psam.as_ref().map(Psam::view)
    }

    /// Lets the PSAM's power fail in one of its writes from now on.
    pub fn arm(&mut self, tear: Tear) {
        if let Some(psam) = &mut self.psam {
            psam.nvm_mut().arm(tear);
        }
    }

    /// A copy of its memory.
    #[must_use]
    pub fn memory(&mut self) -> Ram {
        self.psam.as_mut().map(|psam| psam.nvm_mut().clone()).unwrap_or_default()
    }

    /// Puts a PSAM with this memory into the slot.
    pub fn put(&mut self, memory: Ram) -> Result<(), String> {
        self.psam = Some(Psam::power_on(memory).map_err(|error| error.to_string())?);
        self.dead = false;
        Ok(())
    }

    /// Two slots change their PSAMs; what hangs on the slot stays.
    pub const fn swap(&mut self, other: &mut Self) {
        std::mem::swap(&mut self.psam, &mut other.psam);
        std::mem::swap(&mut self.dead, &mut other.dead);
    }

    /// True when its power failed.
    pub fn is_dark(&mut self) -> bool {
        self.psam.as_mut().is_some_and(|psam| psam.nvm_mut().is_dark())
    }

    /// Power was away and is back: the application must be selected again.
    pub fn power_cycle(&mut self) -> Result<(), String> {
        let Some(psam) = self.psam.take() else { return Ok(()) };
        let mut memory = psam.into_nvm();
        memory.power_on();
        self.psam = Some(Psam::power_on(memory).map_err(|error| error.to_string())?);
        Ok(())
    }
}

impl Transport for PsamSlot {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        self.apdus += 1;
        let instruction = command.get(1).copied();
        self.dead |= self.dies_at.is_some() && self.dies_at == instruction;
        let Some(psam) = self.psam.as_mut().filter(|_| !self.dead && self.power.get()) else {
            return Err(Lost::Unknown);
        };
        let answer = psam.transmit(command).map_err(|_| Lost::Unknown);
        if self.cut_after.is_some() && self.cut_after == instruction {
            self.cut_after = None;
            self.power.set(false);
            return Err(Lost::Unknown);
        }
        answer
    }
}
