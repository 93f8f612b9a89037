//! The ledger: double entry, whole units, postings only appended.
//!
//! | posting | when | lines |
//! |---|---|---|
//! | `opening` | a card is registered | issued − m, float + m |
//! | `in_flight` | a load leaves the centre | issued − d, in flight + d (the highest answer under its OTC), and back once the card proves which it took |
//! | `online_change` | a load, unload is confirmed | issued − d, float + d (d < 0 for an unload); a change of the limit moves no money |
//! | … of a replaced card | the float is paid out | cardholder claims (a load), loss (an unload) in place of float |
//! | … charged to a prepaid account | its station named one | prepaid in place of issued, in flight and when it is confirmed |
//! | `prepaid_funded` | money is paid into a prepaid account, once for each reference | issued − d, prepaid + d (d < 0 when it is paid back) |
//! | `charged_otherwise` | the card's TAC names another answer than the one whose account was charged | prepaid of one, prepaid or issued of the other |
//! | `grey_heard` | a claimed record verifies, the debit is not proved | float − a, reserved + a |
//! | `unproved_heard` | a delivery without a GMAC was heard | float − u, reserved + u, until two operators rule |
//! | `decision_reserved` | an answer to an on-line unlock left | float − d, reserved + d (the highest answer out, or the record if higher) |
//! | `settled_by_tac`, `settled_by_mac3`, `settled_by_succession`, `settled_by_operators` | the debit d is proved or ruled; the station is owed r | reserved or float − d, payable + min(r, d) |
//! | … with r > d | the station is short | loss − (r − d), station claims + (r − d) |
//! | … with d > r | the cardholder paid too much | cardholder claims + (d − r) |
//! | `debit_without_record` | a TAC proves d, no record was heard | float − d, reserved + d |
//! | `claim_opened` | succession does not add up | reserved − r, station claims + r; what a higher answer holds stays reserved |
//! | `claim_ruled` | two operators accept or reject a claim x | accepted: station claims − x, payable + x; or cardholder claims − x, issued + x. Rejected: claims − x, loss + x |
//! | `loss_booked` | the lock is a copy's | as above with loss in place of float |
//! | `replacement` | a lost card is replaced | float − m, issued + m, m what is left after all reservations |
//! | `settled_by_replacement` | its reserved locks | reserved − a, payable + a |
//! | … | later such a lock is worth more than the a held back (`loss_booked`), or less | loss in place of float for what is above a; cardholder claims + what is below |
//! | `purchase` | a purchase's TAC verifies | float or reserved − a, payable + a |
//! | `purchase_unknown` | it went out, its answer is lost | float − a, reserved + a |
//! | `purchase_by_succession` | the card went on, and paid | reserved − a, payable + a where MAC2 was right; else cardholder claims + a: no goods were given |
//! | `purchase_void` | it was not paid after all | reserved − a, float + a |
//! | `purchase_ruled` | two operators rule that it was paid or not, or on the claim a | as by succession; accepted: cardholder claims − a, issued + a; rejected: payable + a |
//! | … of a copied or a replaced card | | loss in place of float |
//! | `corrected` | what is known of a lock took away what was booked | the difference |
//!
//! Each lock has one position in the books. A posting of a lock is the difference between the
//! position that follows from everything known and the one that is booked, so order and
//! repetition of what is heard cannot change where the books end, and no lock is paid twice.

use std::collections::BTreeMap;

use wire::{Asn, LockId, Purse, Stamp};

use crate::books::StationId;
use crate::prepaid::PrepaidName;

/// An account. A credit is positive, so what the centre owes is positive.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Account {
    /// Money taken in for cards: the counter-account of openings and loads.
    Issued,
    /// The money of a purse, as the books have it: balance − limit.
    Float(Asn, Purse),
    /// Money of a purse that its card was given on-line and has not proved yet.
    InFlight(Asn, Purse),
    /// Money of a purse that grey locks and decisions hold.
    Reserved(Asn, Purse),
    /// What a station is owed.
    StationPayable(StationId),
    /// What a station claims and nobody has accepted yet.
    StationClaims(StationId),
    /// What a cardholder may claim.
    CardholderClaims(Asn),
    /// Money that a station or seller has paid in for loads.
    Prepaid(PrepaidName),
    /// Losses.
    WriteOff,
}

/// Why something was booked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PostingReason {
    /// A card was registered.
    Opening,
    /// A load was decided, or its card has proved what it took.
    InFlight,
    /// A load or unload was confirmed.
    OnlineChange,
    /// Money was paid into a prepaid account, or back.
    PrepaidFunded,
    /// Another account is charged with a load or unload than was at first.
    ChargedOtherwise,
    /// A claimed record verified.
    GreyHeard,
    /// A delivery without a GMAC was heard.
    UnprovedHeard,
    /// An answer to an on-line unlock left.
    DecisionReserved,
    /// The card's TAC.
    SettledByTac,
    /// The card's MAC3.
    SettledByMac3,
    /// The card went on, and its balances agree.
    SettledBySuccession,
    /// Two operators ruled what the card was debited.
    SettledByOperators,
    /// The card was replaced.
    SettledByReplacement,
    /// A TAC whose record was not heard.
    DebitWithoutRecord,
    /// The card went on, and its balances do not agree.
    ClaimOpened,
    /// Two operators ruled on a claim.
    ClaimRuled,
    /// A copied card, or more than was held back when a card was replaced.
    LossBooked,
    /// The rest of a lost card.
    Replacement,
    /// What is known of a lock took away what was booked.
    Corrected,
    /// The card's TAC of a purchase.
    Purchase,
    /// A purchase went out, and its answer is lost.
    PurchaseUnknown,
    /// The card went on, and its balances agree only if it paid.
    PurchaseBySuccession,
    /// A purchase that was held back was not paid.
    PurchaseVoid,
    /// Two operators ruled on a purchase, or on the claim that it leaves.
    PurchaseRuled,
}

