//! SELECT, READ BINARY, READ RECORD, UPDATE BINARY, GET CHALLENGE (protocol §7).

use super::{CardCommand, Parsed};
use crate::apdu::{Apdu, CommandBytes, command};
use crate::buf::Buf;
use crate::door::{self, Selected, want, want_zeros};
use crate::files::{LogRecord, PUBLIC_DATA_SFI, PublicData};
use crate::ids::Mac;
use crate::status::StatusWord;

/// The most bytes that UPDATE BINARY writes: the whole of the longest file.
const MOST: usize = PublicData::LEN;

pub(super) fn select<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    Ok(match door::select(apdu)? {
        (Selected::Name(name), le) => CardCommand::SelectName { name, le },
        (Selected::File(id), le) => CardCommand::SelectFile { id: u16::from_be_bytes(*id), le },
    })
}

pub(super) fn read_binary<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, offset] = apdu.header;
    let sfi = door::short_file(p1)?;
    let rest = PublicData::LEN.saturating_sub(usize::from(offset));
    if sfi == PUBLIC_DATA_SFI && rest > 0 {
        apdu.exactly::<0>(rest)?;
    } else {
        apdu.le_only()?;
    }
    Ok(CardCommand::ReadBinary { sfi, offset })
}

pub(super) fn read_record<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., number, p2] = apdu.header;
    want(p2 & 0x07 == 4)?;
    apdu.exactly::<0>(LogRecord::LEN)?;
    Ok(CardCommand::ReadRecord { sfi: p2 >> 3, number })
}

pub(super) fn update_binary<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, offset] = apdu.header;
    let sfi = door::short_file(p1)?;
    let data = apdu.data(|len| (1..=MOST).contains(&len), 0)?;
    Ok(CardCommand::UpdateBinary { sfi, offset, data })
}

pub(super) fn update_binary_protected<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, offset] = apdu.header;
    let sfi = door::short_file(p1)?;
    let (data, mac) = split_mac(apdu.data(|len| (5..=4 + MOST).contains(&len), 0)?)?;
    Ok(CardCommand::UpdateBinaryProtected { sfi, offset, data, mac })
}

/// Data whose last four bytes are the code.
pub(super) fn split_mac(bytes: &[u8]) -> Result<(&[u8], Mac), StatusWord> {
    let (data, mac) = bytes.split_last_chunk::<4>().ok_or(StatusWord::WRONG_LENGTH)?;
    Ok((data, Mac(*mac)))
}

pub(super) fn get_challenge<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    match apdu.le_only()? {
        Some(4) => Ok(CardCommand::GetChallenge { len: 4 }),
        None | Some(0 | 8) => Ok(CardCommand::GetChallenge { len: 8 }),
        Some(_) => Err(StatusWord::exact_length(8)),
    }
}

pub(super) fn encode_select(p1: u8, name: &[u8], le: Option<u8>) -> CommandBytes {
    command([0x00, 0xA4, p1, 0], name, le)
}

pub(super) fn encode_read_binary(sfi: u8, offset: u8) -> CommandBytes {
    command([0x00, 0xB0, 0x80 | sfi, offset], &[], Some(0))
}

pub(super) fn encode_read_record(sfi: u8, number: u8) -> CommandBytes {
    command([0x00, 0xB2, number, sfi << 3 | 4], &[], Some(0))
}

pub(super) fn encode_update(sfi: u8, offset: u8, data: &[u8]) -> CommandBytes {
    command([0x00, 0xD6, 0x80 | sfi, offset], data, None)
}

pub(super) fn encode_update_protected(sfi: u8, offset: u8, data: &[u8], mac: Mac) -> CommandBytes {
    let data = Buf::<{ MOST + 4 }>::new().with(data).with(&mac.0);
    command([0x04, 0xD6, 0x80 | sfi, offset], &data, None)
}

pub(super) fn encode_get_challenge(len: u8) -> CommandBytes {
    command([0x00, 0x84, 0, 0], &[], Some(len))
}

pub(super) fn encode_get_response() -> CommandBytes {
    command([0x00, 0xC0, 0, 0], &[], Some(0))
}
