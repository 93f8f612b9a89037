//! Facts about a purse that its card proved, and what the centre and its operators decided.

use serde::{Deserialize, Serialize};
use wire::{Amount, Asn, Date, Icc, LockId, Mac, Purse, Stamp, Tid, Time, Ttc};

use crate::codec;
use crate::notice::Code;

/// The card proved, by a GTAC under the TAC key, that it was locked at this CTC with this
/// balance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Sighting {
    /// The lock, as the card has it.
    #[serde(with = "codec::bytes")]
    pub lock: LockId,
    /// The balance at the lock.
    #[serde(with = "codec::number")]
    pub balance: Amount,
    /// The purse's OTC, where MAC1 of an on-line unlock proved it too.
    pub otc: Option<u16>,
}

/// The card proved, by its TAC, that it debited this amount under (TID, TTC).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct TacFact {
    /// The lock. Its CTC is as the record or the status had it: the TAC does not prove it.
    #[serde(with = "codec::bytes")]
    pub lock: LockId,
    /// What was debited.
    #[serde(with = "codec::number")]
    pub amount: Amount,
    /// date', as the card has it.
    #[serde(with = "codec::bytes")]
    pub date: Date,
    /// time', as the card has it.
    #[serde(with = "codec::bytes")]
    pub time: Time,
    /// The code.
    #[serde(with = "codec::text")]
    pub tac: Mac,
}

/// Why an answer to an on-line unlock carries its amount.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// The claimed record's amount.
    Record,
    /// The station says that nothing was delivered: by a notice, or by a delivery over nothing for
    /// which only the GMAC is missing.
    NoDispense,
    /// Two operators.
    Operators {
        /// Why the lock had to wait when they decided.
        basis: Code,
        /// Who proposed.
        maker: String,
        /// Who approved.
        checker: String,
    },
}

/// One answer to an on-line unlock: durable before MAC2 leaves. It only reserves.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct DecisionRow {
    /// The lock that it ends.
    #[serde(with = "codec::bytes")]
    pub lock: LockId,
    /// Locked balance that the card proved.
    #[serde(with = "codec::number")]
    pub balance: Amount,
    /// The OTC that DEBIT FOR UNLOCK will use.
    pub otc: u16,
    /// The ICC of the session: the same one gets the same answer.
    #[serde(with = "codec::text")]
    pub icc: Icc,
    /// The terminal at which the card is unlocked.
    #[serde(with = "codec::text")]
    pub tid: Tid,
    /// What DEBIT FOR UNLOCK debits.
    #[serde(with = "codec::number")]
    pub amount: Amount,
    /// Given to this card once only.
    #[serde(with = "codec::bytes")]
    pub date: Date,
    /// With the date.
    #[serde(with = "codec::bytes")]
    pub time: Time,
    /// The centre's word.
    #[serde(with = "codec::text")]
    pub mac2: Mac,
    /// Why this amount.
    pub ground: Ground,
    /// The card's receipt, once it was seen.
    #[serde(with = "codec::maybe_text")]
    pub mac3: Option<Mac>,
}

impl DecisionRow {
    /// The purse.
    #[must_use]
    pub const fn purse(&self) -> Purse {
        self.lock.purse
    }
}

/// What a card showed when its on-line unlock had to wait.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Shown {
    /// The lock, as the card has it.
    #[serde(with = "codec::bytes")]
    pub lock: LockId,
    /// The locked balance.
    #[serde(with = "codec::number")]
    pub balance: Amount,
    /// Date of the lock.
    #[serde(with = "codec::bytes")]
    pub date: Date,
    /// Time of the lock.
    #[serde(with = "codec::bytes")]
    pub time: Time,
    /// The purse's OTC, once MAC1 proved it.
    pub otc: Option<u16>,
}

/// What two operators rule about one lock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// An on-line unlock debits this amount.
    Unlock(#[serde(with = "codec::number")] Amount),
    /// The card was debited this amount: the log or the totalizer shows it.
    Debited(#[serde(with = "codec::number")] Amount),
    /// The claim that is open on the lock is paid, or not.
    Claim {
        /// The claim as the notice shows it: the station's is positive, the cardholder's
        /// negative. The ruling stands only while just that is claimed.
        amount: i64,
        /// Paid.
        accepted: bool,
    },
}

/// How much was known of a lock when an operator ruled. What is known only grows, so equal
/// counts are equal knowledge.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Basis {
    /// Why operators have to rule: what an unlock waits for, or why the chain of balances does
    /// not say how the lock ended.
    pub reason: Option<Code>,
    /// How many kinds of report were heard of its TID and TTC and verified.
    pub heard: usize,
    /// Reports that were kept aside.
    pub quarantined: usize,
    /// TACs.
    pub tacs: usize,
    /// MAC3s.
    pub receipts: usize,
    /// Answers to on-line unlocks that are out.
    pub answers: usize,
    /// Other locks of the same purse number that a card proved.
    pub rivals: usize,
}

impl Basis {
    /// What a ruling on an on-line unlock leans on. The answers that the centre gives by it do
    /// not take it back, nor does a copied card: it is unlocked too.
    #[must_use]
    pub const fn of_unlock(self) -> Self {
        Self { answers: 0, rivals: 0, ..self }
    }
}

/// A ruling of one operator, and of the second one when he approved.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ProposalRow {
    /// The lock, by its whole id.
    #[serde(with = "codec::bytes")]
    pub lock: LockId,
    /// What is ruled.
    pub ruling: Ruling,
    /// What was known: it is approved only while that is still so, and an on-line unlock is
    /// answered by it only while nothing else was heard.
    pub basis: Basis,
    /// Who proposed.
    pub maker: String,
    /// Why.
    pub reason: String,
    /// Who approved, and when.
    #[serde(with = "codec::approval")]
    pub approved: Option<(String, Stamp)>,
    /// When it was proposed.
    #[serde(with = "codec::bytes")]
    pub at: Stamp,
}

/// What an on-line change moves.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A load or unload: the balance and the money.
    #[default]
    Money,
    /// A change of the overdraft limit: the balance, and no money (protocol §2).
    Limit,
}

impl ChangeKind {
    /// True for a load or unload.
    #[must_use]
    pub const fn is_money(&self) -> bool {
        matches!(self, Self::Money)
    }
}

/// A confirmed load, unload or change of the limit that used an OTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct OnlineChange {
    /// The card.
    #[serde(with = "codec::text")]
    pub asn: Asn,
    /// The purse.
    #[serde(with = "codec::number")]
    pub purse: Purse,
    /// The OTC that it used.
    pub otc: u16,
    /// How the balance changed.
    pub by: i64,
    /// Whether money came or went with it.
    pub kind: ChangeKind,
}

/// (TID, TTC), under which locks are looked up.
pub type Number = (Tid, Ttc);
