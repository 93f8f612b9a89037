//! The card's files: public data EF 15 and the log EF 18 (protocol §7), and the PSAM's.

use crate::amount::{Amount, Limit};
use crate::bcd::{Date, Time};
use crate::buf::{Buf, Reader};
use crate::ids::{Asn, Tid};
use crate::key::Scheme;
use crate::tag::Tag;

/// Short file id of the public data.
pub const PUBLIC_DATA_SFI: u8 = 0x15;
/// Short file id of the log.
pub const LOG_SFI: u8 = 0x18;
/// Short file id of the PSAM's serial number.
pub const PSAM_SERIAL_SFI: u8 = 0x15;
/// Short file id of the PSAM's terminal id.
pub const PSAM_TID_SFI: u8 = 0x16;

/// File id of the master file.
pub const MASTER_FILE: u16 = 0x3F00;
/// File id of the purse application.
pub const APPLICATION_FILE: u16 = 0x3F01;
/// Name of the directory.
pub const DIRECTORY_NAME: &[u8] = b"1PAY.SYS.DDF01";
/// The application's name unless the issuer gives another.
pub const DEFAULT_AID: [u8; 10] = [0xA0, 0, 0, 0, 0x03, 0x47, 0x52, 0x45, 0x59, 0x31];

/// EF 15: issuer 8, type 1, version 1, card number 10 (its last 8 are the ASN),
/// start date 4, expiry 4, FCI 2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublicData {
    /// Issuer; also the second dispersing input where there is one.
    pub issuer: [u8; 8],
    /// Application type.
    pub kind: u8,
    /// Application version.
    pub version: u8,
    /// Card number.
    pub number: [u8; 10],
    /// First day of use.
    pub start: Date,
    /// Last day of use.
    pub expiry: Date,
    /// Dispersing levels of the consumption key (00 means one) and its scheme.
    pub fci: [u8; 2],
}

impl PublicData {
    /// Bytes of the file.
    pub const LEN: usize = 30;

    /// The 30 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<30> {
        Buf::new()
            .with(&self.issuer)
            .with(&[self.kind, self.version])
            .with(&self.number)
            .with(&self.start.to_bytes())
            .with(&self.expiry.to_bytes())
            .with(&self.fci)
    }

    /// `None` for a wrong length or a date that is none.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let data = Self {
            issuer: reader.take()?,
            kind: reader.u8()?,
            version: reader.u8()?,
            number: reader.take()?,
            start: Date::from_bytes(reader.take()?)?,
            expiry: Date::from_bytes(reader.take()?)?,
            fci: reader.take()?,
        };
        reader.end().map(|()| data)
    }

    /// As the answer to SELECT carries it: `6F { …, A5 { …, 9F0C 1E EF15 } }`. `None` where an FCI has none.
    #[must_use]
    pub fn in_fci(fci: &[u8]) -> Option<Self> {
        let own = value_of(value_of(fci, &[0x6F])?, &[0xA5])?;
        Self::parse(value_of(own, &[0x9F, 0x0C])?)
    }

    /// The last eight bytes of the card number.
    #[must_use]
    pub const fn asn(&self) -> Asn {
        let [_, _, asn @ ..] = self.number;
        Asn(asn)
    }

    /// Dispersing levels of the consumption key: the ASN counts as one.
    #[must_use]
    pub const fn levels(&self) -> u8 {
        if self.fci[0] == 0 { 1 } else { self.fci[0] }
    }

    /// Scheme of the consumption key, where the card says one.
    #[must_use]
    pub const fn scheme(&self) -> Option<Scheme> {
        Scheme::from_byte(self.fci[1])
    }
}

/// The value of the first object with this tag. Lengths are one byte, below 80.
fn value_of<'a>(mut objects: &'a [u8], tag: &[u8]) -> Option<&'a [u8]> {
    loop {
        let tag_len = if objects.first()? & 0x1F == 0x1F { 2 } else { 1 };
        let (found, rest) = objects.split_at_checked(tag_len)?;
        let (len, rest) = rest.split_first().filter(|(len, _)| **len < 0x80)?;
        let (value, behind) = rest.split_at_checked(usize::from(*len))?;
        if found == tag {
            return Some(value);
        }
        objects = behind;
    }
}

/// A record of EF 18: sequence number 2, overdraft limit 3, amount 4, tag 1, TID 6,
/// date 4, time 3.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogRecord {
    /// CTC, or OTC for load, unload and overdraft change.
    pub sequence: u16,
    /// The overdraft limit then.
    pub limit: Limit,
    /// The amount; 0 is logged.
    pub amount: Amount,
    /// What was done.
    pub tag: Tag,
    /// Where.
    pub tid: Tid,
    /// When.
    pub date: Date,
    /// When.
    pub time: Time,
}

impl LogRecord {
    /// Bytes of a record.
    pub const LEN: usize = 23;

    /// The 23 bytes.
    #[must_use]
    pub fn encode(&self) -> Buf<23> {
        Buf::new()
            .with(&self.sequence.to_be_bytes())
            .with(&self.limit.to_bytes())
            .with(&self.amount.to_bytes())
            .with(&[self.tag.byte()])
            .with(&self.tid.0)
            .with(&self.date.to_bytes())
            .with(&self.time.to_bytes())
    }

    /// `None` for a wrong length, an unknown tag or a date that is none.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let record = Self {
            sequence: reader.u16()?,
            limit: Limit::from_bytes(reader.take()?),
            amount: Amount::new(reader.u32()?)?,
            tag: Tag::from_byte(reader.u8()?)?,
            tid: Tid(reader.take()?),
            date: Date::from_bytes(reader.take()?)?,
            time: Time::from_bytes(reader.take()?)?,
        };
        reader.end().map(|()| record)
    }
}
