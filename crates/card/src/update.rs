//! UPDATE BINARY, plain and protected (protocol §7).

use crypto::message::SecureMessage;
use nvm::Nvm;
use wire::files::{LOG_SFI, PUBLIC_DATA_SFI, PublicData};
use wire::{Mac, StatusWord};

use crate::card::{Answer, Card, done, require};

impl<N: Nvm> Card<N> {
    /// `00 D6`: 6982 unless EXTERNAL AUTHENTICATE succeeded · 6A82, 6981 file · 6B00 offset · 6A80 data.
    pub(crate) fn update(&mut self, sfi: u8, offset: u8, data: &[u8]) -> Answer {
        require(self.ram.issuer_authenticated(), StatusWord::PIN_NOT_VERIFIED)?;
        let next = self.updated(sfi, offset, data)?;
        self.commit(|state| state.public = next)?;
        done(&[])
    }

    /// `04 D6`: 9403 key · 6A82, 6981 file · 6B00 offset · 6A80 data · 6988 MAC, counted.
    pub(crate) fn update_protected(
        &mut self,
        challenge: [u8; 4],
        (sfi, offset, data): (u8, u8, &[u8]),
        mac: Mac,
    ) -> Answer {
        let key = self.keys().maintenance.usable().ok_or(StatusWord::NO_SUCH_KEY)?;
        let own = SecureMessage::UpdateBinary { sfi, offset, data }.mac(key, challenge);
        let next = self.updated(sfi, offset, data)?;
        let agreed = self.count_message()?.compare(own, mac)?;
        self.commit(|state| state.update_public(next, agreed))?;
        done(&[])
    }
}

impl<N> Card<N> {
    /// EF 15 with these bytes in it.
    fn updated(&self, sfi: u8, offset: u8, data: &[u8]) -> Result<PublicData, StatusWord> {
        match sfi {
            PUBLIC_DATA_SFI => {}
            LOG_SFI => return Err(StatusWord::INCOMPATIBLE_FILE),
            _ => return Err(StatusWord::FILE_NOT_FOUND),
        }
        let old = self.state.public;
        let mut file = [0; PublicData::LEN];
        file.copy_from_slice(&old.encode());
        let from = usize::from(offset);
        let place = file.get_mut(from..from.saturating_add(data.len()));
        place.ok_or(StatusWord::OFFSET_OUTSIDE)?.copy_from_slice(data);
        let next = PublicData::parse(&file).filter(|next| names_the_same_card(&old, next));
        next.ok_or(StatusWord::WRONG_DATA)
    }
}

/// Issuer, card number, levels and scheme are what the card's keys were dispersed by: another name would make it a card
/// whose codes nobody can check.
fn names_the_same_card(old: &PublicData, next: &PublicData) -> bool {
    (old.issuer, old.number, old.fci) == (next.issuer, next.number, next.fci)
}
