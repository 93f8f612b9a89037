//! The card's commands (protocol §6, §7): parsed once at the door, and encoded.
//!
//! Parsing checks in the order of protocol §5, as far as bytes alone can tell:
//! 6E00 class · 6D00 instruction · 6A86 P1/P2 · 6700 length · 6Cxx Le · 6A80 data.

use crate::amount::Amount;
use crate::apdu::{Apdu, CommandBytes, command};
use crate::bcd::{Date, Time};
use crate::buf::{Buf, Reader};
use crate::files::{LogRecord, PUBLIC_DATA_SFI, PublicData};
use crate::ids::{Mac, Tid, Trn, Ttc};
use crate::response;
use crate::status::StatusWord;
use crate::tag::Purse;

/// How GET GREY STATUS reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatusMode {
    /// P1 = 00: read.
    Read,
    /// P1 = 01: read and clear TACUF.
    ReadAndClear,
    /// P1 = 02: read 44 bytes.
    ReadMore,
}

/// Key index and TID: the data of both INITIALIZE commands of the grey lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Initialize {
    /// The purse, P2.
    pub purse: Purse,
    /// Key index.
    pub key_index: u8,
    /// The terminal that asks.
    pub tid: Tid,
}

/// LOCK FOR REFUEL `E0 7C 08 00 13`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LockForRefuel {
    /// Terminal transaction number.
    pub ttc: Ttc,
    /// The PSAM's random number.
    pub trn: Trn,
    /// Date of the lock.
    pub date: Date,
    /// Time of the lock.
    pub time: Time,
    /// MAC1.
    pub mac1: Mac,
}

/// DEBIT FOR REFUEL `E0 7E 08 P2 1B`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DebitForRefuel {
    /// The purse, P2.
    pub purse: Purse,
    /// What is owed; 0 only unlocks.
    pub amount: Amount,
    /// CTC n + 1.
    pub ctc: u16,
    /// The lock's TID; the card takes any.
    pub tid: Tid,
    /// The lock's TTC; the card takes any.
    pub ttc: Ttc,
    /// date', the end of the service.
    pub date: Date,
    /// time', the end of the service.
    pub time: Time,
    /// GMAC.
    pub gmac: Mac,
}

/// DEBIT FOR UNLOCK `E0 7E 09 00 0F`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DebitForUnlock {
    /// What the centre debits; 0 only unlocks.
    pub amount: Amount,
    /// The centre's date for this decision.
    pub date: Date,
    /// The centre's time for this decision.
    pub time: Time,
    /// MAC2.
    pub mac2: Mac,
}

/// Every command that the card knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardCommand<'a> {
    /// `00 A4 04 00` name: AID or directory name.
    SelectName {
        /// The name.
        name: &'a [u8],
        /// Le as sent, checked when the length of the FCI is known.
        le: Option<u8>,
    },
    /// `00 A4 00 00` file id.
    SelectFile {
        /// The file id.
        id: u16,
        /// Le as sent.
        le: Option<u8>,
    },
    /// `00 B0`, P1 = 80 + SFI, P2 = offset.
    ReadBinary {
        /// Short file id.
        sfi: u8,
        /// First byte wanted.
        offset: u8,
    },
    /// `00 B2 n`, P2 = SFI << 3 + 4.
    ReadRecord {
        /// Short file id.
        sfi: u8,
        /// 01 is the newest.
        number: u8,
    },
    /// `00 20 00 00` BCD digits.
    VerifyPin {
        /// The digits, two a byte.
        digits: &'a [u8],
    },
    /// `00 84 00 00`, Le 04 or 08.
    GetChallenge {
        /// 4 or 8.
        len: u8,
    },
    /// `80 5C 00 0x`.
    GetBalance(Purse),
    /// `84 18 00 00 04`.
    ApplicationUnblock {
        /// Over `CLA INS P1 P2 Lc` with the challenge.
        mac: Mac,
    },
    /// `00 C0 00 00`.
    GetResponse,
    /// `E0 7A 08 P2 07`.
    InitializeForRefuel(Initialize),
    /// `E0 7C 08 00 13`.
    LockForRefuel(LockForRefuel),
    /// `E0 7E 08 P2 1B`.
    DebitForRefuel(DebitForRefuel),
    /// `E0 CA P1 00`.
    GetGreyStatus(StatusMode),
    /// `E0 7A 09 P2 07`.
    InitializeForUnlock(Initialize),
    /// `E0 7E 09 00 0F`.
    DebitForUnlock(DebitForUnlock),
}

