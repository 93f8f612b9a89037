//! The error counter (protocol §5): a code is counted in NVM before it is compared.

use crypto::Agreed;
use nvm::Nvm;
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

impl<N: Nvm> Card<N> {
    /// Adds one to the error counter before a code is compared, so that cutting the power hides no attempt; the
    /// command's effect resets it in the same commit (protocol §5).
    pub(crate) fn count_attempt(&mut self) -> Result<Attempt, Stop> {
        self.commit(State::count_attempt)?;
        Ok(Attempt(()))
    }
}
