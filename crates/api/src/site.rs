//! What a station tells and is asked over HTTP: its nozzles, cards in them, visits, and what happens.
//!
//! Money is whole smallest units of the currency; quantities are thousandths of the product's unit.

use serde::{Deserialize, Serialize};

use crate::documents;
use crate::operate::Lock;

documents! {
    /// The whole station at one moment.
    pub struct Site {
        /// The station's name.
        pub name: String,
        /// The build.
        pub version: String,
        /// Three letters.
        pub currency: String,
        /// Digits behind the currency's point.
        pub decimals: u8,
        /// In the order of their numbers.
        pub nozzles: Vec<Nozzle>,
        /// The line to the centre.
        pub centre: Line,
        /// Stations that records are exchanged with when the centre is down.
        pub neighbours: Vec<Neighbour>,
        /// Cards that get no new lock.
        pub blacklist: ListStanding,
        /// Grey records of other stations.
        pub grey_list: ListStanding,
        /// The journal.
        pub journal: JournalStanding,
        /// Prices and limits in force.
        pub parameters: ParametersStanding,
        /// The station's local time as `YYYYMMDDhhmmss+hhmm`.
        pub time: String,
        /// What an operator should look at, in words; empty when all is well.
        pub warnings: Vec<Warning>,
    }

    /// Something that an operator should look at. docs/operations.md has what each means.
    pub struct Warning {
        /// A name that stays: one of [`Alarm`](crate::alarm::Alarm).
        pub name: String,
        /// What is wrong, in words.
        pub words: String,
        /// Where, when it is one nozzle.
        pub nozzle: Option<u8>,
    }

    /// A line to the centre.
    pub struct Line {
        /// `up`, `down`, or `none` for a station without a centre.
        pub state: String,
        /// Why it is down, in words.
        pub reason: Option<String>,
        /// Seconds since it changed.
        pub seconds: u64,
        /// Entries of the journal that the centre has not taken yet.
        pub queue: u64,
    }

    /// A station nearby.
    pub struct Neighbour {
        /// Its name.
        pub name: String,
        /// Where it is asked.
        pub url: String,
        /// It answered when it was asked last; absent when it never was.
        pub answered: Option<bool>,
    }

    /// How a list stands.
    pub struct ListStanding {
        /// Counts its changes.
        pub version: u64,
        /// What it holds, as 64 hex digits.
        pub digest: String,
        /// How many rows.
        pub rows: u64,
        /// Seconds since the centre last said that it is the list of now; absent when it never did.
        pub seconds: Option<u64>,
    }

    /// How the journal stands.
    pub struct JournalStanding {
        /// Entries.
        pub records: u64,
        /// Locks that are not at their end.
        pub open_locks: u64,
        /// Bytes that its disk still takes, where that is known.
        pub free: Option<u64>,
        /// False when no new lock is begun for want of room.
        pub takes_locks: bool,
    }

    /// Prices and limits.
    pub struct ParametersStanding {
        /// The version in force.
        pub version: u64,
        /// The version that waits, if any.
        pub next: Option<u64>,
        /// When it comes into force, local time as `YYYYMMDDhhmmss`.
        pub next_from: Option<String>,
    }

    /// One nozzle, outlet or counter.
    pub struct Nozzle {
        /// Its number.
        pub number: u8,
        /// What is sold.
        pub product: Product,
        /// `free`; `card` (a card is in, nothing runs); `busy` (card and PSAM talk); `open` (the nozzle is open, nothing
        /// flows yet); `flowing`; `finishing` (closed, being debited); `out_of_order`.
        pub state: String,
        /// Why, or what the customer should do now, in words.
        pub message: Option<String>,
        /// The PSAM's terminal id; absent while the PSAM does not answer.
        pub tid: Option<String>,
        /// The reader.
        pub reader: Reader,
        /// The card that is in.
        pub card: Option<CardSeen>,
        /// The delivery that runs, or the last one until the card is taken out.
        pub sale: Option<Sale>,
        /// The visit that runs, or ended last.
        pub visit: Option<u64>,
        /// Everything that ever flowed; absent while the dispenser does not answer.
        pub totalizer: Option<u64>,
    }

    /// What a nozzle sells, and for how much now.
    pub struct Product {
        /// Its number in the records.
        pub number: u8,
        /// Its name.
        pub name: String,
        /// `L`, `kWh` or `m3`.
        pub unit: String,
        /// Price of a whole unit.
        pub unit_price: u32,
    }

    /// Where a card is put in.
    pub struct Reader {
        /// `image`, `pcsc`, `socket` (a virtual card connects, as `greylock card serve` does), or `hands` (the demo's).
        pub kind: String,
        /// The socket's `HOST:PORT`, the reader's name, or the image's path.
        pub place: Option<String>,
    }

    /// What a card shows without a PIN.
    pub struct CardSeen {
        /// The card.
        pub asn: String,
        /// `unlocked`, `grey`, `tac_unread`, `app_locked`.
        pub state: String,
        /// Both purses, where the card has them.
        pub purses: Vec<PurseSeen>,
        /// The lock that makes it grey.
        pub lock: Option<Lock>,
    }

    /// One purse of a card.
    pub struct PurseSeen {
        /// `ed` or `ep`.
        pub purse: String,
        /// What can be spent: money and overdraft limit.
        pub balance: u32,
    }

    /// One delivery.
    pub struct Sale {
        /// Under which lock.
        pub lock: Lock,
        /// The most that it may cost: what the card's MAC2 proved, or less.
        pub ceiling: u32,
        /// Price of a whole unit.
        pub unit_price: u32,
        /// What has flowed.
        pub quantity: u64,
        /// What that costs.
        pub amount: u32,
    }

    /// Asks for a refuelling with the card that is in.
    pub struct RefuelAsked {
        /// Digits.
        pub pin: String,
        /// `ed` or `ep`; `ed` when absent.
        #[serde(default)]
        pub purse: Option<String>,
        /// No more than this; absent to fill up.
        #[serde(default)]
        pub amount: Option<u32>,
        /// The vehicle's plate, where limits ask for it.
        #[serde(default)]
        pub vehicle: Option<String>,
        /// The card that is meant, 16 digits: another one is told no PIN.
        #[serde(default)]
        pub card: Option<String>,
    }

    /// Asks for a load, an unload or a purchase with the card that is in.
    pub struct PayAsked {
        /// `load`, `unload` or `purchase`.
        pub what: String,
        /// Digits; not needed for a purchase of ep.
        #[serde(default)]
        pub pin: Option<String>,
        /// `ed` or `ep`; `ed` when absent.
        #[serde(default)]
        pub purse: Option<String>,
        /// How much.
        pub amount: u32,
        /// The card that is meant, 16 digits: another one is told no PIN.
        #[serde(default)]
        pub card: Option<String>,
    }

    /// A visit was begun; its [`Outcome`] comes as an event, and is kept.
    pub struct VisitBegun {
        /// Its number at this nozzle.
        pub visit: u64,
    }

    /// How a visit ended: the fields of `greylock refuel --json`, and more.
    pub struct Outcome {
        /// The nozzle.
        pub nozzle: u8,
        /// Its number at this nozzle.
        pub visit: u64,
        /// `refuel`, `unlock`, `load`, `unload`, `purchase`.
        pub what: String,
        /// `settled`, `escaped`, `refused`, `card_lost`, `unlocked`, `nothing` (the card was free already), `done` (load,
        /// unload, purchase). A purchase whose answer was lost ends as `refused` with `unknown`; when the card shows later
        /// what came of it, that is a purchase of its own: `done`, and the goods are owed, or `refused` with `not_paid`.
        pub outcome: String,
        /// Why it was refused or broke off, by a name that stays: `card_blacklisted`, `above_limit`, `card_lost`,
        /// `card_refused`, `no_record_no_link`, …
        #[serde(default)]
        pub refusal: Option<String>,
        /// What was debited, delivered, loaded.
        pub amount: u32,
        /// What has flowed.
        pub quantity: Option<u64>,
        /// Of the purse.
        pub balance_before: Option<u32>,
        /// Of the purse.
        pub balance_after: Option<u32>,
        /// The card.
        pub asn: Option<String>,
        /// The lock, where there was one.
        pub lock: Option<Lock>,
        /// The card's TAC, or MAC3.
        pub tac: Option<String>,
        /// The card's GTAC.
        pub gtac: Option<String>,
        /// The claimed record in hex.
        pub record: Option<String>,
        /// Of an unlock, also of one before a refuelling: `local`, `neighbour`, `paper`, `online`, `tac_read`.
        pub how: Option<String>,
        /// What a card cost that was freed before the refuelling.
        pub freed: Option<u32>,
        /// Why, in words.
        pub reason: Option<String>,
        /// Exchanged with card and PSAM.
        pub apdus: u32,
    }

    /// A lock that is not at its end.
    pub struct OpenLock {
        /// The lock.
        pub lock: Lock,
        /// Where, as far as the journal says it.
        pub nozzle: Option<u8>,
        /// The journal's newest step: `lock_sent`, `locked`, `delivered`, `claimed`.
        pub step: String,
        /// What was delivered, once that is in the journal.
        pub amount: Option<u32>,
    }

    /// A grey record on paper: the text of its QR code.
    pub struct PaperShown {
        /// Begins with `GL1:`.
        pub text: String,
    }

    /// A paper that a station believes.
    pub struct PaperTaken {
        /// The lock that it frees.
        pub lock: Lock,
        /// What it debits.
        pub amount: u32,
        /// Who signed it.
        pub station: String,
    }

    /// A receipt.
    pub struct ReceiptShown {
        /// At most 32 characters each.
        pub lines: Vec<String>,
        /// The text of the QR code of a grey record.
        pub paper: Option<String>,
    }

    /// A command and its answer, as a timeline shows them. No byte of a PIN is in it.
    pub struct Exchange {
        /// `card` or `psam`.
        pub chip: String,
        /// The command in hex; its data is absent where it holds a PIN.
        pub command: String,
        /// The answer in hex; absent when the chip gave none.
        pub answer: Option<String>,
        /// Both in a few words.
        pub words: String,
        /// The command's data elements, in their order; a PIN is masked.
        #[serde(default)]
        pub asked: Vec<Element>,
        /// The answer's.
        #[serde(default)]
        pub said: Vec<Element>,
    }

    /// A data element of the protocol.
    pub struct Element {
        /// Its name in the protocol.
        pub name: String,
        /// Its value for people: money with its point, dates with their dashes, bytes in hex.
        pub value: String,
    }
}