/// The classes that the card knows.
const CLASSES: [u8; 4] = [0x00, 0x80, 0x84, 0xE0];

type Parsed<'a> = Result<CardCommand<'a>, StatusWord>;

impl<'a> CardCommand<'a> {
    /// Parses a command; the error is the status word to answer.
    pub fn parse(bytes: &'a [u8]) -> Parsed<'a> {
        let apdu = Apdu::parse(bytes)?;
        let [class, instruction, p1, p2] = apdu.header;
        if !CLASSES.contains(&class) {
            return Err(StatusWord::UNKNOWN_CLASS);
        }
        match (class, instruction) {
            (0x00, 0xA4) => select(&apdu, p1, p2),
            (0x00, 0xB0) => read_binary(&apdu, p1, p2),
            (0x00, 0xB2) => read_record(&apdu, p1, p2),
            (0x00, 0x20) => verify(&apdu, p1, p2),
            (0x00, 0x84) => get_challenge(&apdu, p1, p2),
            (0x00, 0xC0) => get_response(&apdu, p1, p2),
            (0x80, 0x5C) => get_balance(&apdu, p1, p2),
            (0x84, 0x18) => application_unblock(&apdu, p1, p2),
            (0xE0, 0x7A) => initialize(&apdu, p1, p2),
            (0xE0, 0x7C) => lock(&apdu, p1, p2),
            (0xE0, 0x7E) => debit(&apdu, p1, p2),
            (0xE0, 0xCA) => grey_status(&apdu, p1, p2),
            _ => Err(StatusWord::UNKNOWN_INSTRUCTION),
        }
    }

    /// The command's name in the protocol.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SelectName { .. } | Self::SelectFile { .. } => "SELECT",
            Self::ReadBinary { .. } => "READ BINARY",
            Self::ReadRecord { .. } => "READ RECORD",
            Self::VerifyPin { .. } => "VERIFY PIN",
            Self::GetChallenge { .. } => "GET CHALLENGE",
            Self::GetBalance(_) => "GET BALANCE",
            Self::ApplicationUnblock { .. } => "APPLICATION UNBLOCK",
            Self::GetResponse => "GET RESPONSE",
            Self::InitializeForRefuel(_) => "INITIALIZE FOR REFUEL",
            Self::LockForRefuel(_) => "LOCK FOR REFUEL",
            Self::DebitForRefuel(_) => "DEBIT FOR REFUEL",
            Self::GetGreyStatus(_) => "GET GREY STATUS",
            Self::InitializeForUnlock(_) => "INITIALIZE FOR UNLOCK",
            Self::DebitForUnlock(_) => "DEBIT FOR UNLOCK",
        }
    }

    /// The command as bytes, with Le where an answer is expected.
    #[must_use]
    pub fn encode(&self) -> CommandBytes {
        match self {
            Self::SelectName { name, le } => command([0x00, 0xA4, 4, 0], name, *le),
            Self::SelectFile { id, le } => command([0x00, 0xA4, 0, 0], &id.to_be_bytes(), *le),
            Self::ReadBinary { sfi, offset } => {
                command([0x00, 0xB0, 0x80 | sfi, *offset], &[], Some(0))
            }
            Self::ReadRecord { sfi, number } => {
                command([0x00, 0xB2, *number, sfi << 3 | 4], &[], Some(0))
            }
            Self::VerifyPin { digits } => command([0x00, 0x20, 0, 0], digits, None),
            Self::GetChallenge { len } => command([0x00, 0x84, 0, 0], &[], Some(*len)),
            Self::GetBalance(purse) => command([0x80, 0x5C, 0, purse.number()], &[], Some(4)),
            Self::ApplicationUnblock { mac } => command([0x84, 0x18, 0, 0], &mac.0, None),
            Self::GetResponse => command([0x00, 0xC0, 0, 0], &[], Some(0)),
            Self::InitializeForRefuel(data) => data.encode(0x08, response::INIT_REFUEL_LEN),
            Self::InitializeForUnlock(data) => data.encode(0x09, response::INIT_UNLOCK_LEN),
            Self::LockForRefuel(data) => data.encode(),
            Self::DebitForRefuel(data) => data.encode(),
            Self::DebitForUnlock(data) => data.encode(),
            Self::GetGreyStatus(mode) => mode.encode(),
        }
    }
}

