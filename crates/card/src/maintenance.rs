//! APPLICATION UNBLOCK (protocol §5, §7): the centre frees a locked application.

use crypto::mac;
use nvm::Nvm;
use wire::{Mac, StatusWord};

use crate::card::{Answer, Card, done, require};
use crate::state::UNBLOCK_TRIES;

/// `CLA INS P1 P2 Lc`, which the code is made over.
const HEADER: [u8; 5] = [0x84, 0x18, 0x00, 0x00, 0x04];

impl<N: Nvm> Card<N> {
    /// Wrong codes count apart, before they are compared; three lock for good (9303).
    pub(crate) fn application_unblock(&mut self, challenge: [u8; 4], given: Mac) -> Answer {
        require(self.application_locked(), StatusWord::CONDITIONS)?;
        require(!self.state.locked_for_good(), StatusWord::LOCKED_FOR_GOOD)?;
        self.commit(|state| {
            state.unblock_failures = state.unblock_failures.saturating_add(1).min(UNBLOCK_TRIES);
        })?;
        let own = mac::secure_message(&self.profile.keys.maintenance.key, challenge, &HEADER);
        let agreed = crypto::check(own, given).ok_or(StatusWord::WRONG_SECURE_MESSAGE)?;
        self.commit(|state| state.unblock(agreed))?;
        done(&[])
    }
}
