//! What the rules need of storage: rows by card, by lock, by PSAM; each call within one card or
//! one station.
//!
//! A store over a database opens one transaction for a call of [`Centre`](crate::Centre),
//! answers from the rows of the card or station that the call names, and commits before the
//! answer is shown. Reads see what the same call has written.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use wire::{Amount, Asn, Date, Limit, LockId, Purse, Stamp, Tid, Ttc};

use crate::case::Case;
use crate::codec;
use crate::facts::{DecisionRow, OnlineChange, ProposalRow, Shown, Sighting, TacFact};
use crate::ledger::{Account, Legs, Posting};
use crate::life::{Life, State};
use crate::notice::{Code, Notice};
use crate::prepaid::{Funding, PrepaidAccount, PrepaidName};
use crate::purchase::PurchaseCase;
use crate::transfer::TransferRow;

/// A station's name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub struct StationId(pub String);

impl From<&str> for StationId {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for StationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A purse as the card was issued.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct PurseOpening {
    /// What can be spent: the money plus the limit.
    #[serde(with = "codec::number")]
    pub balance: Amount,
    /// Overdraft limit.
    #[serde(with = "codec::number")]
    pub limit: Limit,
    /// First off-line transaction number.
    pub ctc: u16,
    /// First on-line transaction number.
    pub otc: u16,
}

/// A card as it was issued.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct CardOpening {
    /// The card.
    #[serde(with = "codec::text")]
    pub asn: Asn,
    /// ED, then EP.
    pub openings: [PurseOpening; 2],
    /// The version of the keys in use then; without it the newest one of the vault. No answer of a locked card names it,
    /// and a code of APPLICATION UNBLOCK under another one is counted by the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_version: Option<u8>,
    /// The last day on which it is loaded, where it has one.
    #[serde(with = "codec::maybe_bytes", default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Date>,
}

/// A lost or destroyed card, replaced.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Replacement {
    /// The money that the cardholder gets on another card, by purse; negative is a debt.
    pub money: [i64; 2],
    /// Two persons, and why.
    pub maker: String,
    /// The second person.
    pub checker: String,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "codec::bytes")]
    pub at: Stamp,
}

/// What is known of the keys that a card went over to since it was issued. It only grows: no card goes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct KeysSince {
    /// The newest version for which a SWITCH KEYS was handed out.
    pub ordered: Option<u8>,
    /// The newest version with whose keys the card made a code.
    pub proved: Option<u8>,
}

/// A card's account.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Card {
    /// How it was issued.
    pub opening: CardOpening,
    /// The keys that it uses since.
    #[serde(default)]
    pub keys: KeysSince,
    /// Its life: alarms, and what operators did about it.
    #[serde(default)]
    pub life: Life,
    /// Its replacement.
    pub replaced: Option<Replacement>,
}

impl Card {
    /// As it is when it is registered.
    #[must_use]
    pub fn new(opening: CardOpening, life: Life) -> Self {
        Self { opening, keys: KeysSince::default(), life, replaced: None }
    }

    /// Why it is on the blacklist.
    #[must_use]
    pub fn blacklisted(&self) -> Option<Code> {
        self.life.barred().or(self.replaced.as_ref().map(|_| Code::CardReplaced))
    }

    /// What it is on a day.
    #[must_use]
    pub fn state(&self, today: Date) -> State {
        self.life.state(self.replaced.is_some(), self.opening.expiry, today)
    }
}

/// A PSAM: its TID belongs to one station for ever.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Psam {
    /// Its TID.
    #[serde(with = "codec::text")]
    pub tid: Tid,
    /// Whose it is.
    pub station: StationId,
    /// The last day of its use, where it has one. Its outcomes are heard and unlocks through it answered all the same.
    #[serde(with = "codec::maybe_bytes", default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Date>,
    /// Its life: alarms, and what operators did about it.
    #[serde(default)]
    pub life: Life,
}

impl Psam {
    /// What it is on a day.
    #[must_use]
    pub fn state(&self, today: Date) -> State {
        self.life.state(false, self.expiry, today)
    }
}

/// Storage. Rows are small; nothing is ever deleted but open marks.
pub trait Books {
    /// A card's account.
    fn card(&self, asn: Asn) -> Option<Card>;
    /// Every card that was registered, by its number.
    fn cards(&self) -> Vec<Asn>;
    /// Writes a card's account.
    fn put_card(&mut self, card: Card);
    /// All cards on the blacklist.
    fn blacklist(&self) -> Vec<(Asn, Code)>;

    /// The station that registered a TID.
    fn station_of(&self, tid: Tid) -> Option<StationId> {
        self.psam(tid).map(|psam| psam.station)
    }
    /// A PSAM.
    fn psam(&self, tid: Tid) -> Option<Psam>;
    /// Writes a PSAM.
    fn put_psam(&mut self, psam: Psam);

    /// A prepaid account.
    fn prepaid(&self, name: PrepaidName) -> Option<PrepaidAccount>;
    /// Every prepaid account, by name.
    fn prepaids(&self) -> Vec<PrepaidName>;
    /// Opens a prepaid account.
    fn put_prepaid(&mut self, account: PrepaidAccount);
    /// What was paid into a prepaid account under this reference.
    fn funding(&self, name: PrepaidName, reference: &str) -> Option<Funding>;
    /// Keeps it.
    fn add_funding(&mut self, funding: Funding);

