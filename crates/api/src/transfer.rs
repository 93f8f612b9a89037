//! Loads and unloads (protocol §7).

use crate::documents;

documents! {
    /// A card wants to be loaded or unloaded.
    pub struct TransferAsked {
        /// `load` or `unload`.
        pub way: String,
        /// The card.
        pub asn: String,
        /// The TID that INITIALIZE carried.
        pub tid: String,
        /// `ed` or `ep`.
        pub purse: String,
        /// The amount that INITIALIZE carried.
        pub amount: u32,
        /// The answer to INITIALIZE FOR LOAD or FOR UNLOAD, 16 bytes.
        pub init: String,
        /// The prepaid account that pays a load or gets an unload; one that the station may charge.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub account: Option<String>,
    }

    /// What CREDIT FOR LOAD or DEBIT FOR UNLOAD carries: durable before it is answered, and for the same session the
    /// same again.
    pub struct TransferDecided {
        /// BCD, `YYYYMMDD`.
        pub date: String,
        /// BCD, `hhmmss`.
        pub time: String,
        /// The centre's word.
        pub mac2: String,
    }

    /// A load or unload of which nobody knows yet whether the card took it.
    pub struct OpenTransfer {
        /// `load` or `unload`.
        pub way: String,
        /// `ed` or `ep`.
        pub purse: String,
        /// The OTC that it uses.
        pub otc: u16,
    }

    /// The card's proof.
    pub struct TransferProof {
        /// `load` or `unload`.
        pub way: String,
        /// The card.
        pub asn: String,
        /// `ed` or `ep`.
        pub purse: String,
        /// The OTC that it used.
        pub otc: u16,
        /// The TAC.
        pub tac: String,
    }

    /// The proof fitted.
    pub struct TransferProved {
        /// What was loaded or unloaded.
        pub amount: u32,
        /// It was known.
        pub repeat: bool,
    }
}
