//! SWITCH KEYS (protocol §7): all keys of a card go over to the next ones, at once and for good.

use crypto::message::SecureMessage;
use nvm::Nvm;
use wire::{Mac, StatusWord};

use crate::card::{Answer, Card, done, require};
use crate::profile::{CardKeys, NextKeys};
use crate::session::Ram;

impl<N: Nvm> Card<N> {
    /// 6985 grey · 9403 key: no such keys, those of today, or those that were left · 6988 MAC, counted.
    ///
    /// One commit moves the active keys and the FCI of EF 15. Money, numbers, log, proofs, counters and an unread TAC
    /// stay: that TAC was made, and is verified by its own key version. What the old keys opened is closed, as by SELECT.
    pub(crate) fn switch_keys(&mut self, challenge: [u8; 4], version: u8, given: Mac) -> Answer {
        require(self.state.grey().is_none(), StatusWord::CONDITIONS)?;
        let next = self.waiting_keys().filter(|next| next.keys.version() == version);
        let next = next.filter(|next| next.keys.are_usable()).ok_or(StatusWord::NO_SUCH_KEY)?;
        let fci = next.fci;
        let agreed = self.accept(SecureMessage::SwitchKeys { version }, challenge, given)?;
        self.commit(|state| state.switch_keys(fci, agreed))?;
        self.ram = Ram::APPLICATION;
        done(&[])
    }
}

impl<N> Card<N> {
    /// The keys in use.
    pub(crate) fn keys(&self) -> &CardKeys {
        match &self.profile.next {
            Some(next) if self.state.switched => &next.keys,
            _ => &self.profile.keys,
        }
    }

    /// The keys that SWITCH KEYS may go over to. A set that was left is none: a way back would open a card that went to
    /// a better suite to whoever broke the one before (protocol §12).
    pub(crate) fn waiting_keys(&self) -> Option<&NextKeys> {
        self.profile.next.as_ref().filter(|_| !self.state.switched)
    }
}

impl CardKeys {
    /// The version that names the set: that of DAMK.
    pub(crate) const fn version(&self) -> u8 {
        self.maintenance.version
    }
}
