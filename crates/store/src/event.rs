//! What stations hear without asking: records that came onto the grey list, locks that left it, cards that get no
//! new lock.

use host::Code;
use serde::{Deserialize, Serialize};
use wire::{Asn, ClaimedRecord, LockId, Tid, Ttc};

use crate::error::StoreError;
use crate::sums::Sums;
use crate::value::{Columns, Row, json};

/// One event, as stations get it. Hex strings.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Any station may unlock a card with this record (claim 5).
    Grey {
        /// The claimed record, in the layout of docs/formats.md.
        record: String,
    },
    /// The record is of no use any more: the card left the lock.
    GreyGone {
        /// Terminal of the lock.
        tid: String,
        /// Its PSAM's number.
        ttc: u32,
        /// The whole lock id.
        lock: String,
    },
    /// The card gets no new lock.
    Blacklisted {
        /// The card.
        asn: String,
        /// Why.
        reason: String,
    },
    /// The card is off the blacklist again.
    Cleared {
        /// The card.
        asn: String,
    },
}

impl Event {
    pub(crate) fn grey(record: &ClaimedRecord) -> Self {
        Self::Grey { record: hex::encode(wire::record::encode(record).to_vec()) }
    }

    pub(crate) fn gone(lock: LockId) -> Self {
        let id = hex::encode(wire::record::encode(&lock).to_vec());
        Self::GreyGone { tid: lock.tid.to_string(), ttc: lock.ttc.0, lock: id }
    }

    pub(crate) fn blacklisted(asn: Asn, code: Code) -> Self {
        Self::Blacklisted { asn: asn.to_string(), reason: code.name().to_owned() }
    }

    pub(crate) fn cleared(asn: Asn) -> Self {
        Self::Cleared { asn: asn.to_string() }
    }

    /// The lock that it is about, by (TID, TTC); nothing when it is about a card alone.
    #[must_use]
    pub fn lock(&self) -> Option<(Tid, Ttc)> {
        match self {
            Self::Grey { record } => {
                let bytes = hex::decode(record).ok()?;
                let record = wire::record::decode::<ClaimedRecord>(&bytes)?;
                Some((record.terms.id.tid, record.terms.id.ttc))
            }
            Self::GreyGone { tid, ttc, .. } => Some((tid.parse().ok()?, Ttc(*ttc))),
            Self::Blacklisted { .. } | Self::Cleared { .. } => None,
        }
    }

    /// The name of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Grey { .. } => "grey",
            Self::GreyGone { .. } => "grey_gone",
            Self::Blacklisted { .. } => "blacklisted",
            Self::Cleared { .. } => "cleared",
        }
    }

    pub(crate) fn row(&self, lane: i64, number: i64, sums: &Sums) -> Row {
        let [blacklist, grey_list] = sums.to_text();
        vec![lane.into(), number.into(), json(self), blacklist.into(), grey_list.into()]
    }

    /// Lane, number and event.
    pub(crate) fn read(row: Row) -> Result<(i64, i64, Self), StoreError> {
        let mut columns = Columns::new("events", row);
        let (lane, number) = (columns.number()?, columns.number()?);
        Ok((lane, number, columns.json()?))
    }
}
