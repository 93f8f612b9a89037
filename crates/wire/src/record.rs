//! What a terminal keeps of one lock (protocol §9): the parts of the grey record.
//!
//! The parts are stored and sent as fixed layouts. Their versions are those of the journal
//! and of the report that carry them.

use crate::amount::{Amount, Limit};
use crate::bcd::{Date, Stamp, Time};
use crate::buf::{Buf, Reader};
use crate::ids::{Asn, Icc, LockId, Mac, Tid, Trn, Ttc};
use crate::key::{Dispersing, KeyRef, Scheme};
use crate::tag::Purse;

/// Room for any record layout of this crate.
pub type RecordBytes = Buf<256>;

/// What `lock_sent` holds: everything that makes the lock's codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LockTerms {
    /// The lock's name.
    pub id: LockId,
    /// The card's random number.
    pub icc: Icc,
    /// The PSAM's random number.
    pub trn: Trn,
    /// The balance that the card answered at INITIALIZE.
    pub balance: Amount,
    /// The overdraft limit that it answered, for information.
    pub limit: Limit,
    /// Date and time of LOCK.
    pub at: Stamp,
    /// The consumption key.
    pub key: KeyRef,
    /// The key's scheme.
    pub scheme: Scheme,
    /// Dispersing levels beyond the ASN.
    pub dispersing: Dispersing,
}

/// What `locked` adds: the card's proof and the sale's terms, durable before the nozzle opens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Certified {
    /// MAC2, which the PSAM has certified.
    pub mac2: Mac,
    /// GTAC as the card answered it; the terminal has no key to check it.
    pub gtac: Mac,
    /// Nozzle, outlet or counter.
    pub nozzle: u8,
    /// Product.
    pub product: u8,
    /// Price of a thousand units of quantity, in the purse's smallest unit.
    pub unit_price: u32,
    /// How the amount is rounded.
    pub rounding: Rounding,
    /// The most that may be delivered: the authenticated balance or the station's own limit.
    pub ceiling: Amount,
    /// The totalizer before the nozzle opens, in units of quantity.
    pub totalizer_before: u64,
}

/// How quantity × price becomes an amount.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Rounding {
    /// To the customer's favour: fractions are dropped.
    #[default]
    Down,
    /// To the nearest unit, halves up.
    Nearest,
}

/// What `delivered` adds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Delivery {
    /// Thousandths of the product's unit: millilitres, watt-hours.
    pub quantity: u64,
    /// What is owed: min(quantity × price, ceiling).
    pub amount: Amount,
    /// date' and time', the end of the service.
    pub at: Stamp,
    /// The totalizer after the nozzle closed.
    pub totalizer_after: u64,
}

/// What `claimed` adds: the PSAM's codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Claim {
    /// Third code: lets any terminal finish the debit.
    pub gmac: Mac,
    /// Proves to the centre that the PSAM made it.
    pub sam_tac: Mac,
}

/// The grey record, whole: with it any terminal can finish the debit (claim 5).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClaimedRecord {
    /// The lock.
    pub terms: LockTerms,
    /// The card's proof.
    pub certified: Certified,
    /// The service.
    pub delivery: Delivery,
    /// The PSAM's codes.
    pub claim: Claim,
}

/// What of a record goes out with DEBIT FOR REFUEL beside the lock: a card that refuses it has refused just this.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tried {
    /// The amount.
    pub amount: Amount,
    /// date'.
    pub date: Date,
    /// time'.
    pub time: Time,
    /// GMAC.
    pub gmac: Mac,
}

impl ClaimedRecord {
    /// What DEBIT FOR REFUEL sends of it.
    #[must_use]
    pub const fn tried(&self) -> Tried {
        let Delivery { amount, at, .. } = self.delivery;
        Tried { amount, date: at.date, time: at.time, gmac: self.claim.gmac }
    }
}

/// A layout that is appended to a buffer and read back from its front.
pub trait Layout: Sized {
    /// Appends the bytes.
    fn push_to(&self, out: &mut RecordBytes);
    /// Takes the bytes; `None` when they are not this layout.
    fn read(reader: &mut Reader<'_>) -> Option<Self>;
}

impl Layout for Stamp {
    fn push_to(&self, out: &mut RecordBytes) {
        out.push(&self.date.to_bytes());
        out.push(&self.time.to_bytes());
        out.push(&self.utc_offset_minutes.to_be_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            utc_offset_minutes: i16::from_be_bytes(reader.take()?),
        })
    }
}

impl Layout for LockId {
    /// ASN 8, purse 1, CTC 2, TID 6, TTC 4.
    fn push_to(&self, out: &mut RecordBytes) {
        out.push(&self.asn.0);
        out.push(&[self.purse.number()]);
        out.push(&self.ctc.to_be_bytes());
        out.push(&self.tid.0);
        out.push(&self.ttc.to_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            asn: Asn(reader.take()?),
            purse: Purse::from_number(reader.u8()?)?,
            ctc: reader.u16()?,
            tid: Tid(reader.take()?),
            ttc: Ttc(reader.u32()?),
        })
    }
}

