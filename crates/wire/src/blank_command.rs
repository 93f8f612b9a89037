//! The commands of a blank chip, one that is not personalised yet (docs/personalisation.md): parsed once at the door,
//! and encoded. They are GlobalPlatform's, with its secure channel protocol 03.

use crate::apdu::{Apdu, CommandBytes, command};
use crate::buf::{Buf, Reader};
use crate::door::{self, Selected, want};
use crate::status::StatusWord;

/// Name of the card manager, GlobalPlatform's issuer security domain.
pub const CARD_MANAGER: [u8; 8] = [0xA0, 0, 0, 0x01, 0x51, 0, 0, 0];

/// P1 of EXTERNAL AUTHENTICATE: every command that follows is encrypted and has a code.
pub const SECURITY_LEVEL: u8 = 0x03;

/// Bytes of a code or a cryptogram of the channel.
pub const CODE: usize = 8;

/// The most bytes that one STORE DATA carries before they are padded and encrypted.
pub const MOST_STORED: usize = 239;

const LAST: u8 = 0x80;
const SEALED: u8 = 0x60;
const GROUPINGS: u8 = 0x08;

/// STORE DATA `84 E2 P1 block`: one or more data groupings, encrypted, then the C-MAC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StoreData<'a> {
    /// Whether personalisation ends with it.
    pub last: bool,
    /// Whether its groupings hold values under the data encryption key.
    pub sealed: bool,
    /// Number of the command, from 00.
    pub block: u8,
    /// The groupings, padded and encrypted.
    pub data: &'a [u8],
    /// C-MAC over header, Lc and data.
    pub mac: [u8; CODE],
}

impl StoreData<'_> {
    /// CLA, INS, P1, P2.
    #[must_use]
    pub const fn header(last: bool, sealed: bool, block: u8) -> [u8; 4] {
        let last = if last { LAST } else { 0 };
        let sealed = if sealed { SEALED } else { 0 };
        [0x84, 0xE2, last | sealed | GROUPINGS, block]
    }
}

/// Every command that a blank chip knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlankCommand<'a> {
    /// `00 A4 04 00` name. Without one it is the card manager's, as GlobalPlatform has it.
    SelectName {
        /// 1 to 16 bytes.
        name: &'a [u8],
        /// Le as sent.
        le: Option<u8>,
    },
    /// `00 A4 00 00` file id.
    SelectFile {
        /// The file id.
        id: u16,
        /// Le as sent.
        le: Option<u8>,
    },
    /// `00 C0 00 00`.
    GetResponse,
    /// `80 50 version 00`: host challenge 8. Version 00 means whichever there is.
    InitializeUpdate {
        /// Version of the transport key.
        key_version: u8,
        /// The issuer's random number.
        host_challenge: [u8; 8],
    },
    /// `84 82 03 00`: host cryptogram 8, C-MAC 8.
    ExternalAuthenticate {
        /// What proves the issuer.
        cryptogram: [u8; CODE],
        /// C-MAC over header, Lc and cryptogram.
        mac: [u8; CODE],
    },
    /// STORE DATA.
    StoreData(StoreData<'a>),
}

/// CLA, INS, P1, P2 of EXTERNAL AUTHENTICATE.
pub const EXTERNAL_AUTHENTICATE: [u8; 4] = [0x84, 0x82, SECURITY_LEVEL, 0x00];

impl<'a> BlankCommand<'a> {
    /// Parses a command. The order is that of protocol §5.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StatusWord> {
        let apdu = door::open(bytes, &[0x00, 0x80, 0x84])?;
        let [class, instruction, ..] = apdu.header;
        match (class, instruction) {
            (0x00, 0xA4) => select(&apdu),
            (0x00, 0xC0) => door::get_response(&apdu).map(|()| Self::GetResponse),
            (0x80, 0x50) => initialize_update(&apdu),
            (0x84, 0x82) => external_authenticate(&apdu),
            (0x84, 0xE2) => store_data(&apdu),
            _ => Err(StatusWord::UNKNOWN_INSTRUCTION),
        }
    }

    /// The command's name in words.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SelectName { .. } | Self::SelectFile { .. } => "SELECT",
            Self::GetResponse => "GET RESPONSE",
            Self::InitializeUpdate { .. } => "INITIALIZE UPDATE",
            Self::ExternalAuthenticate { .. } => "EXTERNAL AUTHENTICATE",
            Self::StoreData(_) => "STORE DATA",
        }
    }

    /// The command's bytes.
    #[must_use]
    pub fn encode(&self) -> CommandBytes {
        match *self {
            Self::SelectName { name, le } => command([0x00, 0xA4, 0x04, 0x00], name, le),
            Self::SelectFile { id, le } => command([0x00, 0xA4, 0x00, 0x00], &id.to_be_bytes(), le),
            Self::GetResponse => command([0x00, 0xC0, 0x00, 0x00], &[], Some(0)),
            Self::InitializeUpdate { key_version, host_challenge } => {
                command([0x80, 0x50, key_version, 0x00], &host_challenge, Some(0))
            }
            Self::ExternalAuthenticate { cryptogram, mac } => {
                let data = Buf::<{ 2 * CODE }>::new().with(&cryptogram).with(&mac);
                command(EXTERNAL_AUTHENTICATE, &data, None)
            }
            Self::StoreData(StoreData { last, sealed, block, data, mac }) => {
                let data = Buf::<255>::new().with(data).with(&mac);
                command(StoreData::header(last, sealed, block), &data, None)
            }
        }
    }
}

