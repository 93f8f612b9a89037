//! VERIFY, CHANGE PIN, RELOAD PIN, UNBLOCK PIN (protocol §7).

use super::file::split_mac;
use super::{CardCommand, Parsed};
use crate::apdu::{Apdu, CommandBytes, command};
use crate::buf::Buf;
use crate::door::{data, want, want_zeros};
use crate::ids::Mac;
use crate::status::StatusWord;

/// Parts the two PINs of CHANGE PIN.
const BETWEEN: u8 = 0xFF;

/// How many bytes a PIN may take.
fn fits(len: usize) -> bool {
    (2..=6).contains(&len)
}

pub(super) fn verify<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    Ok(CardCommand::VerifyPin { digits: apdu.data(fits, 0)? })
}

pub(super) fn change_or_reload<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
    match (p1, p2) {
        (0x01, 0) => {
            let bytes = apdu.data(|len| (5..=13).contains(&len), 0)?;
            let (old, new) = data(two_pins(bytes))?;
            Ok(CardCommand::ChangePin { old, new })
        }
        (0x00, 0) => {
            let bytes = apdu.data(|len| len.checked_sub(4).is_some_and(fits), 0)?;
            let (digits, mac) = split_mac(bytes)?;
            Ok(CardCommand::ReloadPin { digits, mac })
        }
        _ => Err(StatusWord::WRONG_P1P2),
    }
}

/// The PINs before and behind the first `FF`.
fn two_pins(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == BETWEEN)?;
    let (old, rest) = bytes.split_at_checked(at)?;
    let new = rest.get(1..)?;
    (fits(old.len()) && fits(new.len())).then_some((old, new))
}

pub(super) fn unblock<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
    want((p1, p2) == (0, 1))?;
    let [a, b, c, d, e, f, g, h, mac @ ..] = *apdu.exactly::<0x0C>(0)?;
    Ok(CardCommand::UnblockPin { block: [a, b, c, d, e, f, g, h], mac: Mac(mac) })
}

pub(super) fn encode_verify(digits: &[u8]) -> CommandBytes {
    command([0x00, 0x20, 0, 0], digits, None)
}

pub(super) fn encode_change(old: &[u8], new: &[u8]) -> CommandBytes {
    command([0x80, 0x5E, 0x01, 0], &Buf::<13>::new().with(old).with(&[BETWEEN]).with(new), None)
}

pub(super) fn encode_reload(digits: &[u8], mac: Mac) -> CommandBytes {
    command([0x80, 0x5E, 0x00, 0], &Buf::<10>::new().with(digits).with(&mac.0), None)
}

pub(super) fn encode_unblock(block: [u8; 8], mac: Mac) -> CommandBytes {
    command([0x84, 0x24, 0, 0x01], &Buf::<12>::new().with(&block).with(&mac.0), None)
}