impl Layout for LockTerms {
    /// Lock id 21, ICC 4, TRN 4, balance 4, limit 3, date 4, time 3, UTC offset 2,
    /// key version 1, algorithm 1, scheme 1, dispersing 25.
    fn push_to(&self, out: &mut RecordBytes) {
        self.id.push_to(out);
        out.push(&self.icc.0);
        out.push(&self.trn.0);
        out.push(&self.balance.to_bytes());
        out.push(&self.limit.to_bytes());
        self.at.push_to(out);
        out.push(&[self.key.version, self.key.algorithm, self.scheme.byte()]);
        out.push(&self.dispersing.to_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            id: LockId::read(reader)?,
            icc: Icc(reader.take()?),
            trn: Trn(reader.take()?),
            balance: Amount::new(reader.u32()?)?,
            limit: Limit::from_bytes(reader.take()?),
            at: Stamp::read(reader)?,
            key: KeyRef { version: reader.u8()?, algorithm: reader.u8()? },
            scheme: Scheme::from_byte(reader.u8()?)?,
            dispersing: Dispersing::read(reader)?,
        })
    }
}

impl Rounding {
    const fn byte(self) -> u8 {
        match self {
            Self::Down => 0,
            Self::Nearest => 1,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Down),
            1 => Some(Self::Nearest),
            _ => None,
        }
    }
}

impl Layout for Certified {
    /// MAC2 4, GTAC 4, nozzle 1, product 1, unit price 4, rounding 1, ceiling 4,
    /// totalizer before 8.
    fn push_to(&self, out: &mut RecordBytes) {
        out.push(&self.mac2.0);
        out.push(&self.gtac.0);
        out.push(&[self.nozzle, self.product]);
        out.push(&self.unit_price.to_be_bytes());
        out.push(&[self.rounding.byte()]);
        out.push(&self.ceiling.to_bytes());
        out.push(&self.totalizer_before.to_be_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            mac2: Mac(reader.take()?),
            gtac: Mac(reader.take()?),
            nozzle: reader.u8()?,
            product: reader.u8()?,
            unit_price: reader.u32()?,
            rounding: Rounding::from_byte(reader.u8()?)?,
            ceiling: Amount::new(reader.u32()?)?,
            totalizer_before: reader.u64()?,
        })
    }
}

impl Layout for Delivery {
    /// Quantity 8, amount 4, date' 4, time' 3, UTC offset 2, totalizer after 8.
    fn push_to(&self, out: &mut RecordBytes) {
        out.push(&self.quantity.to_be_bytes());
        out.push(&self.amount.to_bytes());
        self.at.push_to(out);
        out.push(&self.totalizer_after.to_be_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            quantity: reader.u64()?,
            amount: Amount::new(reader.u32()?)?,
            at: Stamp::read(reader)?,
            totalizer_after: reader.u64()?,
        })
    }
}

impl Layout for Claim {
    /// GMAC 4, SAM TAC 4.
    fn push_to(&self, out: &mut RecordBytes) {
        out.push(&self.gmac.0);
        out.push(&self.sam_tac.0);
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { gmac: Mac(reader.take()?), sam_tac: Mac(reader.take()?) })
    }
}

impl Layout for Tried {
    /// Amount 4, date' 4, time' 3, GMAC 4.
    fn push_to(&self, out: &mut RecordBytes) {
        out.push(&self.amount.to_bytes());
        out.push(&self.date.to_bytes());
        out.push(&self.time.to_bytes());
        out.push(&self.gmac.0);
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            amount: Amount::new(reader.u32()?)?,
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
            gmac: Mac(reader.take()?),
        })
    }
}

impl Layout for ClaimedRecord {
    fn push_to(&self, out: &mut RecordBytes) {
        self.terms.push_to(out);
        self.certified.push_to(out);
        self.delivery.push_to(out);
        self.claim.push_to(out);
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            terms: LockTerms::read(reader)?,
            certified: Certified::read(reader)?,
            delivery: Delivery::read(reader)?,
            claim: Claim::read(reader)?,
        })
    }
}

/// A layout alone, as bytes.
pub fn encode(layout: &impl Layout) -> RecordBytes {
    let mut out = RecordBytes::new();
    layout.push_to(&mut out);
    out
}

/// A layout alone, from exactly its bytes.
#[must_use]
pub fn decode<T: Layout>(bytes: &[u8]) -> Option<T> {
    let mut reader = Reader::new(bytes);
    let layout = T::read(&mut reader)?;
    reader.end().map(|()| layout)
}
