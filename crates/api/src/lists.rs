//! Lists that stations keep, and what they hear without asking.

use serde::{Deserialize, Serialize};

use crate::documents;

documents! {
    /// A record by which any station unlocks its card (claim 5).
    pub struct GreyRecord {
        /// The claimed record, with the GTAC that the centre recomputed.
        pub record: String,
    }

    /// How a list stands: what a station compares with what it holds.
    pub struct ListState {
        /// Up to where the events are in it.
        pub cursor: String,
        /// Counts its changes.
        pub version: u64,
        /// How many rows.
        pub rows: u64,
        /// What it holds, as 64 hex digits (docs/formats.md).
        pub digest: String,
        /// The cursor behind all events that there are now: the list is the one of now when both are the same.
        pub end: String,
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
        /// The whole lock id in hex.
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
    /// One that a later server tells of: a reader passes it by.
    #[serde(other)]
    Unknown,
}
