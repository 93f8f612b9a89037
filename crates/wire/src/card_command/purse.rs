//! Balance, load, unload, purchase, overdraft limit, and the proof of the last of each (protocol §7).

use super::{CardCommand, Parsed};
use crate::amount::{Amount, Limit};
use crate::apdu::{Apdu, CommandBytes, command};
use crate::bcd::{Date, Time};
use crate::buf::{Buf, Reader};
use crate::door::{self, data, want, want_zeros};
use crate::ids::{Mac, Tid, Ttc};
use crate::response;
use crate::status::StatusWord;
use crate::tag::{Kind, Purse, Tag};

/// P1 of `80 50`.
pub(super) const LOAD: u8 = 0x00;
/// P1 of `80 50`.
pub(super) const PURCHASE: u8 = 0x01;
/// P1 of `80 50`.
pub(super) const UPDATE: u8 = 0x04;
/// P1 of `80 50`.
pub(super) const UNLOAD: u8 = 0x05;

/// INITIALIZE FOR LOAD, UNLOAD and PURCHASE `80 50 P1 P2 0B`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InitializeAmount {
    /// The purse, P2.
    pub purse: Purse,
    /// Key index.
    pub key_index: u8,
    /// What will be loaded, unloaded or paid.
    pub amount: Amount,
    /// The terminal that asks.
    pub tid: Tid,
}

/// What the centre says to a load or an unload: the data of CREDIT FOR LOAD and of DEBIT FOR UNLOAD.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decided {
    /// The centre's date.
    pub date: Date,
    /// The centre's time.
    pub time: Time,
    /// MAC2.
    pub mac2: Mac,
}

/// DEBIT FOR PURCHASE `80 54 01 00 0F`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DebitForPurchase {
    /// Terminal transaction number.
    pub ttc: Ttc,
    /// Date of the purchase.
    pub date: Date,
    /// Time of the purchase.
    pub time: Time,
    /// MAC1.
    pub mac1: Mac,
}

/// UPDATE OVERDRAW LIMIT `80 58 00 00 0E`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UpdateOverdrawLimit {
    /// The new limit.
    pub limit: Limit,
    /// The centre's date.
    pub date: Date,
    /// The centre's time.
    pub time: Time,
    /// MAC2.
    pub mac2: Mac,
}

pub(super) fn initialize<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
    if (p1, p2) == (UPDATE, Purse::Ed.number()) {
        let [key_index, tid @ ..] = *apdu.exactly::<7>(response::INIT_UPDATE_LEN.into())?;
        return Ok(CardCommand::InitializeForUpdate { key_index, tid: Tid(tid) });
    }
    want(matches!(p1, LOAD | PURCHASE | UNLOAD))?;
    let purse = door::purse(p2)?;
    let bytes = apdu.exactly::<0x0B>(answer_len(p1).into())?;
    let fields = data(InitializeAmount::read(purse, bytes))?;
    Ok(match p1 {
        LOAD => CardCommand::InitializeForLoad(fields),
        PURCHASE => CardCommand::InitializeForPurchase(fields),
        _ => CardCommand::InitializeForUnload(fields),
    })
}

const fn answer_len(p1: u8) -> u8 {
    if p1 == PURCHASE { response::INIT_PURCHASE_LEN } else { response::INIT_LOAD_LEN }
}

pub(super) fn credit<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    Ok(CardCommand::CreditForLoad(data(Decided::read(apdu.exactly::<0x0B>(4)?))?))
}

pub(super) fn debit<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
    match (p1, p2) {
        (0x01, 0) => {
            let bytes = apdu.exactly::<0x0F>(response::PURCHASE_LEN.into())?;
            Ok(CardCommand::DebitForPurchase(data(DebitForPurchase::read(bytes))?))
        }
        (0x03, 0) => {
            Ok(CardCommand::DebitForUnload(data(Decided::read(apdu.exactly::<0x0B>(4)?))?))
        }
        _ => Err(StatusWord::WRONG_P1P2),
    }
}