fn want(good: bool) -> Result<(), StatusWord> {
    if good { Ok(()) } else { Err(StatusWord::WRONG_P1P2) }
}

fn data<T>(parsed: Option<T>) -> Result<T, StatusWord> {
    parsed.ok_or(StatusWord::WRONG_DATA)
}

fn select<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    want(p2 == 0 && (p1 == 4 || p1 == 0))?;
    let (bytes, le) = apdu.data_and_le()?;
    if p1 == 4 {
        let named = (1..=16).contains(&bytes.len());
        return if named {
            Ok(CardCommand::SelectName { name: bytes, le })
        } else {
            Err(StatusWord::WRONG_LENGTH)
        };
    }
    let id: [u8; 2] = bytes.try_into().map_err(|_| StatusWord::WRONG_LENGTH)?;
    Ok(CardCommand::SelectFile { id: u16::from_be_bytes(id), le })
}

fn read_binary<'a>(apdu: &Apdu<'a>, p1: u8, offset: u8) -> Parsed<'a> {
    want(p1 & 0xE0 == 0x80)?;
    let sfi = p1 & 0x1F;
    let rest = PublicData::LEN.saturating_sub(usize::from(offset));
    if sfi == PUBLIC_DATA_SFI && rest > 0 {
        apdu.exactly::<0>(rest)?;
    } else {
        apdu.le_only()?;
    }
    Ok(CardCommand::ReadBinary { sfi, offset })
}

fn read_record<'a>(apdu: &Apdu<'a>, number: u8, p2: u8) -> Parsed<'a> {
    want(p2 & 0x07 == 4)?;
    apdu.exactly::<0>(LogRecord::LEN)?;
    Ok(CardCommand::ReadRecord { sfi: p2 >> 3, number })
}

fn verify<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    want((p1, p2) == (0, 0))?;
    Ok(CardCommand::VerifyPin { digits: apdu.data(|len| (2..=6).contains(&len), 0)? })
}

fn get_challenge<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    want((p1, p2) == (0, 0))?;
    match apdu.le_only()? {
        Some(4) => Ok(CardCommand::GetChallenge { len: 4 }),
        None | Some(0 | 8) => Ok(CardCommand::GetChallenge { len: 8 }),
        Some(_) => Err(StatusWord::exact_length(8)),
    }
}

fn get_response<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    want((p1, p2) == (0, 0))?;
    apdu.le_only()?;
    Ok(CardCommand::GetResponse)
}

fn get_balance<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    let purse = Purse::from_number(p2).filter(|_| p1 == 0).ok_or(StatusWord::WRONG_P1P2)?;
    apdu.exactly::<0>(4)?;
    Ok(CardCommand::GetBalance(purse))
}

fn application_unblock<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    want((p1, p2) == (0, 0))?;
    Ok(CardCommand::ApplicationUnblock { mac: Mac(*apdu.exactly::<4>(0)?) })
}

fn initialize<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    let purse = Purse::from_number(p2).ok_or(StatusWord::WRONG_P1P2)?;
    let answer_len: u8 = match p1 {
        0x08 => response::INIT_REFUEL_LEN,
        0x09 => response::INIT_UNLOCK_LEN,
        _ => return Err(StatusWord::WRONG_P1P2),
    };
    let [key_index, tid @ ..] = *apdu.exactly::<7>(answer_len.into())?;
    let fields = Initialize { purse, key_index, tid: Tid(tid) };
    Ok(match p1 {
        0x08 => CardCommand::InitializeForRefuel(fields),
        _ => CardCommand::InitializeForUnlock(fields),
    })
}

