//! The PSAMs of a station, their power, and how they fail.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use forecourt::slot::ReaderSilent;
use forecourt::{ChipTransport, PsamSlot};
use psam::Psam;
use terminal::{Lost, Transport};
use wire::PsamCommand;
use wire::apdu::ResponseBytes;

use crate::memory::Memory;
use crate::readers::Still;

/// How a PSAM fails, at its next DEBIT SAM GREY UNLOCK.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PsamFails {
    /// It makes the GMAC, loses its power before it answers, and has it again after that.
    AfterGmac,
    /// It dies before it makes the GMAC.
    Dies,
}

/// What a PSAM's chip is like.
#[derive(Debug)]
pub struct PsamBody {
    /// Its memory.
    pub memory: Memory,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    fails: Option<PsamFails>,
    dead: bool,
}

impl PsamBody {
    /// A PSAM with this memory.
    #[must_use]
    pub fn new(memory: Memory) -> Self {
        Self { memory, state: Mutex::default() }
    }

    /// It shall fail, or not.
    pub fn fail(&self, fails: Option<PsamFails>) {
        self.lock().fails = fails;
    }

    /// How it will fail, if it shall.
    #[must_use]
    pub fn fails(&self) -> Option<PsamFails> {
        self.lock().fails
    }

    /// It will never answer again.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.lock().dead
    }

    /// How it fails at this command, if it does. It does so once.
    fn fails_at(&self, command: &[u8]) -> Option<PsamFails> {
        match PsamCommand::parse(command) {
            Ok(PsamCommand::DebitGreyUnlock(_)) => self.lock().fails.take(),
            _ => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a PSAM, which keeps what it knows when its power goes.
pub struct PsamPlace {
    /// Its chip.
    pub body: Arc<PsamBody>,
    /// With the books.
    pub still: Still,
}

impl PsamSlot for PsamPlace {
    fn power(&mut self) -> Result<ChipTransport, ReaderSilent> {
        if self.body.is_dead() {
            return Err(ReaderSilent("the PSAM does not answer: it is dead".to_owned()));
        }
        self.body.memory.power_on();
        let chip = Psam::power_on(self.body.memory.clone());
        let chip = chip.map_err(|error| ReaderSilent(error.to_string()))?;
        Ok(Box::new(PsamInPlace { chip, body: Arc::clone(&self.body), still: self.still.clone() }))
    }
}

struct PsamInPlace {
    chip: Psam<Memory>,
    body: Arc<PsamBody>,
    still: Still,
}

impl Transport for PsamInPlace {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let _turn = self.still.turn();
        if self.body.is_dead() {
            return Err(Lost::Unknown);
        }
        let fails = self.body.fails_at(command);
        if fails == Some(PsamFails::Dies) {
            self.body.lock().dead = true;
            return Err(Lost::Unknown);
        }
        let answer = self.chip.transmit(command).map_err(|_| Lost::Unknown);
        if fails == Some(PsamFails::AfterGmac) {
            self.body.memory.cut_power();
            return Err(Lost::Unknown);
        }
        answer
    }
}