fn select<'a>(apdu: &Apdu<'a>) -> Result<BlankCommand<'a>, StatusWord> {
    if let ([.., 0x04, 0x00], Ok(le)) = (apdu.header, apdu.le_only()) {
        return Ok(BlankCommand::SelectName { name: &CARD_MANAGER, le });
    }
    Ok(match door::select(apdu)? {
        (Selected::Name(name), le) => BlankCommand::SelectName { name, le },
        (Selected::File(id), le) => BlankCommand::SelectFile { id: u16::from_be_bytes(*id), le },
    })
}

fn initialize_update<'a>(apdu: &Apdu<'a>) -> Result<BlankCommand<'a>, StatusWord> {
    let [.., key_version, p2] = apdu.header;
    want(p2 == 0)?;
    let host_challenge = *apdu.exactly::<8>(ChannelOffer::LEN)?;
    Ok(BlankCommand::InitializeUpdate { key_version, host_challenge })
}

fn external_authenticate<'a>(apdu: &Apdu<'a>) -> Result<BlankCommand<'a>, StatusWord> {
    want(apdu.header == EXTERNAL_AUTHENTICATE)?;
    let mut reader = Reader::new(apdu.exactly::<{ 2 * CODE }>(0)?);
    let both = reader.take().zip(reader.take());
    let (cryptogram, mac) = both.ok_or(StatusWord::WRONG_LENGTH)?;
    Ok(BlankCommand::ExternalAuthenticate { cryptogram, mac })
}

fn store_data<'a>(apdu: &Apdu<'a>) -> Result<BlankCommand<'a>, StatusWord> {
    let [.., p1, block] = apdu.header;
    let (last, sealed) = (p1 & LAST != 0, p1 & SEALED != 0);
    want(apdu.header == StoreData::header(last, sealed, block))?;
    let fits = |len: usize| len >= 16 + CODE && (len - CODE).is_multiple_of(16);
    let bytes = apdu.data(fits, 0)?;
    let (data, mac) = bytes.split_last_chunk().ok_or(StatusWord::WRONG_LENGTH)?;
    Ok(BlankCommand::StoreData(StoreData { last, sealed, block, data, mac: *mac }))
}

/// Answer to SELECT of the card manager: `6F { 84 name, A5 { DF01 01 tries } }`.
///
/// DF01 is ours: how many wrong transport keys the chip still bears. Nothing proves it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CardManager {
    /// Tries left; 0 means that nobody will ever personalise the chip.
    pub tries_left: u8,
}

impl CardManager {
    /// Bytes of the answer.
    pub const LEN: usize = START.len() + 1;

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<{ Self::LEN }> {
        Buf::new().with(&START).with(&[self.tries_left])
    }

    /// `None` for the answer of anything else.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (tries_left, start) = bytes.split_last()?;
        (*start == START).then_some(Self { tries_left: *tries_left })
    }
}

/// What stands before the tries.
const START: [u8; 17] = {
    let [a, b, c, d, e, f, g, h] = CARD_MANAGER;
    [0x6F, 0x10, 0x84, 8, a, b, c, d, e, f, g, h, 0xA5, 4, 0xDF, 0x01, 1]
};

/// Answer to INITIALIZE UPDATE: chip 10, key version 1, `03 10`, card challenge 8, card cryptogram 8, counter 3.
///
/// `03` is the protocol, `10` says that the challenge is drawn from the counter under the transport key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChannelOffer {
    /// The chip's own number.
    pub chip: [u8; 10],
    /// Version of its transport key.
    pub key_version: u8,
    /// Its random number.
    pub card_challenge: [u8; 8],
    /// What proves the chip.
    pub cryptogram: [u8; CODE],
    /// How often it was asked; never twice the same.
    pub counter: [u8; 3],
}

impl ChannelOffer {
    /// Bytes of the answer.
    pub const LEN: usize = 32;

    const PROTOCOL: [u8; 2] = [0x03, 0x10];

    /// The 32 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<{ Self::LEN }> {
        Buf::new()
            .with(&self.chip)
            .with(&[self.key_version])
            .with(&Self::PROTOCOL)
            .with(&self.card_challenge)
            .with(&self.cryptogram)
            .with(&self.counter)
    }

    /// `None` for a wrong length or another protocol.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let (chip, key_version) = (reader.take()?, reader.u8()?);
        let known = reader.take()? == Self::PROTOCOL;
        let (card_challenge, cryptogram) = (reader.take()?, reader.take()?);
        let offer = Self { chip, key_version, card_challenge, cryptogram, counter: reader.take()? };
        reader.end().filter(|()| known).map(|()| offer)
    }
}
