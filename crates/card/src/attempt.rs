//! The error counter, and that of secure messages (protocol §5): a code is counted in NVM before it is compared.

use crypto::Agreed;
use nvm::Nvm;
use seeded::Bug;
use wire::{Mac, StatusWord};

use crate::card::{Card, Stop};
use crate::state::State;

/// A code that the error counter has counted in NVM and that may now be compared: only [`Card::count_attempt`] makes
/// one, and comparing uses it up.
pub(crate) struct Attempt(());

impl Attempt {
    /// 9302 when the codes differ. Reaching the limit shows with the next command.
    pub(crate) fn compare(self, own: Mac, given: Mac) -> Result<Agreed, StatusWord> {
        crypto::check(own, given).ok_or(StatusWord::WRONG_MAC)
    }
}

/// The same of a code that the issuer made: only [`Card::count_message`] makes one.
pub(crate) struct Message(());

impl Message {
    /// 6988 when the codes differ.
    pub(crate) fn compare(self, own: Mac, given: Mac) -> Result<Agreed, StatusWord> {
        crypto::check(own, given).ok_or(StatusWord::WRONG_SECURE_MESSAGE)
    }
}

impl<N: Nvm> Card<N> {
    /// Adds one to the error counter before a code is compared, so that cutting the power hides no attempt; the
    /// command's effect resets it in the same commit (protocol §5).
    pub(crate) fn count_attempt(&mut self) -> Result<Attempt, Stop> {
        self.commit(State::count_attempt)?;
        if seeded::is(Bug::CounterResetEarly) {
            self.commit(|state| state.error_counter = 0)?;
        }
        Ok(Attempt(()))
    }

    /// The same for a code of the issuer, which has a counter of its own.
    pub(crate) fn count_message(&mut self) -> Result<Message, Stop> {
        self.commit(State::count_message)?;
        Ok(Message(()))
    }
}