fn lock<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    want((p1, p2) == (0x08, 0))?;
    let fields = LockForRefuel::read(apdu.exactly::<0x13>(response::LOCK_LEN.into())?);
    Ok(CardCommand::LockForRefuel(data(fields)?))
}

fn debit<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    match (p1, p2, Purse::from_number(p2)) {
        (0x08, _, Some(purse)) => {
            let fields = DebitForRefuel::read(purse, apdu.exactly::<0x1B>(4)?);
            Ok(CardCommand::DebitForRefuel(data(fields)?))
        }
        (0x09, 0, _) => {
            let fields = DebitForUnlock::read(apdu.exactly::<0x0F>(4)?);
            Ok(CardCommand::DebitForUnlock(data(fields)?))
        }
        _ => Err(StatusWord::WRONG_P1P2),
    }
}

fn grey_status<'a>(apdu: &Apdu<'a>, p1: u8, p2: u8) -> Parsed<'a> {
    let (mode, len) = match (p1, p2) {
        (0, 0) => (StatusMode::Read, 30),
        (1, 0) => (StatusMode::ReadAndClear, 30),
        (2, 0) => (StatusMode::ReadMore, 44),
        _ => return Err(StatusWord::WRONG_P1P2),
    };
    apdu.exactly::<0>(len)?;
    Ok(CardCommand::GetGreyStatus(mode))
}

impl Initialize {
    fn encode(&self, p1: u8, answer_len: u8) -> CommandBytes {
        let data = Buf::<7>::new().with(&[self.key_index]).with(&self.tid.0);
        command([0xE0, 0x7A, p1, self.purse.number()], &data, Some(answer_len))
    }
}

impl LockForRefuel {
    /// TTC 4, TRN 4, date 4, time 3, MAC1 4.
    fn read(bytes: &[u8; 0x13]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            ttc: Ttc(reader.u32()?),
            trn: Trn(reader.take()?),
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            mac1: Mac(reader.take()?),
        })
    }

    fn encode(&self) -> CommandBytes {
        let data = Buf::<0x13>::new()
            .with(&self.ttc.to_bytes())
            .with(&self.trn.0)
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
            .with(&self.mac1.0);
        command([0xE0, 0x7C, 0x08, 0], &data, Some(8))
    }
}

impl DebitForRefuel {
    /// Amount 4, CTC 2, TID 6, TTC 4, date' 4, time' 3, GMAC 4.
    fn read(purse: Purse, bytes: &[u8; 0x1B]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            purse,
            amount: Amount::new(reader.u32()?)?,
            ctc: reader.u16()?,
            tid: Tid(reader.take()?),
            ttc: Ttc(reader.u32()?),
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            gmac: Mac(reader.take()?),
        })
    }

    fn encode(&self) -> CommandBytes {
        let data = Buf::<0x1B>::new()
            .with(&self.amount.to_bytes())
            .with(&self.ctc.to_be_bytes())
            .with(&self.tid.0)
            .with(&self.ttc.to_bytes())
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
            .with(&self.gmac.0);
        command([0xE0, 0x7E, 0x08, self.purse.number()], &data, Some(4))
    }
}

impl DebitForUnlock {
    /// Amount 4, date 4, time 3, MAC2 4.
    fn read(bytes: &[u8; 0x0F]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            amount: Amount::new(reader.u32()?)?,
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            mac2: Mac(reader.take()?),
        })
    }

    fn encode(&self) -> CommandBytes {
        let data = Buf::<0x0F>::new()
            .with(&self.amount.to_bytes())
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
            .with(&self.mac2.0);
        command([0xE0, 0x7E, 0x09, 0], &data, Some(4))
    }
}

impl StatusMode {
    fn encode(self) -> CommandBytes {
        let (p1, len) = match self {
            Self::Read => (0, 30),
            Self::ReadAndClear => (1, 30),
            Self::ReadMore => (2, 44),
        };
        command([0xE0, 0xCA, p1, 0], &[], Some(len))
    }
}
