//! The six commands of the grey lock (protocol §6; claim 12).

use super::{CardCommand, Parsed};
use crate::amount::Amount;
use crate::apdu::{Apdu, CommandBytes, command};
use crate::bcd::{Date, Time};
use crate::buf::{Buf, Reader};
use crate::door::{self, data, want};
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

pub(super) fn initialize<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
    let purse = door::purse(p2)?;
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

pub(super) fn lock<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
    want((p1, p2) == (0x08, 0))?;
    let fields = LockForRefuel::read(apdu.exactly::<0x13>(response::LOCK_LEN.into())?);
    Ok(CardCommand::LockForRefuel(data(fields)?))
}

pub(super) fn debit<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
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

pub(super) fn grey_status<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
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
    pub(super) fn encode(&self, p1: u8) -> CommandBytes {
        let answer_len =
            if p1 == 0x08 { response::INIT_REFUEL_LEN } else { response::INIT_UNLOCK_LEN };
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

    pub(super) fn encode(&self) -> CommandBytes {
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

    pub(super) fn encode(&self) -> CommandBytes {
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

    pub(super) fn encode(&self) -> CommandBytes {
        let data = Buf::<0x0F>::new()
            .with(&self.amount.to_bytes())
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
            .with(&self.mac2.0);
        command([0xE0, 0x7E, 0x09, 0], &data, Some(4))
    }
}

impl StatusMode {
    pub(super) fn encode(self) -> CommandBytes {
        let (p1, len) = match self {
            Self::Read => (0, 30),
            Self::ReadAndClear => (1, 30),
            Self::ReadMore => (2, 44),
        };
        command([0xE0, 0xCA, p1, 0], &[], Some(len))
    }
}
