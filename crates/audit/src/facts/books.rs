//! What the centre's books hold.

use wire::{Amount, Asn, Kind, LockId, Purse, Tid, Ttc};

use super::{Opening, PurchaseFacts};

/// The centre's books.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct HostFacts {
    /// One entry for each purse that it issued.
    pub purses: Vec<HostPurse>,
    /// Loads, unloads and changes of the overdraft limit that the card has proved.
    pub changes: Vec<HostChange>,
    /// Loads and unloads that it answered and of which nobody knows whether the card took them; once for each answer.
    pub open_transfers: Vec<HostChange>,
    /// What it heard of each lock, and how it settled it.
    pub outcomes: Vec<OutcomeFacts>,
    /// Purchases that it took.
    pub purchases: Vec<PurchaseFacts>,
    /// On-line unlocks that it decided.
    pub decisions: Vec<DecisionFacts>,
    /// Claims.
    pub claims: Vec<ClaimFacts>,
    /// What the ledger posted as settlements of locks; `None` when it was not read.
    pub postings: Option<Vec<(LockId, Amount)>>,
    /// What the ledger owes to stations, all together and ever; `None` when it was not read.
    pub owed_to_stations: Option<i64>,
    /// Every account and its balance.
    pub accounts: Vec<(String, i64)>,
    /// Debits less credits over the whole ledger.
    pub trial_balance: i64,
    /// Cards that may not lock any more.
    pub blacklist: Vec<Asn>,
}

/// A purse in the centre's books.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostPurse {
    /// The card.
    pub asn: Asn,
    /// The purse.
    pub purse: Purse,
    /// What it was issued with.
    pub opening: Opening,
    /// What the ledger holds for it now.
    pub float: i64,
    /// What was booked to it (positive) or away from it for other reasons than loads and
    /// debits: a replacement card, a loss written off.
    pub moved: i64,
}

/// A load, an unload or a change of the overdraft limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HostChange {
    /// The card.
    pub asn: Asn,
    /// The purse.
    pub purse: Purse,
    /// The on-line number that it used.
    pub otc: u16,
    /// [`Kind::Load`], [`Kind::Unload`] or [`Kind::Overdraft`].
    pub kind: Kind,
    /// The amount; the new limit for [`Kind::Overdraft`], which moves no money.
    pub amount: Amount,
}

/// What the centre knows of a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutcomeFacts {
    /// Terminal id.
    pub tid: Tid,
    /// The PSAM's number for the lock.
    pub ttc: Ttc,
    /// What was heard.
    pub kind: OutcomeKind,
    /// The lock's name; `None` for a void that knows only its number.
    pub id: Option<LockId>,
    /// What was delivered; 0 where nothing was.
    pub amount: Amount,
    /// A TAC came with it and was wrong: the journal's `settled` says nothing then.
    pub tac_refused: bool,
    /// How the centre settled it.
    pub settled: Option<Settlement>,
}

/// What the centre heard (protocol §9).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OutcomeKind {
    /// Debited, with its TAC.
    Sale,
    /// Claimed, no TAC.
    Grey,
    /// Nothing was and nothing will be delivered.
    NoDispense,
    /// LOCK never went out.
    Void,
    /// Delivered, no GMAC.
    Unproved,
    /// Does not verify: counts as unheard.
    Quarantined,
}

/// The one settlement of a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settlement {
    /// By what.
    pub how: SettledBy,
    /// What was debited from the card.
    pub amount: Amount,
}

/// What settled a lock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SettledBy {
    /// A TAC.
    Tac,
    /// A later code of the same purse, and a chain of balances that agrees.
    Succession,
    /// An on-line unlock.
    Online,
    /// An operator's decision.
    Operator,
}

/// An on-line unlock that the centre decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecisionFacts {
    /// The lock.
    pub id: LockId,
    /// The on-line number that it uses.
    pub otc: u16,
    /// What it debits.
    pub amount: Amount,
    /// MAC3, the status or the succession proved that the card did it.
    pub confirmed: bool,
}

/// A claim: a difference that somebody has to bear.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClaimFacts {
    /// The lock that it is about.
    pub id: LockId,
    /// How much.
    pub amount: Amount,
    /// The centre took it: the station is owed it.
    pub accepted: bool,
}
