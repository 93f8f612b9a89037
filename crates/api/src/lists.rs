//! Lists that stations keep, and what they hear without asking.

use serde::{Deserialize, Serialize};

use crate::documents;

documents! {
    /// A record by which any station unlocks its card (claim 5).
    pub struct GreyRecord {
        /// The claimed record, with the GTAC that the centre recomputed.
        pub record: String,
    }

    /// A card that gets no new lock.
    pub struct Blacklisted {
        /// The card.
        pub asn: String,
        /// Why.
        pub reason: String,
    }
}

/// What stations hear without asking: the data of a server-sent event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Any station may unlock a card with this record (claim 5).
    Grey {
        /// The claimed record.
        record: String,
    },
    /// The record is of no use any more: the card left the lock.
    GreyGone {
        /// The terminal of the lock.
        tid: String,
        /// Its PSAM's number.
        ttc: u32,
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
    /// One that a later server tells of: a reader passes it by.
    #[serde(other)]
    Unknown,
}
