//! Lists that stations keep, and what they hear without asking.

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