    /// What is known of a lock.
    fn case(&self, tid: Tid, ttc: Ttc) -> Option<Case>;
    /// Writes what is known of a lock.
    fn put_case(&mut self, case: Case);
    /// The cases of one purse number: those whose record, unproved delivery or notice names it.
    fn cases_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<Case>;
    /// The lock that the case of this TID and TTC claims money for.
    fn claimed_lock(&self, tid: Tid, ttc: Ttc) -> Option<LockId> {
        self.case(tid, ttc)?.claimed_lock()
    }
    /// The locks of one purse number for which a case claims money.
    fn claimed_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<LockId> {
        self.cases_at(asn, purse, ctc).iter().filter_map(Case::claimed_lock).collect()
    }
    /// All cases of a PSAM, by TTC.
    fn cases_of(&self, tid: Tid) -> Vec<Case>;
    /// All cases, by TID and TTC.
    fn cases(&self) -> Vec<Case>;

    /// What is known of a purchase.
    fn purchase(&self, tid: Tid, ttc: Ttc) -> Option<PurchaseCase>;
    /// Writes what is known of a purchase, under its TID and TTC.
    fn put_purchase(&mut self, case: PurchaseCase);
    /// The purchases of one purse number.
    fn purchases_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<PurchaseCase>;
    /// The purchases of a purse that are marked open.
    fn open_purchases(&self, asn: Asn, purse: Purse) -> Vec<PurchaseCase>;
    /// All purchases, by TID and TTC.
    fn purchases(&self) -> Vec<PurchaseCase>;

    /// Keeps a fact; false when it was known.
    fn add_sighting(&mut self, sighting: Sighting) -> bool;
    /// Sightings of a purse at this CTC and above, by CTC.
    fn sightings_from(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<Sighting>;
    /// Sightings of a purse at just this CTC.
    fn sightings_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<Sighting> {
        let mut found = self.sightings_from(asn, purse, ctc);
        found.retain(|sighting| sighting.lock.ctc == ctc);
        found
    }
    /// The locks of this TID and TTC that were sighted.
    fn sighted(&self, tid: Tid, ttc: Ttc) -> Vec<LockId>;
    /// Keeps a fact; false when it was known.
    fn add_tac(&mut self, fact: TacFact) -> bool;
    /// The TACs seen for a lock.
    fn tacs_of(&self, tid: Tid, ttc: Ttc) -> Vec<TacFact>;
    /// The TACs whose status or record named this purse number.
    fn tacs_at(&self, asn: Asn, purse: Purse, ctc: u16) -> Vec<TacFact>;
    /// Keeps a change.
    fn add_change(&mut self, change: OnlineChange);
    /// The changes of a purse, by OTC.
    fn changes(&self, asn: Asn, purse: Purse) -> Vec<OnlineChange>;

    /// All answers to loads and unloads of a card, by date and time.
    fn transfers_of(&self, asn: Asn) -> Vec<TransferRow>;
    /// Writes such an answer; it is named by card, date and time.
    fn put_transfer(&mut self, row: TransferRow);

    /// All answers to on-line unlocks of a card, by date and time.
    fn decisions_of(&self, asn: Asn) -> Vec<DecisionRow>;
    /// Writes an answer; it is named by card, date and time.
    fn put_decision(&mut self, decision: DecisionRow);
    /// All answers.
    fn decisions(&self) -> Vec<DecisionRow>;
    /// What the card showed when an unlock of this lock had to wait.
    fn waiting(&self, lock: &LockId) -> Option<Shown>;
    /// The same, for all locks of a card that ever had to wait.
    fn waiting_of(&self, asn: Asn) -> Vec<Shown>;
    /// Writes it.
    fn put_waiting(&mut self, lock: LockId, shown: Shown);
    /// The rulings on a lock, oldest first; approved ones are never changed.
    fn proposals(&self, lock: &LockId) -> Vec<ProposalRow>;
    /// Writes all rulings on a lock.
    fn put_proposals(&mut self, lock: LockId, rows: Vec<ProposalRow>);

    /// Locks of a purse that are not at rest yet.
    fn open_locks(&self, asn: Asn, purse: Purse) -> Vec<LockId>;
    /// Marks a lock.
    fn mark_open(&mut self, lock: LockId, open: bool);

    /// What is booked for a lock.
    fn booked(&self, lock: &LockId) -> Legs;
    /// What is booked for a purchase: the sum of its postings, which are those of its id whose
    /// reason is a purchase's.
    fn booked_purchase(&self, id: &LockId) -> Legs;
    /// Appends a posting.
    fn post(&mut self, posting: Posting);
    /// All postings, oldest first.
    fn postings(&self) -> Vec<Posting>;
    /// The balance of an account.
    fn balance(&self, account: &Account) -> i128;
    /// All accounts that are not empty.
    fn accounts(&self) -> BTreeMap<Account, i128>;

    /// Appends a notice unless the same one (code, about, detail) was told before.
    fn add_notice(&mut self, notice: Notice);
    /// All notices, oldest first.
    fn notices(&self) -> Vec<Notice>;
}
