//! What the page and the demo say to each other beside the stations' own documents: JSON, under `/demo/v1`.
//!
//! | method, path | takes, gives |
//! |---|---|
//! | GET `/world` | [`World`] |
//! | POST `/cards/{asn}/insert` | [`Place`]: 204; 409 `slot_taken` or `card_elsewhere` |
//! | POST `/cards/{asn}/pull` | nothing: 204; 409 `card_not_in` |
//! | POST `/cards/{asn}/tear` | [`Tear`]: 204 |
//! | POST `/stations/{name}/nozzles/{n}/hose` | [`Hose`]: 204 |
//! | POST `/stations/{name}/power` | [`Switched`]: 204, once the station is down, or up again |
//! | POST `/stations/{name}/link` | [`LinkSwitched`]: 204 |
//! | POST `/speed` | [`Speed`]: 204 |
//! | POST `/stories/{name}` | begins a story: 202; 409 `story_runs` |
//! | DELETE `/stories` and `/stories/{name}` | stops the one that runs: 204 |
//! | POST `/reset` | everything fresh: 204 |
//! | GET `/books` | [`Books`] |
//! | GET `/events` | server-sent events; data is a [`WorldEvent`], id its number |
//!
//! Refusals are `api::problem::Problem`. Money is whole smallest units of the currency, quantities are thousandths of
//! the product's unit. One stream carries what a page needs of the stations, too, since a browser has six connections for
//! one server, whatever windows are open. A listener of events that is new or lost its place gets the last lines of the timeline, among
//! them how each visit of this world ended, then `changed` for every part.

use std::collections::BTreeMap;

use api::operate::Lock;
use api::site::{Happened, Outcome};
use serde::{Deserialize, Serialize};

