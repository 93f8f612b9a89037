//! What the door of card and PSAM has in common: the parse preamble, and the commands that both know.
//!
//! The order is that of protocol §5: 6E00 class · 6D00 instruction · 6A86 P1/P2 · 6700 length · 6Cxx Le · 6A80 data.

use crate::apdu::Apdu;
use crate::status::StatusWord;
use crate::tag::{Kind, Purse, Tag};

/// Takes a command apart and refuses a class that the device does not know.
pub(crate) fn open<'a>(bytes: &'a [u8], classes: &[u8]) -> Result<Apdu<'a>, StatusWord> {
    let apdu = Apdu::parse(bytes)?;
    let [class, ..] = apdu.header;
    if classes.contains(&class) { Ok(apdu) } else { Err(StatusWord::UNKNOWN_CLASS) }
}

/// 6A86 unless P1 and P2 are `good`.
pub(crate) fn want(good: bool) -> Result<(), StatusWord> {
    if good { Ok(()) } else { Err(StatusWord::WRONG_P1P2) }
}

/// P1 and P2 of a command that has none.
pub(crate) fn want_zeros(apdu: &Apdu<'_>) -> Result<(), StatusWord> {
    let [.., p1, p2] = apdu.header;
    want((p1, p2) == (0, 0))
}

/// The purse that P2 names.
pub(crate) fn purse(p2: u8) -> Result<Purse, StatusWord> {
    Purse::from_number(p2).ok_or(StatusWord::WRONG_P1P2)
}

/// 6A80 for data that say nothing.
pub(crate) fn data<T>(parsed: Option<T>) -> Result<T, StatusWord> {
    parsed.ok_or(StatusWord::WRONG_DATA)
}

/// The purse of a tag byte of the given kind.
pub(crate) fn purse_of(byte: u8, kind: Kind) -> Option<Purse> {
    Tag::from_byte(byte).filter(|tag| tag.kind == kind).map(|tag| tag.purse)
}

/// What SELECT names.
pub(crate) enum Selected<'a> {
    /// P1 = 04: 1 to 16 bytes.
    Name(&'a [u8]),
    /// P1 = 00: a file id.
    File(&'a [u8; 2]),
}

/// `00 A4`: the name or the file id, and Le as sent.
pub(crate) fn select<'a>(apdu: &Apdu<'a>) -> Result<(Selected<'a>, Option<u8>), StatusWord> {
    let [.., p1, p2] = apdu.header;
    want(p2 == 0 && (p1 == 4 || p1 == 0))?;
    let (bytes, le) = apdu.data_and_le()?;
    let selected = match (p1, <&[u8; 2]>::try_from(bytes)) {
        (4, _) if (1..=16).contains(&bytes.len()) => Selected::Name(bytes),
        (0, Ok(id)) => Selected::File(id),
        _ => return Err(StatusWord::WRONG_LENGTH),
    };
    Ok((selected, le))
}

/// P1 of READ BINARY and UPDATE BINARY: 80 + short file id.
pub(crate) fn short_file(p1: u8) -> Result<u8, StatusWord> {
    want(p1 & 0xE0 == 0x80)?;
    Ok(p1 & 0x1F)
}

/// `00 C0 00 00`, whatever its Le.
pub(crate) fn get_response(apdu: &Apdu<'_>) -> Result<(), StatusWord> {
    want_zeros(apdu)?;
    apdu.le_only().map(|_| ())
}
