//! On-line unlocks (claim 2).

use crate::documents;

documents! {
    /// A station has a grey card (protocol §9).
    pub struct UnlockAsked {
        /// The card.
        pub asn: String,
        /// The terminal at which it is.
        pub tid: String,
        /// The answer to GET GREY STATUS with P1 = 02, 44 bytes.
        pub status: String,
        /// The answer to INITIALIZE FOR UNLOCK, 18 bytes.
        pub init: String,
    }

    /// The centre's answer.
    pub struct UnlockAnswered {
        /// What DEBIT FOR UNLOCK carries; absent while the card has to wait.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub decision: Option<Decision>,
        /// Why the card has to wait: `missing`, `void`, `unproved` …
        #[serde(skip_serializing_if = "Option::is_none")]
        pub wait: Option<String>,
        /// The same in words.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub words: Option<String>,
        /// What is to be done about it.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub what_to_do: Option<String>,
    }

    /// It is durable before it is answered; the same session gets the same one again.
    pub struct Decision {
        /// What the card is debited.
        pub amount: u32,
        /// BCD, `YYYYMMDD`.
        pub date: String,
        /// BCD, `hhmmss`.
        pub time: String,
        /// The centre's word.
        pub mac2: String,
    }

    /// The card's receipt.
    pub struct Receipt {
        /// The card.
        pub asn: String,
        /// `ed` or `ep`, where it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub purse: Option<String>,
        /// The OTC that the unlock used.
        pub otc: u16,
        /// MAC3.
        pub mac3: String,
    }

    /// The receipt fitted a decision.
    pub struct ReceiptTaken {
        /// What the card was debited.
        pub amount: u32,
        /// It was known.
        pub repeat: bool,
    }

    /// A card whose application is locked answered GET CHALLENGE.
    pub struct UnblockAsked {
        /// Its 4 bytes.
        pub challenge: String,
        /// The version of its keys, where it is known better than by the books.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub key_version: Option<u8>,
    }

    /// A card is to go over to other keys that it holds.
    pub struct SwitchAsked {
        /// The version that it is to use; the newest of the centre without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to: Option<u8>,
        /// The TID that INITIALIZE FOR UPDATE carried.
        pub tid: String,
        /// The answer to INITIALIZE FOR UPDATE: with its MAC1 the card proves which keys it uses.
        pub init: String,
        /// What the GET CHALLENGE behind it answered, 4 bytes.
        pub challenge: String,
    }

    /// The next step of the switch.
    pub struct SwitchAnswered {
        /// The version that it is to use.
        pub to: u8,
        /// Goes out in `84 1A 00 VERSION 04`; then the centre is asked again. Absent when the card has proved that
        /// it uses these keys.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub mac: Option<String>,
    }

    /// The code of APPLICATION UNBLOCK over that challenge.
    pub struct Unblock {
        /// Goes out in `84 18 00 00 04`.
        pub mac: String,
    }
}
