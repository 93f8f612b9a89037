//! What goes up to the centre (protocol §9, "What the centre hears").

use crate::buf::Reader;
use crate::grey_status::GreyStatus;
use crate::ids::{Asn, LockId, Mac, Tid, Ttc};
use crate::purchase::PurchaseTerms;
use crate::record::{
    Certified, ClaimedRecord, Delivery, Layout, LockTerms, RecordBytes, decode, encode,
};
use crate::response::PurchaseAnswer;

/// One report of a station. Outcomes come only from the station that owns the TID; a TAC that
/// a card showed comes from whoever saw it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Report {
    /// The whole claimed record with the TAC that the card answered.
    Sale(ClaimedRecord, Mac),
    /// The claimed record: the card has not answered a TAC.
    Grey(ClaimedRecord),
    /// Final: nothing was and nothing will be delivered on this lock.
    NoDispense(LockTerms),
    /// The TTC was drawn and LOCK never went out.
    Void(Tid, Ttc),
    /// Delivered, but no GMAC: the PSAM died.
    Unproved(LockTerms, Certified, Delivery),
    /// A card showed TAC unread.
    TacSeen(Asn, GreyStatus),
    /// A purchase, and what its card answered or showed afterwards.
    Purchase(PurchaseTerms, PurchaseAnswer),
    /// A purchase went out and its answer is lost: no goods were given, and whether the card paid
    /// is not known.
    PurchaseUnknown(PurchaseTerms),
}

impl Report {
    /// The newest version of the layout.
    pub const VERSION: u8 = 2;

    /// Version of this report's layout, its first byte: purchases came with version 2, and what
    /// version 1 knew is sent as it was.
    #[must_use]
    pub const fn version(&self) -> u8 {
        match self {
            Self::Purchase(..) | Self::PurchaseUnknown(_) => 2,
            _ => 1,
        }
    }

    /// The lock or purchase that an outcome is about, by (TID, TTC); `None` for a TAC seen.
    #[must_use]
    pub const fn lock(&self) -> Option<(Tid, Ttc)> {
        match self {
            Self::Sale(record, _) | Self::Grey(record) => {
                Some((record.terms.id.tid, record.terms.id.ttc))
            }
            Self::NoDispense(terms) | Self::Unproved(terms, ..) => {
                Some((terms.id.tid, terms.id.ttc))
            }
            Self::Void(tid, ttc) => Some((*tid, *ttc)),
            Self::Purchase(terms, _) | Self::PurchaseUnknown(terms) => {
                Some((terms.id.tid, terms.id.ttc))
            }
            Self::TacSeen(..) => None,
        }
    }

    /// The id of the lock or purchase, where the outcome knows it.
    #[must_use]
    pub const fn lock_id(&self) -> Option<LockId> {
        match self {
            Self::Sale(record, _) | Self::Grey(record) => Some(record.terms.id),
            Self::NoDispense(terms) | Self::Unproved(terms, ..) => Some(terms.id),
            Self::Purchase(terms, _) | Self::PurchaseUnknown(terms) => Some(terms.id),
            Self::Void(..) | Self::TacSeen(..) => None,
        }
    }

    /// Version 1, kind 1, then what the kind holds.
    #[must_use]
    pub fn to_bytes(&self) -> RecordBytes {
        encode(self)
    }

    /// `None` when the bytes are no report of a known version.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        decode(bytes)
    }
}

impl Layout for Report {
    fn push_to(&self, out: &mut RecordBytes) {
        out.push(&[self.version()]);
        match self {
            Self::Sale(record, tac) => {
                out.push(&[1]);
                record.push_to(out);
                out.push(&tac.0);
            }
            Self::Grey(record) => {
                out.push(&[2]);
                record.push_to(out);
            }
            Self::NoDispense(terms) => {
                out.push(&[3]);
                terms.push_to(out);
            }
            Self::Void(tid, ttc) => {
                out.push(&[4]);
                out.push(&tid.0);
                out.push(&ttc.to_bytes());
            }
            Self::Unproved(terms, certified, delivery) => {
                out.push(&[5]);
                terms.push_to(out);
                certified.push_to(out);
                delivery.push_to(out);
            }
            Self::TacSeen(asn, status) => {
                out.push(&[6]);
                out.push(&asn.0);
                out.push(&status.encode());
            }
            Self::Purchase(terms, answer) => {
                out.push(&[7]);
                terms.push_to(out);
                answer.push_to(out);
            }
            Self::PurchaseUnknown(terms) => {
                out.push(&[8]);
                terms.push_to(out);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let version = reader.u8()?;
        let report = Self::read_kind(reader)?;
        (report.version() == version).then_some(report)
    }
}

impl Report {
    fn read_kind(reader: &mut Reader<'_>) -> Option<Self> {
        Some(match reader.u8()? {
            1 => Self::Sale(ClaimedRecord::read(reader)?, Mac(reader.take()?)),
            2 => Self::Grey(ClaimedRecord::read(reader)?),
            3 => Self::NoDispense(LockTerms::read(reader)?),
            4 => Self::Void(Tid(reader.take()?), Ttc(reader.u32()?)),
            5 => Self::Unproved(
                LockTerms::read(reader)?,
                Certified::read(reader)?,
                Delivery::read(reader)?,
            ),
            6 => Self::TacSeen(
                Asn(reader.take()?),
                GreyStatus::parse(&reader.take::<{ GreyStatus::LONG }>()?)?,
            ),
            7 => Self::Purchase(PurchaseTerms::read(reader)?, PurchaseAnswer::read(reader)?),
            8 => Self::PurchaseUnknown(PurchaseTerms::read(reader)?),
            _ => return None,
        })
    }
}
