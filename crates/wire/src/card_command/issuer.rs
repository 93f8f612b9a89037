//! APPLICATION BLOCK and UNBLOCK, CARD BLOCK, SWITCH KEYS, EXTERNAL and INTERNAL AUTHENTICATE (protocol §7).

use super::{CardCommand, Parsed};
use crate::apdu::{Apdu, CommandBytes, command};
use crate::door::{want, want_zeros};
use crate::ids::Mac;

pub(super) fn external_authenticate<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    Ok(CardCommand::ExternalAuthenticate { mac: Mac(*apdu.exactly::<4>(0)?) })
}

pub(super) fn internal_authenticate<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    Ok(CardCommand::InternalAuthenticate { data: *apdu.exactly::<8>(8)? })
}

pub(super) fn block_or_unblock<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    let [_, instruction, ..] = apdu.header;
    let mac = Mac(*apdu.exactly::<4>(0)?);
    Ok(match instruction {
        0x16 => CardCommand::CardBlock { mac },
        0x18 => CardCommand::ApplicationUnblock { mac },
        _ => CardCommand::ApplicationBlock { mac },
    })
}

/// 1A is free in ISO 7816-4 and stands between the issuer's 18 and 1E (protocol §12).
pub(super) fn switch_keys<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, version] = apdu.header;
    want(p1 == 0)?;
    Ok(CardCommand::SwitchKeys { version, mac: Mac(*apdu.exactly::<4>(0)?) })
}

pub(super) fn encode_external(mac: Mac) -> CommandBytes {
    command([0x00, 0x82, 0, 0], &mac.0, None)
}

pub(super) fn encode_internal(data: [u8; 8]) -> CommandBytes {
    command([0x00, 0x88, 0, 0], &data, Some(8))
}

pub(super) fn encode(instruction: u8, mac: Mac) -> CommandBytes {
    command([0x84, instruction, 0, 0], &mac.0, None)
}

pub(super) fn encode_switch(version: u8, mac: Mac) -> CommandBytes {
    command([0x84, 0x1A, 0, version], &mac.0, None)
}
