//! Cards and PSAMs as registered things.

use crate::documents;

documents! {
    /// A purse as it is issued.
    #[derive(Default)]
    pub struct PurseOpening {
        /// What can be spent: the money plus the overdraft limit.
        pub balance: u32,
        /// The overdraft limit.
        #[serde(default)]
        pub limit: u32,
        /// First off-line transaction number.
        #[serde(default)]
        pub ctc: u16,
        /// First on-line transaction number.
        #[serde(default)]
        pub otc: u16,
    }

    /// A card that was made and is to be taken into the books.
    pub struct NewCard {
        /// Its number, sixteen digits.
        pub asn: String,
        /// Purse ED.
        pub ed: PurseOpening,
        /// Purse EP.
        #[serde(default)]
        pub ep: PurseOpening,
        /// The version of its keys; the newest without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub key_version: Option<u8>,
    }

    /// A card's account.
    pub struct Card {
        /// Its number.
        pub asn: String,
        /// How ED was issued.
        pub ed: PurseOpening,
        /// How EP was issued.
        pub ep: PurseOpening,
        /// The version of its keys.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub key_version: Option<u8>,
        /// `active`, `blacklisted` or `replaced`.
        pub state: String,
        /// Why it is on the blacklist.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        /// The money of both purses in the books.
        pub money: [i64; 2],
        /// What grey locks and decisions hold of it.
        pub reserved: [i64; 2],
    }

    /// A PSAM and the station that speaks for it.
    pub struct Psam {
        /// Its terminal id.
        pub tid: String,
        /// The station's name.
        pub station: String,
    }

    /// It is in the books.
    pub struct Registered {
        /// It was registered just so before.
        pub repeat: bool,
    }

    /// A card is lost: two persons order its replacement.
    pub struct ReplaceCard {
        /// Who orders.
        pub maker: String,
        /// Who approved.
        pub checker: String,
        /// Why.
        pub reason: String,
    }

    /// What the cardholder gets on another card, by purse; negative is a debt.
    pub struct Replaced {
        /// ED, EP.
        pub money: [i64; 2],
        /// It was replaced before, with these amounts.
        pub repeat: bool,
    }
}
