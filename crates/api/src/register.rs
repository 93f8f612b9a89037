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
        /// The last day on which it is loaded, BCD, `YYYYMMDD`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<String>,
        /// The blank chip that the number is begun on, 10 bytes: on another one it would be a clone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub chip: Option<String>,
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
        /// The versions of which it uses one, the likelier first: two while a SWITCH KEYS is out of which nobody knows
        /// whether it was obeyed.
        pub key_versions: Vec<u8>,
        /// The last day on which it is loaded.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub expiry: Option<String>,
        /// `made`, `active`, `blocked`, `lost`, `replaced` or `expired`.
        pub state: String,
        /// Why it is on the blacklist.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        /// The money of both purses in the books.
        pub money: [i64; 2],
        /// What grey locks and decisions hold of it.
        pub reserved: [i64; 2],
        /// Alarms, and what operators did.
        pub life: Life,
    }

    /// What was heard of a card or PSAM and done about it.
    #[derive(Default)]
    pub struct Life {
        /// The blank chip that its number was begun on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub chip: Option<String>,
        /// The alarms that stand.
        pub alarms: Vec<Alarm>,
        /// Everything that was done, oldest first.
        pub acts: Vec<Act>,
    }

    /// Something that no honest run of the protocol produces.
    pub struct Alarm {
        /// What kind, as notices name it.
        pub code: String,
        /// What shows it: a lock, a purchase, an OTC, a chip.
        pub evidence: String,
    }

    /// Something that operators did about a card or PSAM.
    pub struct Act {
        /// How many acts stand before it.
        pub number: u32,
        /// `block`, `lift_block`, `report_lost`, `report_found`, `lift_alarms`, `give_up_chip`, `retire`.
        pub measure: String,
        /// Who ordered it.
        pub maker: String,
        /// Why.
        pub reason: String,
        /// BCD.
        pub date: String,
        /// BCD.
        pub time: String,
        /// True when it counts only once a second person approved it.
        pub needs_two: bool,
        /// Who approved it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub checker: Option<String>,
        /// The alarms that it lifts.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub alarms: Vec<Alarm>,
        /// The chip that it gives up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub chip: Option<String>,
    }

    /// What is to be done about a card or PSAM.
    pub struct NewAct {
        /// As in [`Act`].
        pub measure: String,
        /// How many acts you saw in its history: this one is the next, or it is refused. The same order sent again is a
        /// repeat.
        pub seen: u32,
        /// Why.
        pub reason: String,
    }

    /// It stands in the history.
    pub struct Acted {
        /// How many acts stand before it.
        pub number: u32,
        /// What the card or PSAM is now.
        pub state: String,
        /// It was ordered, or approved, just so before.
        pub repeat: bool,
    }

    /// Issuing was carried out.
    #[derive(Default)]
    pub struct Issued {
        /// On this chip, where one is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub chip: Option<String>,
    }

    /// A PSAM that is to be made, or was, and the station that speaks for it, for ever.
    pub struct NewPsam {
        /// Its terminal id.
        pub tid: String,
        /// The station's name.
        pub station: String,
        /// The last day of its use, BCD, `YYYYMMDD`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<String>,
        /// The blank chip that the TID is begun on, 10 bytes: on another one it would be a clone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub chip: Option<String>,
    }

    /// A PSAM and the station that speaks for it.
    pub struct Psam {
        /// Its terminal id.
        pub tid: String,
        /// The station's name.
        pub station: String,
        /// The last day of its use.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expiry: Option<String>,
        /// `made`, `active`, `blocked`, `lost`, `replaced` or `expired`.
        pub state: String,
        /// Alarms, and what operators did.
        pub life: Life,
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