macro_rules! documents {
    ($($(#[$about:meta])* pub $kind:ident $name:ident $body:tt)*) => {
        $($(#[$about])*
        #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
        pub $kind $name $body)*
    };
}

documents! {
    /// Everything that hands can reach, at one moment. What happens at a nozzle is the station's to say
    /// (`/stations/NAME/v1/site`).
    pub struct World {
        /// The build.
        pub version: String,
        /// Of this world and no other one, whichever demo goes on with it: cards and stations of another one are others.
        pub id: String,
        /// Counts the resets of its folder.
        pub reset: u64,
        /// Three letters.
        pub currency: String,
        /// Digits behind the currency's point.
        pub decimals: u8,
        /// Both stations.
        pub stations: Vec<StationShown>,
        /// The wallet.
        pub cards: Vec<CardShown>,
        /// By the station's name.
        pub switches: BTreeMap<String, Switches>,
        /// What plays by itself.
        pub stories: Vec<StoryShown>,
        /// The one that runs, or ran last since the reset.
        pub story: Option<StoryRuns>,
        /// Of every card.
        pub pin: String,
        /// How fast fuel flows and stories go; 1 is for people to follow.
        pub speed: f64,
    }

    /// A station on the map.
    pub struct StationShown {
        /// `north` or `south`.
        pub name: String,
        /// For people.
        pub title: String,
        /// Where its HTTP interface is nested: `/stations/north`. While it has no power, all of it answers 503
        /// `station_off`.
        pub url: String,
        /// Where it stands from west (0) to east (1).
        pub x: f64,
        /// In the order of their numbers.
        pub nozzles: Vec<NozzleShown>,
    }

    /// What stands at a nozzle's place.
    pub struct NozzleShown {
        /// Its number at the station.
        pub number: u8,
        /// `pump` or `charger`.
        pub kind: String,
        /// What it sells.
        pub product: String,
        /// `L` or `kWh`.
        pub unit: String,
        /// The hose is in the tank (the cable in the car): what is authorised flows.
        pub lifted: bool,
        /// After so many thousandths the tank is full; absent when it takes what comes.
        pub tank: Option<u64>,
        /// The card in its reader.
        pub card: Option<String>,
    }

    /// A card in the wallet, as it is: what its memory holds, not what a terminal believes.
    pub struct CardShown {
        /// Its number.
        pub asn: String,
        /// What is printed on it.
        pub label: String,
        /// Who owns it.
        pub holder: String,
        /// Where it is in a reader.
        pub r#where: Option<Place>,
        /// `unlocked` (green), `tac_unread` (amber), `grey`, `app_locked`, `unreadable`.
        pub state: String,
        /// The purse that it is for: `ed` or `ep`.
        pub purse: String,
        /// What can be spent of that purse: money and overdraft limit.
        pub balance: u32,
        /// Both purses.
        pub purses: Vec<PurseShown>,
        /// The lock that makes it grey, or whose TAC is unread.
        pub lock: Option<Lock>,
        /// The centre gives it no new lock.
        pub blacklisted: bool,
        /// Its power will fail as [`Tear`] says. It switches itself off when it has.
        pub tear: bool,
        /// When, as [`Tear`] has it.
        pub tear_at: Option<String>,
        /// Its power failed while it was in the reader: it is dead until it is pulled and put in again.
        pub dead: bool,
        /// It has power: it is in a reader that gives it some.
        pub power: bool,
    }

    /// One purse.
    pub struct PurseShown {
        /// `ed` or `ep`.
        pub purse: String,
        /// What can be spent: money and overdraft limit.
        pub balance: u32,
        /// Of that, what is owed when it is spent.
        pub overdraft: u32,
    }

    /// A reader.
    pub struct Place {
        /// The station's name.
        pub station: String,
        /// The nozzle's number.
        pub nozzle: u8,
    }

    /// The switches of a station.
    pub struct Switches {
        /// It has power.
        pub power: bool,
        /// Its line to the centre holds.
        pub link: bool,
    }

    /// A switch.
    pub struct Switched {
        /// How it shall be.
        pub on: bool,
    }

    /// The card's power.
    pub struct Tear {
        /// It shall fail.
        pub on: bool,
        /// When: `next` (in its next write to its memory, somewhere in it; also when absent), or once `lock`, `debit`,
        /// `unlock`, `load` or `purchase` (LOCK FOR REFUEL, DEBIT FOR REFUEL, DEBIT FOR UNLOCK, CREDIT FOR LOAD, DEBIT FOR
        /// PURCHASE) is carried out, before its answer leaves.
        #[serde(default)]
        pub at: Option<String>,
    }

    /// The line to the centre.
    pub struct LinkSwitched {
        /// How it shall be.
        pub up: bool,
    }

    /// The hose, or the charger's cable.
    pub struct Hose {
        /// Out of the pump and in the tank, or hung up.
        pub lifted: bool,
        /// After so many thousandths the tank is full; absent or null when it takes what comes.
        #[serde(default)]
        pub quantity: Option<u64>,
    }

    /// How fast fuel flows and stories go.
    pub struct Speed {
        /// 1 is for people to follow; 0.1 to 1000. Fuel flows twenty times as fast at most.
        pub factor: f64,
    }

    /// A story that plays itself.
    pub struct StoryShown {
        /// Its name in paths.
        pub name: String,
        /// On its button.
        pub title: String,
        /// What breaks, as protocol §10 has it.
        pub row: String,
        /// What there is to see, in one or two sentences.
        pub what: String,
        /// What the books name at its end: nothing, but where a card was copied.
        pub names: Vec<String>,
        /// Its steps in words.
        pub steps: Vec<String>,
    }

    /// A story that runs or ran.
    pub struct StoryRuns {
        /// Its name.
        pub name: String,
        /// The step, from 1; 0 before the first.
        pub step: u32,
        /// So many steps.
        pub of: u32,
        /// The step in words; when it ended, how.
        pub words: String,
        /// `runs`, `ended` (the books held), `failed`, `stopped`.
        pub state: String,
    }

    /// The money of the whole world, read at one moment.
    pub struct Books {
        /// Nothing is wrong with it.
        pub ok: bool,
        /// What is wrong, and by how much.
        pub problems: Vec<BooksProblem>,
        /// The sums of protocol §11, in the order in which they are read: opening + loads - unloads = on cards + debits.
        pub rows: Vec<BooksRow>,
        /// What the centre's books say.
        pub centre: CentreBooks,
        /// What each card says.
        pub cards: Vec<CardBooks>,
        /// Local time as `YYYYMMDDhhmmss`.
        pub moment: String,
    }

    /// What does not add up.
    pub struct BooksProblem {
        /// Its name, as `greylock audit` has it.
        pub what: String,
        /// What shows it.
        pub evidence: String,
    }

    /// One sum.
    pub struct BooksRow {
        /// `opening`, `loads`, `unloads`, `on_cards`, `debits`, `not_covered`, `difference`, `in_grey_locks`,
        /// `debited_unheard`, `settled`, `owed_to_stations`; `unreported` is a number of reports and no money.
        pub name: String,
        /// The name in words.
        pub words: String,
        /// The sum.
        pub amount: i64,
    }

    /// The centre's ledger.
    pub struct CentreBooks {
        /// Each account's balance.
        pub accounts: Vec<Account>,
        /// What is owed to each station.
        pub owed: BTreeMap<String, i64>,
        /// Open records on the grey list.
        pub grey: u64,
    }

    /// An account.
    pub struct Account {
        /// Its name.
        pub name: String,
        /// Its balance.
        pub balance: i64,
    }

    /// What a card says of its money.
    pub struct CardBooks {
        /// The card.
        pub asn: String,
        /// Money in both purses, without overdraft; below 0 where it is used.
        pub money: i64,
        /// What a grey lock of it is to debit, as far as a record is known.
        pub grey: Option<u32>,
    }

    /// One line of the timeline.
    pub struct TimelineLine {
        /// Local time as `hh:mm:ss.mmm`.
        pub at: String,
        /// The world's id: a listener may get lines of a world that is no more, or that it does not know yet.
        pub world: String,
        /// `card`, `psam`, `station`, `centre`, `hand`, `story`.
        pub who: String,
        /// Where, if at a station.
        pub station: Option<String>,
        /// Where, if at a nozzle.
        pub nozzle: Option<u8>,
        /// A name that stays: `apdu`, the step of the journal (`locked`, ...), `posting`, `decision`, `insert`, `pull`, ...
        pub what: String,
        /// In words.
        pub words: String,
        /// More, for whoever opens the line.
        pub detail: Option<Box<Detail>>,
    }

    /// What stands behind a line of the timeline.
    pub struct Detail {
        /// An APDU in hex; its data is absent where it holds a PIN.
        #[serde(default)]
        pub command: Option<String>,
        /// The answer in hex; absent when the chip gave none.
        #[serde(default)]
        pub answer: Option<String>,
        /// The lock.
        #[serde(default)]
        pub lock: Option<Lock>,
        /// Names and values, in an order for reading; of an APDU, the data elements of the command.
        #[serde(default)]
        pub fields: Vec<(String, String)>,
        /// The data elements of an APDU's answer.
        #[serde(default)]
        pub said: Vec<(String, String)>,
        /// How a visit ended, of a line that is `ended`: what a receipt is made from.
        #[serde(default)]
        pub outcome: Option<Outcome>,
    }
}

/// What happens in the world. A reader skips what it does not know.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum WorldEvent {
    /// A line of the timeline.
    Told {
        /// The line.
        line: TimelineLine,
    },
    /// Something that is asked for changed: ask again.
    Changed {
        /// `world` or `books`.
        part: String,
    },
    /// Something happened at a station, told as its own stream (`/stations/NAME/v1/events`) tells it. It has no number and
    /// is not told again: whoever connects asks for the site. APDUs and the journal are lines.
    At {
        /// The station's name.
        station: String,
        /// What.
        happened: Box<Happened>,
    },
    /// A story went on.
    Story {
        /// As it stands now.
        story: StoryRuns,
    },
    /// Something newer.
    #[serde(other)]
    Unknown,
}