pub(super) fn update<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    let fields = UpdateOverdrawLimit::read(apdu.exactly::<0x0E>(4)?);
    Ok(CardCommand::UpdateOverdrawLimit(data(fields)?))
}

/// P2 is the tag of a transaction (protocol §3); A1 and A2 are none.
pub(super) fn prove<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
    let tag = Tag::from_byte(p2).filter(|tag| p1 == 0 && tag.kind != Kind::Characterized);
    let tag = tag.ok_or(StatusWord::WRONG_P1P2)?;
    let sequence = u16::from_be_bytes(*apdu.exactly::<2>(response::PROVE_LEN.into())?);
    Ok(CardCommand::GetTransactionProve { tag, sequence })
}

pub(super) fn get_balance<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    let [.., p1, p2] = apdu.header;
    want(p1 == 0)?;
    let purse = door::purse(p2)?;
    apdu.exactly::<0>(4)?;
    Ok(CardCommand::GetBalance(purse))
}

pub(super) fn encode_get_balance(purse: Purse) -> CommandBytes {
    command([0x80, 0x5C, 0, purse.number()], &[], Some(4))
}

pub(super) fn encode_update(key_index: u8, tid: Tid) -> CommandBytes {
    let data = Buf::<7>::new().with(&[key_index]).with(&tid.0);
    let header = [0x80, 0x50, UPDATE, Purse::Ed.number()];
    command(header, &data, Some(response::INIT_UPDATE_LEN))
}

pub(super) fn encode_prove(tag: Tag, sequence: u16) -> CommandBytes {
    let header = [0x80, 0x5A, 0, tag.byte()];
    command(header, &sequence.to_be_bytes(), Some(response::PROVE_LEN))
}

impl InitializeAmount {
    /// Key index 1, amount 4, TID 6.
    fn read(purse: Purse, bytes: &[u8; 0x0B]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            purse,
            key_index: reader.u8()?,
            amount: Amount::new(reader.u32()?)?,
            tid: Tid(reader.take()?),
        })
    }

    pub(super) fn encode(&self, p1: u8) -> CommandBytes {
        let data = Buf::<0x0B>::new()
            .with(&[self.key_index])
            .with(&self.amount.to_bytes())
            .with(&self.tid.0);
        command([0x80, 0x50, p1, self.purse.number()], &data, Some(answer_len(p1)))
    }
}

impl Decided {
    /// Date 4, time 3, MAC2 4.
    fn read(bytes: &[u8; 0x0B]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            mac2: Mac(reader.take()?),
        })
    }

    pub(super) fn encode(&self, header: [u8; 4]) -> CommandBytes {
        let data = Buf::<0x0B>::new()
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
            .with(&self.mac2.0);
        command(header, &data, Some(4))
    }
}

impl DebitForPurchase {
    /// TTC 4, date 4, time 3, MAC1 4.
    fn read(bytes: &[u8; 0x0F]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            ttc: Ttc(reader.u32()?),
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            mac1: Mac(reader.take()?),
        })
    }

    pub(super) fn encode(&self) -> CommandBytes {
        let data = Buf::<0x0F>::new()
            .with(&self.ttc.to_bytes())
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
            .with(&self.mac1.0);
        command([0x80, 0x54, 0x01, 0], &data, Some(response::PURCHASE_LEN))
    }
}

impl UpdateOverdrawLimit {
    /// Limit 3, date 4, time 3, MAC2 4.
    fn read(bytes: &[u8; 0x0E]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        Some(Self {
            limit: Limit::from_bytes(reader.take()?),
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            mac2: Mac(reader.take()?),
        })
    }

    pub(super) fn encode(&self) -> CommandBytes {
        let data = Buf::<0x0E>::new()
            .with(&self.limit.to_bytes())
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
            .with(&self.mac2.0);
        command([0x80, 0x58, 0, 0], &data, Some(4))
    }
}
