//! The ledger.

use crate::documents;

documents! {
    /// An account and what is on it; a credit is positive.
    pub struct Account {
        /// `issued`, `write_off`, `float/ASN/ed`, `station_payable/NAME` …
        pub account: String,
        /// Whole units.
        pub balance: i64,
    }

    /// Every account that is not empty, and their sum.
    pub struct TrialBalance {
        /// By name.
        pub accounts: Vec<Account>,
        /// It is zero.
        pub sum: i64,
    }

    /// One balanced booking.
    pub struct Posting {
        /// Its number in the books.
        pub number: i64,
        /// Why: `settled_by_tac`, `grey_heard` …
        pub reason: String,
        /// The card, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub asn: Option<String>,
        /// The lock as hex, where there is one.
        pub lock: Option<String>,
        /// BCD.
        pub date: String,
        /// BCD.
        pub time: String,
        /// Each moves an amount from one account to another.
        pub entries: Vec<Entry>,
    }

    /// One move of money.
    pub struct Entry {
        /// Where it comes from.
        pub source: String,
        /// Where it goes.
        pub target: String,
        /// More than zero.
        pub amount: i64,
    }
}