impl PostingReason {
    /// Every reason.
    pub const ALL: [Self; 24] = [
        Self::Opening,
        Self::InFlight,
        Self::OnlineChange,
        Self::PrepaidFunded,
        Self::ChargedOtherwise,
        Self::GreyHeard,
        Self::UnprovedHeard,
        Self::DecisionReserved,
        Self::SettledByTac,
        Self::SettledByMac3,
        Self::SettledBySuccession,
        Self::SettledByOperators,
        Self::SettledByReplacement,
        Self::DebitWithoutRecord,
        Self::ClaimOpened,
        Self::ClaimRuled,
        Self::LossBooked,
        Self::Replacement,
        Self::Corrected,
        Self::Purchase,
        Self::PurchaseUnknown,
        Self::PurchaseBySuccession,
        Self::PurchaseVoid,
        Self::PurchaseRuled,
    ];

    /// The reason that has this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// The name, as the interface shows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::InFlight => "in_flight",
            Self::OnlineChange => "online_change",
            Self::PrepaidFunded => "prepaid_funded",
            Self::ChargedOtherwise => "charged_otherwise",
            Self::GreyHeard => "grey_heard",
            Self::UnprovedHeard => "unproved_heard",
            Self::DecisionReserved => "decision_reserved",
            Self::SettledByTac => "settled_by_tac",
            Self::SettledByMac3 => "settled_by_mac3",
            Self::SettledBySuccession => "settled_by_succession",
            Self::SettledByOperators => "settled_by_operators",
            Self::SettledByReplacement => "settled_by_replacement",
            Self::DebitWithoutRecord => "debit_without_record",
            Self::ClaimOpened => "claim_opened",
            Self::ClaimRuled => "claim_ruled",
            Self::LossBooked => "loss_booked",
            Self::Replacement => "replacement",
            Self::Corrected => "corrected",
            Self::Purchase => "purchase",
            Self::PurchaseUnknown => "purchase_unknown",
            Self::PurchaseBySuccession => "purchase_by_succession",
            Self::PurchaseVoid => "purchase_void",
            Self::PurchaseRuled => "purchase_ruled",
        }
    }

    /// True for a posting of a purchase: its id is not a lock's.
    #[must_use]
    pub const fn is_of_purchase(self) -> bool {
        matches!(
            self,
            Self::Purchase
                | Self::PurchaseUnknown
                | Self::PurchaseBySuccession
                | Self::PurchaseVoid
                | Self::PurchaseRuled
        )
    }
}

/// One balanced booking.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Posting {
    /// Why.
    pub reason: PostingReason,
    /// The card, where there is one: a funding has none.
    pub asn: Option<Asn>,
    /// The lock or the purchase, where there is one: [`PostingReason::is_of_purchase`] tells.
    pub lock: Option<LockId>,
    /// When.
    pub at: Stamp,
    /// Account and signed amount; they sum to zero.
    pub lines: Legs,
}

/// Signed amounts by account that sum to zero, because money only [moves](Legs::transfer).
#[derive(Clone, PartialEq, Eq, Default, Hash, Debug)]
pub struct Legs(BTreeMap<Account, i64>);

impl Legs {
    /// Moves money from one account to another; `None` when a sum leaves the range.
    #[must_use]
    pub fn transfer(mut self, from: Account, to: Account, amount: i64) -> Option<Self> {
        self.add(from, amount.checked_neg()?)?;
        self.add(to, amount)?;
        Some(self)
    }

    /// The signed amount of an account.
    #[must_use]
    pub fn amount(&self, account: &Account) -> i64 {
        self.0.get(account).copied().unwrap_or(0)
    }

    /// All lines; none is zero.
    pub fn iter(&self) -> impl Iterator<Item = (&Account, i64)> {
        self.0.iter().map(|(account, amount)| (account, *amount))
    }

    /// True without any line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        other.iter().try_for_each(|(account, amount)| sum.add(account.clone(), amount))?;
        Some(sum)
    }

    /// What must be booked to get from `booked` to `self`.
    #[must_use]
    pub fn minus(&self, booked: &Self) -> Option<Self> {
        let mut difference = self.clone();
        for (account, amount) in booked.iter() {
            difference.add(account.clone(), amount.checked_neg()?)?;
        }
        Some(difference)
    }

    fn add(&mut self, account: Account, amount: i64) -> Option<()> {
        let sum = self.amount(&account).checked_add(amount)?;
        if sum == 0 {
            self.0.remove(&account);
        } else {
            self.0.insert(account, sum);
        }
        Some(())
    }
}

/// Every account with its balance, and their sum, which is zero.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TrialBalance {
    /// Accounts that are not empty.
    pub accounts: BTreeMap<Account, i128>,
    /// The sum over all accounts.
    pub sum: i128,
}

impl TrialBalance {
    /// Sums the accounts.
    #[must_use]
    pub fn new(accounts: BTreeMap<Account, i128>) -> Self {
        let sum = accounts.values().sum();
        Self { accounts, sum }
    }

    /// The balance of one account.
    #[must_use]
    pub fn of(&self, account: &Account) -> i128 {
        self.accounts.get(account).copied().unwrap_or(0)
    }
}
