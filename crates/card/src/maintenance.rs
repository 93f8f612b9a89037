//! What the issuer does to a card (protocol §5, §7): block, unblock, authentication.

use crypto::message::{SecureMessage, internal_authenticate};
use crypto::{Agreed, Key};
use nvm::Nvm;
use wire::{Mac, StatusWord};

use crate::card::{Answer, Card, Stop, done, require};
use crate::profile::CardKey;
use crate::session::Ram;
use crate::state::UNBLOCK_TRIES;

/// The key, where the card knows its suite; 9403 else.
fn usable(key: &CardKey) -> Result<&Key, StatusWord> {
    key.usable().ok_or(StatusWord::NO_SUCH_KEY)
}

impl<N: Nvm> Card<N> {
    /// APPLICATION UNBLOCK. Wrong codes count apart, before they are compared; three lock for good (9303).
    pub(crate) fn unblock(&mut self, challenge: [u8; 4], given: Mac) -> Answer {
        require(self.application_locked(), StatusWord::CONDITIONS)?;
        require(!self.state.locked_for_good(), StatusWord::LOCKED_FOR_GOOD)?;
        let key = usable(&self.keys().maintenance)?;
        let own = SecureMessage::ApplicationUnblock.mac(key, challenge);
        self.commit(|state| {
            state.unblock_failures = state.unblock_failures.saturating_add(1).min(UNBLOCK_TRIES);
        })?;
        let agreed = crypto::check(own, given).ok_or(StatusWord::WRONG_SECURE_MESSAGE)?;
        self.commit(|state| state.unblock(agreed))?;
        done(&[])
    }

    /// APPLICATION BLOCK: 9403 key · 6988 MAC, counted. A grey card can be blocked, and stays grey.
    pub(crate) fn block(&mut self, challenge: [u8; 4], given: Mac) -> Answer {
        let agreed = self.accept(SecureMessage::ApplicationBlock, challenge, given)?;
        self.commit(|state| state.block(agreed))?;
        done(&[])
    }

    /// CARD BLOCK: 6985 grey · 9403 key · 6988 MAC, counted. Nothing works any more, for good.
    pub(crate) fn card_block(&mut self, challenge: [u8; 4], given: Mac) -> Answer {
        require(self.state.grey().is_none(), StatusWord::CONDITIONS)?;
        let agreed = self.accept(SecureMessage::CardBlock, challenge, given)?;
        self.commit(|state| state.block_card(agreed))?;
        self.ram = Ram::default();
        done(&[])
    }

    /// EXTERNAL AUTHENTICATE: 9403 key · 6988 MAC, counted. Until the next SELECT or reset UPDATE BINARY needs no code.
    pub(crate) fn external_authenticate(&mut self, challenge: [u8; 4], given: Mac) -> Answer {
        self.ram.set_issuer_authenticated(false);
        let agreed = self.accept(SecureMessage::ExternalAuthenticate, challenge, given)?;
        self.commit(|state| state.accept_message(agreed))?;
        self.ram.set_issuer_authenticated(true);
        done(&[])
    }

    /// A message under DAMK: 9403 key · 6988 MAC. It is counted in NVM before it is compared.
    pub(crate) fn accept(
        &mut self,
        message: SecureMessage<'_>,
        challenge: [u8; 4],
        given: Mac,
    ) -> Result<Agreed, Stop> {
        let own = message.mac(usable(&self.keys().maintenance)?, challenge);
        Ok(self.count_message()?.compare(own, given)?)
    }
}

impl<N> Card<N> {
    /// INTERNAL AUTHENTICATE: the card proves that it has DIAK, which serves nothing else.
    pub(crate) fn internal_authenticate(&self, data: [u8; 8]) -> Answer {
        done(&internal_authenticate(usable(&self.keys().internal)?, data))
    }
}
