//! What an audit is given: plain facts, each from one image, journal or centre.
//!
//! Whoever reads a card image, a journal or the centre's books fills these in; nothing here
//! is checked yet. What was not read is left out, and the audit then says less.

use terminal::Progress;
use wire::files::LogRecord;
use wire::{Amount, Asn, Date, GreyStatus, Icc, Limit, LockId, Mac, Purse, Tid, Time, Trn, Ttc};

mod books;

pub use books::{
    ClaimFacts, DecisionFacts, HostChange, HostFacts, HostPurse, OutcomeFacts, OutcomeKind,
    SettledBy, Settlement,
};

/// Everything that one audit looks at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// Cards, one entry for each image or reader.
    pub cards: Vec<CardFacts>,
    /// PSAMs.
    pub psams: Vec<PsamFacts>,
    /// Journals of stations.
    pub journals: Vec<JournalFacts>,
    /// The centre's books.
    pub host: Option<HostFacts>,
}

/// A card as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardFacts {
    /// Where it was read: a file, a reader.
    pub name: String,
    /// Its number.
    pub asn: Asn,
    /// Both purses, by [`Purse::index`].
    pub purses: [PurseFacts; 2],
    /// The grey lock, while there is one.
    pub lock: Option<GreyFacts>,
    /// The last debit of a grey lock, read or unread; `None` also when it could not be read.
    pub last_debit: Option<DebitFacts>,
    /// EF 18, newest first, as many as the card keeps.
    pub log: Vec<LogRecord>,
    /// APPLICATION BLOCK, or the error counter at its limit.
    pub application_locked: bool,
}

/// A purse as it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PurseFacts {
    /// What can be spent.
    pub balance: Amount,
    /// The overdraft limit in it.
    pub limit: Limit,
    /// Off-line transaction number.
    pub ctc: u16,
    /// On-line transaction number.
    pub otc: u16,
    /// What it began with, where the card tells; the centre's books may tell it too.
    pub opening: Option<Opening>,
}

/// What a purse began with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Opening {
    /// What could be spent.
    pub balance: Amount,
    /// The overdraft limit in it.
    pub limit: Limit,
    /// The first off-line number.
    pub ctc: u16,
    /// The first on-line number.
    pub otc: u16,
}

/// The lock of a grey card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GreyFacts {
    /// Its name; CTC n is one less than the purse's.
    pub id: LockId,
    /// The balance that it was made for.
    pub balance: Amount,
    /// Date of LOCK.
    pub date: Date,
    /// Time of LOCK.
    pub time: Time,
    /// The code that proves the card.
    pub mac2: Mac,
    /// The grey lock characterized code.
    pub gtac: Mac,
    /// The card's random number.
    pub icc: Icc,
    /// The PSAM's random number.
    pub trn: Trn,
}

/// How a grey lock ended, as the card keeps it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DebitFacts {
    /// At a terminal or on-line.
    pub kind: DebitKind,
    /// The purse.
    pub purse: Purse,
    /// TID of the lock, or of INITIALIZE FOR UNLOCK.
    pub tid: Tid,
    /// What was debited.
    pub amount: Amount,
    /// date', or the date of DEBIT FOR UNLOCK.
    pub date: Date,
    /// time', or the time of DEBIT FOR UNLOCK.
    pub time: Time,
    /// TAC, or MAC3.
    pub code: Mac,
    /// TACUF: no terminal has cleared it.
    pub unread: bool,
}

/// How a grey lock ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DebitKind {
    /// DEBIT FOR REFUEL, tag 93, under the TTC of the lock.
    Terminal(Ttc),
    /// DEBIT FOR UNLOCK, tag 95, under this OTC.
    Online(u16),
}

/// A PSAM as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PsamFacts {
    /// Where it was read.
    pub name: String,
    /// Terminal id.
    pub tid: Tid,
    /// The TTC that the next lock draws.
    pub next_ttc: Ttc,
    /// Its pending locks, in any order.
    pub locks: Vec<PsamLock>,
}

/// A pending lock of a PSAM.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PsamLock {
    /// Its name.
    pub id: LockId,
    /// The balance that INIT said, and that MAC2 certifies.
    pub balance: Amount,
    /// MAC2 agreed.
    pub certified: bool,
    /// The amount of the GMAC, once it was given.
    pub given: Option<Amount>,
}

/// A station's journal, folded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalFacts {
    /// Where it was read.
    pub name: String,
    /// How far each lock got.
    pub locks: Vec<((Tid, Ttc), Progress)>,
    /// TACs and MAC3s that cards showed here.
    pub tacs_seen: Vec<(Asn, GreyStatus)>,
    /// Records that a card answered with 9302.
    pub refused: Vec<LockId>,
    /// Purchases.
    pub purchases: Vec<PurchaseFacts>,
}

/// A purchase: one number, no lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PurchaseFacts {
    /// Its name, as of a lock: CTC n is the only number that it uses.
    pub id: LockId,
    /// What was to be debited.
    pub amount: Amount,
    /// How far it is known.
    pub standing: PurchaseStanding,
}

/// How far a purchase is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PurchaseStanding {
    /// The card paid, and its station is owed that.
    Paid,
    /// The card paid by what it proved since. No goods were given: the cardholder claims it.
    Claimed,
    /// Its answer is lost: the card paid or not.
    Open,
    /// The card did not pay.
    Void,
}

impl PurchaseFacts {
    /// True when the card was debited.
    #[must_use]
    pub const fn is_paid(&self) -> bool {
        matches!(self.standing, PurchaseStanding::Paid | PurchaseStanding::Claimed)
    }

    /// True when a station is owed it.
    #[must_use]
    pub const fn is_owed(&self) -> bool {
        matches!(self.standing, PurchaseStanding::Paid)
    }
}

impl PurseFacts {
    /// The money: balance − limit.
    #[must_use]
    pub fn money(&self) -> i64 {
        wire::amount::money(self.balance, self.limit)
    }
}

impl Opening {
    /// The money: balance − limit.
    #[must_use]
    pub fn money(&self) -> i64 {
        wire::amount::money(self.balance, self.limit)
    }
}

impl CardFacts {
    /// A purse.
    #[must_use]
    pub const fn purse(&self, purse: Purse) -> &PurseFacts {
        &self.purses[purse.index()]
    }

    /// The lock, when it is this purse that is grey.
    #[must_use]
    pub fn grey_in(&self, purse: Purse) -> Option<&GreyFacts> {
        self.lock.as_ref().filter(|lock| lock.id.purse == purse)
    }
}