/// What happens at a station, as it is told live. A reader skips what it does not know.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happened {
    /// A nozzle changed; this is how it is now. While something flows, some ten times a second.
    Nozzle {
        /// As it is now.
        nozzle: Nozzle,
    },
    /// A visit ended.
    Ended {
        /// How.
        outcome: Outcome,
    },
    /// Card or PSAM were asked something. Only where the station is told to trace.
    Apdu {
        /// Where.
        nozzle: u8,
        /// What.
        exchange: Exchange,
    },
    /// An entry of the journal is durable.
    Journal {
        /// Where, if it is one nozzle's.
        nozzle: Option<u8>,
        /// `lock_sent`, `locked`, `delivered`, `claimed`, `settled`, `no_dispense`, `void`, or what else it is.
        step: String,
        /// The lock.
        lock: Option<Lock>,
        /// In words.
        words: String,
    },
    /// The line to the centre changed, or the centre took reports.
    Centre {
        /// As it is now.
        line: Line,
        /// In words.
        words: String,
    },
    /// A list changed.
    List {
        /// `blacklist` or `grey_list`.
        list: String,
        /// As it is now.
        standing: ListStanding,
        /// In words.
        words: String,
    },
    /// Something that an operator should look at began or ended.
    Warned {
        /// Which.
        warning: Warning,
        /// False when it ended.
        on: bool,
    },
    /// Something newer.
    #[serde(other)]
    Unknown,
}
