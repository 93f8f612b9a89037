//! What the issuer's messages change. A right one sets the count of secure messages back.

use crypto::Agreed;
use wire::files::PublicData;

use super::State;
use crate::pin::{PIN_TRIES, Pin};

impl State {
    /// APPLICATION UNBLOCK took effect: balance, mark and TACUF stay.
    pub(crate) fn unblock(&mut self, agreed: Agreed) {
        self.error_counter = 0;
        self.blocked = false;
        self.unblock_failures = 0;
        self.accept_message(agreed);
    }

    /// APPLICATION BLOCK took effect: balance, mark and TACUF stay.
    pub(crate) fn block(&mut self, agreed: Agreed) {
        self.blocked = true;
        self.accept_message(agreed);
    }

    /// CARD BLOCK took effect. Nothing takes it back.
    pub(crate) fn block_card(&mut self, agreed: Agreed) {
        self.card_blocked = true;
        self.accept_message(agreed);
    }

    /// SWITCH KEYS took effect: the keys in use and what EF 15 says of them, together.
    pub(crate) fn switch_keys(&mut self, fci: [u8; 2], agreed: Agreed) {
        self.switched = true;
        self.public.fci = fci;
        self.accept_message(agreed);
    }

    /// A protected UPDATE BINARY took effect.
    pub(crate) fn update_public(&mut self, next: PublicData, agreed: Agreed) {
        self.public = next;
        self.accept_message(agreed);
    }

    /// RELOAD PIN or UNBLOCK PIN took effect.
    pub(crate) fn replace_pin(&mut self, new: Pin, agreed: Agreed) {
        self.pin = new;
        self.pin_tries = PIN_TRIES;
        self.accept_message(agreed);
    }

    /// A message whose code was right.
    pub(crate) fn accept_message(&mut self, _: Agreed) {
        self.message_failures = 0;
    }
}
