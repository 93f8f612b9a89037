//! What the issuer sends: PINs, blocks, authentication, EF 15.

use crypto::Key;
use crypto::message::{PinBlock, SecureMessage, reload_pin};
use wire::{CardCommand, Mac};

use super::*;

pub(crate) const NEW_PIN: [u8; 3] = [0x98, 0x76, 0x5F];
pub(crate) const VERIFY_NEW: CardCommand<'static> = CardCommand::VerifyPin { digits: &NEW_PIN };
pub(crate) const CHANGE: CardCommand<'static> =
    CardCommand::ChangePin { old: &RIGHT_PIN, new: &NEW_PIN };
pub(crate) const CHANGE_WRONG: CardCommand<'static> =
    CardCommand::ChangePin { old: &WRONG_PIN, new: &NEW_PIN };

/// Where EF 15 has its last day, and another one.
pub(crate) const EXPIRY_AT: u8 = 24;
pub(crate) const NEW_EXPIRY: [u8; 4] = [0x20, 0x35, 0x06, 0x30];

fn maintenance() -> Key {
    keys().maintenance.key
}

pub(crate) fn code(message: SecureMessage<'_>, challenge: [u8; 4]) -> Mac {
    message.mac(&maintenance(), challenge)
}

pub(crate) fn block(challenge: [u8; 4]) -> CardCommand<'static> {
    CardCommand::ApplicationBlock { mac: code(SecureMessage::ApplicationBlock, challenge) }
}

pub(crate) fn card_block(challenge: [u8; 4]) -> CardCommand<'static> {
    CardCommand::CardBlock { mac: code(SecureMessage::CardBlock, challenge) }
}

/// SWITCH KEYS to the next keys, by DAMK of those in use.
pub(crate) fn switch_keys(challenge: [u8; 4]) -> CardCommand<'static> {
    switch_to(NEXT_VERSION, challenge)
}

pub(crate) fn switch_to(version: u8, challenge: [u8; 4]) -> CardCommand<'static> {
    let mac = code(SecureMessage::SwitchKeys { version }, challenge);
    CardCommand::SwitchKeys { version, mac }
}

/// Over to the next keys, on a card that is selected; the PIN is forgotten by it.
pub(crate) fn switch<N: Nvm>(card: &mut Card<N>) {
    let number = challenge(card);
    expect(card, &switch_keys(number));
    SWITCHED.set(true);
}

pub(crate) fn external(challenge: [u8; 4]) -> CardCommand<'static> {
    CardCommand::ExternalAuthenticate { mac: code(SecureMessage::ExternalAuthenticate, challenge) }
}

pub(crate) fn reload() -> CardCommand<'static> {
    let mac = reload_pin(&keys().pin_reload.key, &NEW_PIN);
    CardCommand::ReloadPin { digits: &NEW_PIN, mac }
}

pub(crate) fn unblock_pin(challenge: [u8; 4]) -> CardCommand<'static> {
    let key = keys().pin_unblock.key;
    unblock_pin_with(PinBlock::of(&NEW_PIN).unwrap().seal(&key), challenge)
}

pub(crate) fn unblock_pin_with(block: [u8; 8], challenge: [u8; 4]) -> CardCommand<'static> {
    let key = keys().pin_unblock.key;
    CardCommand::UnblockPin { block, mac: SecureMessage::UnblockPin { block }.mac(&key, challenge) }
}

pub(crate) fn plain_update() -> CardCommand<'static> {
    CardCommand::UpdateBinary { sfi: 0x15, offset: EXPIRY_AT, data: &NEW_EXPIRY }
}

pub(crate) fn protected_update(challenge: [u8; 4]) -> CardCommand<'static> {
    protected(0x15, EXPIRY_AT, &NEW_EXPIRY, challenge)
}

pub(crate) fn protected(
    sfi: u8,
    offset: u8,
    data: &'static [u8],
    challenge: [u8; 4],
) -> CardCommand<'static> {
    let mac = code(SecureMessage::UpdateBinary { sfi, offset, data }, challenge);
    CardCommand::UpdateBinaryProtected { sfi, offset, data, mac }
}

/// The same message with another code.
pub(crate) fn spoiled(command: CardCommand<'static>) -> CardCommand<'static> {
    use CardCommand as C;
    match command {
        C::ApplicationBlock { mac } => C::ApplicationBlock { mac: flip(mac) },
        C::ApplicationUnblock { mac } => C::ApplicationUnblock { mac: flip(mac) },
        C::CardBlock { mac } => C::CardBlock { mac: flip(mac) },
        C::SwitchKeys { version, mac } => C::SwitchKeys { version, mac: flip(mac) },
        C::ExternalAuthenticate { mac } => C::ExternalAuthenticate { mac: flip(mac) },
        C::ReloadPin { digits, mac } => C::ReloadPin { digits, mac: flip(mac) },
        C::UnblockPin { block, mac } => C::UnblockPin { block, mac: flip(mac) },
        C::UpdateBinaryProtected { sfi, offset, data, mac } => {
            C::UpdateBinaryProtected { sfi, offset, data, mac: flip(mac) }
        }
        other => panic!("{other:?} has no code of the issuer"),
    }
}
